/**
 * What the page says and does on each event of its connection. Pure: no socket, no timer, no clock.
 *
 * Every method takes the time in milliseconds and returns what is to be done; `connection.ts` does it. The
 * rules are those of web/protocol.py: `n` rises by one, changes continue from our rev, silence of 12 s ends
 * the connection, and the next one resumes with cursors where the server is still the same one.
 */

import { CLOSE_CODES, type Hello, type ServerMessage, type ClientMessage, type Subscribe } from "../protocol";
import { longDelay, retryDelay } from "./backoff";
import { Replica, type Verdict } from "./replica";

export type Rate = 10 | 4 | 1;

export type Command =
  | { do: "connect" }
  | { do: "send"; message: ClientMessage }
  | { do: "close"; why: string }
  | { do: "changed"; topic: string }
  | { do: "forgotten" }
  | { do: "greeted"; hello: Hello }
  | { do: "fetch"; topic: string; after: number }
  | { do: "log in" }
  | { do: "reload" }
  | { do: "say"; text: string };

/** OFF: not started or logged out. WAITING: for the next attempt. OPENING: socket or hello under way. */
export type Phase = "off" | "waiting" | "opening" | "live";

const SILENCE_MS = 12_000;
const REPLAY_MS = 1_000; // what arrives so soon after a reconnection is counted as replayed

export class Conversation {
  phase: Phase = "off";
  hello: Hello | null = null;
  /** When the last frame came. */
  lastHeardAt = 0;
  /** Since when we are not live; `null` while we are. */
  lostAt: number | null = null;
  /** When the next attempt starts, while waiting. */
  retryAt: number | null = null;

  readonly #wanted = new Map<string, Rate>();
  readonly #refs = new Map<number, readonly string[]>();
  readonly #refused = new Map<string, string>();
  #nextRef = 1;
  #n = 0;
  #quietSince = 0; // the last frame of this connection, or its start
  #attempt = 0;
  #ceiling: Rate = 10;
  #assets: string | null | undefined;
  #replay: { since: number; until: number; events: number; restarted: boolean } | null = null;

  constructor(
    readonly replica: Replica,
    readonly random: () => number,
  ) {}

  /** Why the server refuses a topic, if it does. */
  refusal(topic: string): string | null {
    return this.#refused.get(topic) ?? null;
  }

  start(now: number): Command[] {
    if (this.phase !== "off") return [];
    this.lostAt ??= now;
    this.#attempt = 0;
    return this.#connect(now);
  }

  /** Ends the connection for good, as after a log-out; what is held stays on the page. */
  stop(now: number): Command[] {
    const wasOpen = this.phase === "opening" || this.phase === "live";
    this.phase = "off";
    this.retryAt = null;
    this.lostAt ??= now;
    return wasOpen ? [{ do: "close", why: "stopped" }] : [];
  }

