import { describe, expect, it } from "vitest";
import { condition, type Link } from "../src/live/condition";
import { codeOf } from "../src/login";
import { BarsWatch, isBehind } from "../src/live/staleness";
import { joinOrders } from "../src/state/orders";
import { aBar, anOrder, anOrderEvent } from "./builders";

const aLink = (over: Partial<Link> = {}): Link => ({
  phase: "live",
  lostAt: null,
  lastHeardAt: 0,
  heartbeatMs: 5_000,
  everLive: true,
  ...over,
});
const engine = (status: string) => [{ component: "engine", status, since: 0, last_ok: 0, hint: "" }];

describe("condition of the page", () => {
  it.each([
    ["live", aLink(), "OK", 5_000],
    ["live: a heartbeat may be a little late", aLink(), "OK", 6_500],
    ["lost: a server that froze", aLink(), "OK", 6_501],
    ["slow: too short to say", aLink({ phase: "waiting", lostAt: 0 }), "OK", 1_500],
    ["lost: over 1.5 s", aLink({ phase: "waiting", lostAt: 0 }), "OK", 1_501],
    ["loading: not connected yet", aLink({ phase: "opening", lostAt: 0, everLive: false }), "OK", 500],
    ["lost: never was there", aLink({ phase: "waiting", lostAt: 0, everLive: false }), "OK", 9_000],
    ["idle: the engine is down", aLink(), "DOWN", 100],
    ["lost counts before idle", aLink({ phase: "waiting", lostAt: 0 }), "DOWN", 9_000],
  ])("%s", (words, link, status, now) => {
    expect(condition(link, engine(status), now)).toBe(words.split(/[: ]/)[0]);
  });
});

describe("stale bars", () => {
  const bars = [0, 60, 120, 180].map((at) => aBar(at * 1_000));

  /** What a page says that looked at each of these: [viewer's clock, bars, the account's as_of]. */
  const looked = (...looks: readonly (readonly [number, typeof bars, number | null])[]): number | null => {
    const watch = new BarsWatch();
    return looks.map(([now, held, asOf]) => watch.staleSince(held, asOf, now)).at(-1) ?? null;
  };

  it("are behind once several slices have passed them", () => {
    expect([isBehind(bars, 480_000), isBehind(bars, 480_001)]).toEqual([false, true]);
  });

  it("are those that stood still for 3 s while the account moved on", () => {
    expect(looked([1_000, bars, 240_000], [3_999, bars, 900_000])).toBeNull();
    expect(looked([1_000, bars, 240_000], [4_000, bars, 900_000])).toBe(180_000);
  });

  it("are not those of a fast replay, whose account is marked more often than bars come", () => {
    // 60 slices a second, bars at 4 Hz: up to 15 slices behind, for as long as it runs.
    const watch = new BarsWatch();
    const slices = Array.from({ length: 60 * 10 }, (_, slice) => slice);
    const said = slices.map((slice) => {
      const delivered = Math.floor(slice / 15) * 15;
      const held = [-3, -2, -1, 0].map((back) => aBar((delivered + back) * 60_000));
      return watch.staleSince(held, (slice + 1) * 60_000, (slice * 1_000) / 60);
    });
    expect(new Set(said)).toEqual(new Set([null]));
  });

  it("are not those of a shut market: the account stands still too", () => {
    expect(looked([0, bars, 240_000], [99_000, bars, 240_000])).toBeNull();
    expect(looked([0, bars, null], [99_000, bars, null])).toBeNull();
    expect(looked([0, [], 1], [99_000, [], 1])).toBeNull();
  });

  it("are fresh again with the next bar", () => {
    const more = [...bars, aBar(240_000)];
    expect(looked([0, bars, 240_000], [4_000, bars, 900_000], [4_250, more, 900_000])).toBeNull();
  });
});

describe("orders", () => {
  it("stand working first, then newest first, each once", () => {
    const events = [
      anOrderEvent({ order_id: 1, status: "FILLED", updated_at: 10 }),
      anOrderEvent({ order_id: 2, status: "CANCELED", updated_at: 30 }),
      anOrderEvent({ order_id: 3, status: "WORKING", updated_at: 5 }),
    ];
    const working = [anOrder({ order_id: 3, status: "PARTIALLY_FILLED", updated_at: 7 })];
    const joined = joinOrders(working, events).map(({ order_id, status }) => [order_id, status]);
    expect(joined).toEqual([
      [3, "PARTIALLY_FILLED"],
      [2, "CANCELED"],
      [1, "FILLED"],
    ]);
  });
});

describe("login code", () => {
  it.each([
    ["#code=abc-1_2", "abc-1_2"],
    ["#x=1&code=abc", "abc"],
    ["#code=a%20b", "a b"],
    ["#code=%E0%A4%A", "%E0%A4%A"],
    ["#code=", null],
    ["#panels", null],
    ["", null],
  ])("of %s is %s", (fragment, code) => expect(codeOf(fragment)).toBe(code));
});
