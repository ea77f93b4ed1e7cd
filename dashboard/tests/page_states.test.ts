import { describe, expect, it } from "vitest";
import { condition, type Link } from "../src/live/condition";
import { codeOf } from "../src/login";
import { staleSince } from "../src/live/staleness";
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

  it("are those that several slices have passed", () => {
    expect(staleSince(bars, 480_000)).toBeNull();
    expect(staleSince(bars, 480_001)).toBe(180_000);
  });

  it("are not those of a shut market: the account stands still too", () => {
    expect(staleSince(bars, 240_000)).toBeNull();
    expect(staleSince(bars, null)).toBeNull();
    expect(staleSince([], 1)).toBeNull();
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
