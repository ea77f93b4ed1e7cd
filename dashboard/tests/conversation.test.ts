import { describe, expect, it } from "vitest";
import { Conversation, type Command } from "../src/live/conversation";
import { Replica } from "../src/live/replica";
import type { ClientMessage, Delta, Subscribe } from "../src/protocol";
import { aHello, aStream, aTable, items } from "./builders";

const HALF = (): number => 0.5;

function aConversation(random = HALF): Conversation {
  const conversation = new Conversation(new Replica(), random);
  conversation.want({ positions: 4, fills: 4, account: 10 });
  return conversation;
}

function live(random = HALF): Conversation {
  const conversation = aConversation(random);
  conversation.start(0);
  conversation.received(aHello(), 10);
  conversation.received(aTable(), 11);
  conversation.received(aStream(2), 12);
  return conversation;
}

function sent(commands: readonly Command[]): ClientMessage[] {
  return commands.flatMap((command) => (command.do === "send" ? [command.message] : []));
}

function subscriptions(commands: readonly Command[]): Subscribe[] {
  return sent(commands).filter((message) => message.type === "sub");
}

const kinds = (commands: readonly Command[]): string[] => commands.map((command) => command.do);

describe("first connection", () => {
  it("subscribes after hello, once for each rate, without cursor", () => {
    const conversation = aConversation();
    expect(kinds(conversation.start(0))).toEqual(["connect"]);
    const subs = subscriptions(conversation.received(aHello(), 10));
    expect(subs.map(({ hz, topics }) => [hz, topics])).toEqual([
      [4, ["positions", "fills"]],
      [10, ["account"]],
    ]);
    expect(subs.some((sub) => "cursor" in sub)).toBe(false);
    expect(conversation.phase).toBe("live");
  });

  it("hands the symbols and their feeds on before anything else is known", () => {
    const conversation = aConversation();
    conversation.start(0);
    const hello = aHello();
    expect(conversation.received(hello, 10)[0]).toEqual({ do: "greeted", hello });
  });

  it("answers a heartbeat with its own time", () => {
    expect(sent(live().received({ type: "hb", now: 77, lag_ms: 0 }, 20))).toEqual([{ type: "pong", now: 77 }]);
  });
});

describe("sequence", () => {
  const delta = (n: number, prev: number, rev: number): Delta => ({
    type: "d",
    n,
    topics: { positions: { prev, rev, up: [["AAPL", 1]], del: [] } },
  });

  it("takes frames whose n rises by one", () => {
    const conversation = live();
    expect(conversation.received(delta(1, 5, 6), 20)).toEqual([{ do: "changed", topic: "positions" }]);
    expect(conversation.received(delta(2, 6, 7), 21)).toEqual([{ do: "changed", topic: "positions" }]);
  });

  it("reconnects when n jumps, and holds what it held", () => {
    const conversation = live();
    expect(kinds(conversation.received(delta(2, 5, 6), 20))).toEqual(["close"]);
    expect(conversation.replica.cursors(["positions"])).toEqual({ positions: 5 });
  });

  it("counts n anew on each connection", () => {
    const conversation = live();
    conversation.received(delta(1, 5, 6), 20);
    conversation.closed(1006, 30);
    conversation.hurry(40);
    conversation.received(aHello(), 50);
    expect(kinds(conversation.received(delta(1, 6, 7), 60))).toEqual(["changed"]);
  });

  it("subscribes again without cursor to the one topic whose chain is broken", () => {
    const [sub, ...rest] = subscriptions(live().received(delta(1, 99, 100), 20));
    expect(sub).toMatchObject({ topics: ["positions"] });
    expect(sub).not.toHaveProperty("cursor");
    expect(rest).toEqual([]);
  });

  it("fetches a gap from the last journal sequence it holds", () => {
    const gap = { type: "gap", topic: "fills", from: 3, to: 9 } as const;
    expect(live().received(gap, 20)).toEqual([{ do: "fetch", topic: "fills", after: 12 }]);
  });
});

describe("resume", () => {
  it("brings the cursors of what it holds to the same server", () => {
    const conversation = live();
    conversation.closed(1006, 100);
    conversation.hurry(200);
    const subs = subscriptions(conversation.received(aHello(), 300));
    expect(subs[0]?.cursor).toEqual({ boot: "boot-1", topics: { positions: 5, fills: 2 } });
  });

  it("forgets everything before another server", () => {
    const conversation = live();
    conversation.closed(1012, 100);
    conversation.hurry(200);
    const commands = conversation.received(aHello({ boot: "boot-2" }), 300);
    expect(kinds(commands).slice(0, 2)).toEqual(["forgotten", "greeted"]);
    expect(subscriptions(commands).some((sub) => "cursor" in sub)).toBe(false);
    expect(conversation.replica.rows("positions")).toBeNull();
  });

  it("says how many events were replayed, once they are in", () => {
    const conversation = live();
    conversation.closed(1006, 1_000);
    conversation.hurry(2_000);
    conversation.received(aHello(), 5_000);
    conversation.received(items(3, 14), 5_100);
    expect(conversation.tick(5_500)).toEqual([]);
    expect(conversation.tick(6_100)).toEqual([{ do: "say", text: "Reconnected after 4 s: 12 events replayed." }]);
    expect(conversation.tick(6_400)).toEqual([]);
  });

  it("reloads for another page, never for the first", () => {
    const conversation = aConversation();
    conversation.start(0);
    expect(kinds(conversation.received(aHello({ assets: null }), 1))).not.toContain("reload");
    conversation.closed(1012, 2);
    conversation.hurry(3);
    expect(kinds(conversation.received(aHello({ assets: "page-2" }), 4))).toContain("reload");
  });
});