  want(topics: Readonly<Record<string, Rate>>): Command[] {
    const added = Object.entries(topics).filter(([topic]) => !this.#wanted.has(topic));
    for (const [topic, hz] of added) this.#wanted.set(topic, hz);
    return this.phase === "live" ? this.#subscribe(added.map(([topic]) => topic)) : [];
  }

  leave(topic: string): Command[] {
    const wasWanted = this.#wanted.delete(topic);
    this.replica.drop(topic);
    this.#refused.delete(topic);
    if (!wasWanted || this.phase !== "live") return [];
    return [{ do: "send", message: { type: "unsub", topics: [topic] } }];
  }

  /** Forget what is held of a topic and ask for it whole. */
  renew(topic: string): Command[] {
    this.replica.drop(topic);
    return this.phase === "live" && this.#wanted.has(topic) ? this.#subscribe([topic]) : [];
  }

  /** A hidden tab asks for less. */
  limit(hz: Rate): Command[] {
    if (hz === this.#ceiling) return [];
    this.#ceiling = hz;
    return this.phase === "live" ? [{ do: "send", message: { type: "rate", hz } }] : [];
  }

  /** The network came back or the tab is looked at again: do not wait any longer. */
  hurry(now: number): Command[] {
    if (this.phase !== "waiting") return [];
    this.#attempt = 0;
    return this.#connect(now);
  }

  received(message: ServerMessage, now: number): Command[] {
    this.lastHeardAt = now;
    this.#quietSince = now;
    switch (message.type) {
      case "hello":
        return this.#greet(message, now);
      case "snap":
        this.replica.replace(message);
        this.#refused.delete(message.topic);
        return [{ do: "changed", topic: message.topic }];
      case "d":
        if (message.n !== this.#n + 1) return [{ do: "close", why: `frame ${message.n} after ${this.#n}` }];
        this.#n = message.n;
        return Object.entries(message.topics).flatMap(([topic, change]) =>
          this.#judge(topic, this.replica.change(topic, change)),
        );
      case "ev":
        this.#countReplay(message.items.length, now);
        return this.#judge(message.topic, this.replica.append(message));
      case "gap":
        return this.#step(message.topic, this.replica.ends(message.topic)?.last, this.replica.skip(message));
      case "hb":
        return [{ do: "send", message: { type: "pong", now: message.now } }];
      case "err":
        return this.#refuse(message.ref, message.message);
    }
  }

  /** The socket is gone; `code` is its close code. */
  closed(code: number, now: number): Command[] {
    if (this.phase === "off") return [];
    this.lostAt ??= now;
    this.#replay = null;
    if (code === CLOSE_CODES.LOGIN || code === CLOSE_CODES.VERSION) {
      this.phase = "off";
      return [code === CLOSE_CODES.LOGIN ? { do: "log in" } : { do: "reload" }];
    }
    this.phase = "waiting";
    const wait = code === CLOSE_CODES.LIMIT ? longDelay(this.random) : retryDelay(this.#attempt, this.random);
    this.retryAt = now + wait;
    this.#attempt += 1;
    return [];
  }

  /** To be called a few times a second. */
  tick(now: number): Command[] {
    if (this.phase === "waiting" && this.retryAt !== null && now >= this.retryAt) return this.#connect(now);
    const isOpen = this.phase === "opening" || this.phase === "live";
    if (isOpen && now - this.#quietSince > SILENCE_MS) {
      this.lostAt ??= this.#quietSince;
      return [{ do: "close", why: "silence" }];
    }
    return this.#reportReplay(now);
  }

  #connect(now: number): Command[] {
    this.phase = "opening";
    this.retryAt = null;
    this.#quietSince = now;
    this.#n = 0;
    return [{ do: "connect" }];
  }

  #greet(hello: Hello, now: number): Command[] {
    const isNewServer = this.hello !== null && this.hello.boot !== hello.boot;
    const isNewPage = this.#assets !== undefined && this.#assets !== hello.assets;
    const lostFor = this.hello !== null && this.lostAt !== null ? now - this.lostAt : null;
    this.hello = hello;
    this.#assets = hello.assets;
    this.phase = "live";
    this.lostAt = null;
    this.#attempt = 0;
    const commands: Command[] = isNewPage ? [{ do: "reload" }] : [];
    if (isNewServer) {
      this.replica.clear();
      commands.push({ do: "forgotten" });
    }
    commands.push({ do: "greeted", hello });
    if (lostFor !== null) {
      this.#replay = { since: now - lostFor, until: now + REPLAY_MS, events: 0, restarted: isNewServer };
    }
    if (this.#ceiling !== 10) commands.push({ do: "send", message: { type: "rate", hz: this.#ceiling } });
    return [...commands, ...this.#subscribe([...this.#wanted.keys()])];
  }

  /** One `sub` for each rate, with cursors of what is held. */
  #subscribe(topics: readonly string[]): Command[] {
    const rates = new Map<Rate, string[]>();
    for (const topic of topics) {
      const hz = this.#wanted.get(topic) ?? 4;
      rates.set(hz, [...(rates.get(hz) ?? []), topic]);
    }
    return [...rates].map(([hz, names]) => this.#sub(names, hz));
  }

  #sub(topics: readonly string[], hz: Rate): Command {
    const [first, ...rest] = topics;
    if (first === undefined) throw new Error("a subscription names at least one topic");
    const ref = this.#nextRef++;
    this.#refs.set(ref, topics);
    const message: Subscribe = { type: "sub", ref, topics: [first, ...rest], hz };
    const held = this.replica.cursors(topics);
    if (this.hello && Object.keys(held).length > 0) message.cursor = { boot: this.hello.boot, topics: held };
    return { do: "send", message };
  }

  #judge(topic: string, verdict: Verdict): Command[] {
    if (verdict === "changed") return [{ do: "changed", topic }];
    return verdict === "old" ? [] : this.renew(topic);
  }

  #step(topic: string, lastSeq: number | undefined, verdict: Verdict): Command[] {
    if (verdict !== "changed") return this.#judge(topic, verdict);
    return [{ do: "fetch", topic, after: lastSeq ?? 0 }];
  }

  #refuse(ref: number | null, why: string): Command[] {
    const topics = ref === null ? [] : (this.#refs.get(ref) ?? []);
    const named = topics.filter((topic) => topics.length === 1 || why.includes(topic));
    const missing = named.filter((topic) => this.replica.rows(topic) === null);
    for (const topic of missing) this.#refused.set(topic, why);
    return [{ do: "say", text: why }, ...missing.map((topic): Command => ({ do: "changed", topic }))];
  }

  #countReplay(events: number, now: number): void {
    if (this.#replay && now <= this.#replay.until) this.#replay.events += events;
  }

  #reportReplay(now: number): Command[] {
    if (!this.#replay || now <= this.#replay.until) return [];
    const { since, until, events, restarted } = this.#replay;
    this.#replay = null;
    const seconds = Math.max(1, Math.round((until - REPLAY_MS - since) / 1000));
    const what = restarted
      ? "the server had restarted, everything was read anew"
      : `${events} ${events === 1 ? "event" : "events"} replayed`;
    return [{ do: "say", text: `Reconnected after ${seconds} s: ${what}.` }];
  }
}