describe("loss", () => {
  it("closes after 12 s of silence, not before", () => {
    const conversation = live();
    conversation.received({ type: "hb", now: 0, lag_ms: 0 }, 1_000);
    expect(conversation.tick(13_000)).toEqual([]);
    expect(kinds(conversation.tick(13_001))).toEqual(["close"]);
  });

  it("retries with full jitter from 0.25 s doubling to 3 s", () => {
    const conversation = aConversation(() => 1);
    conversation.start(0);
    const waits = Array.from({ length: 8 }, (_, at) => {
      const now = at * 100_000;
      conversation.closed(1006, now);
      const wait = (conversation.retryAt ?? 0) - now;
      expect(conversation.tick(now + wait - 1)).toEqual([]);
      expect(kinds(conversation.tick(now + wait))).toEqual(["connect"]);
      return wait;
    });
    expect(waits).toEqual([250, 500, 1_000, 2_000, 3_000, 3_000, 3_000, 3_000]);
  });

  it("begins the waits anew once it was live, and remembers since when it is not", () => {
    const conversation = live();
    conversation.closed(1006, 1_000);
    expect(conversation.lostAt).toBe(1_000);
    conversation.hurry(2_000);
    conversation.closed(1006, 3_000);
    expect(conversation.lostAt).toBe(1_000);
    conversation.hurry(4_000);
    conversation.received(aHello(), 5_000);
    expect(conversation.lostAt).toBeNull();
    conversation.closed(1006, 6_000);
    expect(conversation.retryAt).toBe(6_125);
  });

  it("stays away longer when told that there are too many", () => {
    const conversation = live();
    conversation.closed(4429, 0);
    expect(conversation.retryAt).toBe(6_000);
  });

  it("asks for a login when it is closed for one, and waits for it", () => {
    const conversation = live();
    expect(kinds(conversation.closed(4401, 1))).toEqual(["log in"]);
    expect(conversation.tick(99_999)).toEqual([]);
    expect(kinds(conversation.start(100_000))).toEqual(["connect"]);
  });

  it("counts a silent connection as lost since it was last heard, whatever is attempted meanwhile", () => {
    const conversation = live();
    conversation.tick(13_000);
    conversation.closed(1006, 13_000);
    conversation.hurry(14_000);
    expect([conversation.lostAt, conversation.lastHeardAt]).toEqual([12, 12]);
  });

  it("reloads when the server does not speak our version", () => expect(kinds(live().closed(4409, 1))).toEqual(["reload"]));

  it("does not come back by itself after it was stopped", () => {
    const conversation = live();
    expect(kinds(conversation.stop(1))).toEqual(["close"]);
    expect(conversation.closed(1006, 2)).toEqual([]);
    expect([conversation.tick(99_999), conversation.hurry(99_999)]).toEqual([[], []]);
  });
});

describe("topics and rates", () => {
  it("asks for one tick a second while hidden, and says so again after a reconnection", () => {
    const conversation = live();
    expect(sent(conversation.limit(1))).toEqual([{ type: "rate", hz: 1 }]);
    expect(conversation.limit(1)).toEqual([]);
    conversation.closed(1006, 1);
    conversation.hurry(2);
    expect(sent(conversation.received(aHello(), 3))[0]).toEqual({ type: "rate", hz: 1 });
  });

  it("subscribes to what is wanted later and drops what is left", () => {
    const conversation = live();
    expect(subscriptions(conversation.want({ "bars:AAPL": 4 }))[0]?.topics).toEqual(["bars:AAPL"]);
    expect(conversation.want({ "bars:AAPL": 4 })).toEqual([]);
    expect(sent(conversation.leave("bars:AAPL"))).toEqual([{ type: "unsub", topics: ["bars:AAPL"] }]);
  });

  it("remembers why a topic was refused, and only that topic", () => {
    const conversation = live();
    const ref = subscriptions(conversation.want({ "bars:XXX": 4 }))[0]?.ref ?? null;
    conversation.received({ type: "err", code: "UNKNOWN_TOPIC", message: "unknown topic: bars:XXX", ref }, 20);
    expect(conversation.refusal("bars:XXX")).toBe("unknown topic: bars:XXX");
    expect(conversation.refusal("positions")).toBeNull();
  });
});
