/** Everything the page shows, as reactive values. Written in one place: the flush, once a frame. */

import { condition, type Condition } from "../live/condition";
import { Connection } from "../live/connection";
import { Flush } from "../live/flush";
import { Reading } from "../live/reading";
import * as records from "../live/records";
import { barsBefore, rowsBefore } from "../live/rest";
import { joinOrders } from "./orders";

const PAGE_TOPICS = {
  account: 10,
  equity: 10,
  positions: 4,
  "orders.working": 4,
  "orders.events": 4,
  fills: 4,
  violations: 4,
  health: 1,
} as const;

const SYMBOL_KEY = "robo-trader.symbol";
const EQUITY_PAGES = 8; // of older history, 500 points each
const CLOCK_MS = 250;
const NOTICES_MAX = 20;

export interface Notice {
  readonly at: number;
  readonly text: string;
}

class Desk {
  account = $state.raw<records.Account | null>(null);
  positions = $state.raw<records.Position[] | null>(null);
  orders = $state.raw<records.Order[] | null>(null);
  fills = $state.raw<records.Fill[] | null>(null);
  violations = $state.raw<records.Violation[] | null>(null);
  equity = $state.raw<records.EquityPoint[] | null>(null);
  bars = $state.raw<records.Bar[] | null>(null);
  health = $state.raw<records.Health[] | null>(null);
  notices = $state.raw<Notice[]>([]);
  /** What the session trades, and the feed of each symbol. */
  traded = $state.raw<readonly string[]>([]);
  feeds = $state.raw<Readonly<Record<string, string>>>({});

  symbol = $state<string | null>(remembered());
  loginNeeded = $state(false);
  now = $state(Date.now());
  condition = $state<Condition>("loading");
  lostAt = $state<number | null>(null);
  lastHeardAt = $state(0);
  retryAt = $state<number | null>(null);
  startedAt = $state(Date.now());
  barsRefusal = $state<string | null>(null);

  /** What can be chosen; also the symbol remembered from another time, until the server refuses it. */
  readonly symbols = $derived(
    this.symbol === null || this.traded.includes(this.symbol) ? this.traded : [this.symbol, ...this.traded],
  );

  readonly #readings = {
    account: new Reading(records.ACCOUNT),
    positions: new Reading(records.POSITION),
    working: new Reading(records.ORDER),
    events: new Reading(records.ORDER_EVENT),
    fills: new Reading(records.FILL),
    violations: new Reading(records.VIOLATION),
    equity: new Reading(records.EQUITY),
    bars: new Reading(records.BAR),
    health: new Reading(records.HEALTH),
  };
  readonly #flush = new Flush((topics) => this.#draw(topics));
  readonly #connection = new Connection({
    changed: (topic) => this.#flush.mark(topic),
    forgotten: () => this.#forget(),
    greeted: ({ symbols, feeds }) => {
      this.traded = symbols;
      this.feeds = feeds;
    },
    say: (text) => this.say(text),
    loginNeeded: () => {
      this.loginNeeded = true;
    },
  });
  #clock: number | undefined;
  #olderEquityFrom: number | null = null;
  #fetchingBars = false;
  #barsExhausted = false;

  start(): void {
    this.loginNeeded = false;
    this.#clock ??= window.setInterval(() => this.#look(), CLOCK_MS);
    this.#connection.want(PAGE_TOPICS);
    if (this.symbol !== null) this.#connection.want({ [barsTopic(this.symbol)]: 4 });
    this.#connection.start();
  }

  stop(): void {
    this.#connection.stop();
  }

  retryNow(): void {
    this.#connection.retryNow();
  }

  say(text: string): void {
    this.notices = [{ at: Date.now(), text }, ...this.notices].slice(0, NOTICES_MAX);
  }

  choose(symbol: string): void {
    if (symbol === this.symbol) return;
    if (this.symbol !== null) this.#connection.leave(barsTopic(this.symbol));
    this.symbol = symbol;
    this.bars = null;
    this.barsRefusal = null;
    this.#barsExhausted = false;
    this.#connection.want({ [barsTopic(symbol)]: 4 });
    try {
      localStorage.setItem(SYMBOL_KEY, symbol);
    } catch {
      // Storage may be forbidden; the choice then lasts as long as the page.
    }
  }

  /** Fetches one page of bars older than those held. */
  async olderBars(): Promise<void> {
    const symbol = this.symbol;
    const first = this.bars?.[0]?.started_at;
    if (symbol === null || first === undefined || this.#fetchingBars || this.#barsExhausted) return;
    this.#fetchingBars = true;
    try {
      const page = await barsBefore(symbol, first);
      if (symbol !== this.symbol) return;
      this.#barsExhausted = page.rows.length === 0;
      if (this.#connection.replica.fill(barsTopic(symbol), page) === "changed") this.#flush.mark(barsTopic(symbol));
    } catch (error) {
      this.say(`Older bars of ${symbol} could not be fetched: ${error instanceof Error ? error.message : error}`);
      this.#barsExhausted = true;
    } finally {
      this.#fetchingBars = false;
    }
  }

  #look(): void {
    const { conversation } = this.#connection;
    this.now = Date.now();
    this.lostAt = conversation.lostAt;
    this.lastHeardAt = conversation.lastHeardAt;
    this.retryAt = conversation.retryAt;
    const link = {
      phase: conversation.phase,
      lostAt: conversation.lostAt,
      lastHeardAt: conversation.lastHeardAt,
      heartbeatMs: conversation.hello?.heartbeat_ms ?? 5_000,
      everLive: conversation.hello !== null,
    };
    this.condition = condition(link, this.health, this.now);
  }

  #draw(topics: ReadonlySet<string>): void {
    const { replica } = this.#connection;
    const readings = this.#readings;
    if (topics.has("account")) this.account = readings.account.of(replica, "account")?.[0] ?? null;
    if (topics.has("positions")) this.positions = readings.positions.of(replica, "positions");
    if (topics.has("fills")) this.fills = readings.fills.of(replica, "fills");
    if (topics.has("violations")) this.violations = readings.violations.of(replica, "violations");
    if (topics.has("health")) this.health = readings.health.of(replica, "health");
    if (topics.has("orders.working") || topics.has("orders.events")) this.#drawOrders();
    if (topics.has("equity")) this.#drawEquity();
    if (this.symbol !== null && topics.has(barsTopic(this.symbol))) this.#drawBars(this.symbol);
    this.#settleSymbol();
    this.#look();
  }

  #drawOrders(): void {
    const { replica } = this.#connection;
    const working = this.#readings.working.of(replica, "orders.working");
    const events = this.#readings.events.of(replica, "orders.events");
    this.orders = working && joinOrders(working, events ?? []);
  }

  #drawEquity(): void {
    this.equity = this.#readings.equity.of(this.#connection.replica, "equity");
    const first = this.equity?.[0]?.seq ?? null;
    if (first === null || first === this.#olderEquityFrom) return;
    const wasAsked = this.#olderEquityFrom !== null && first < this.#olderEquityFrom;
    this.#olderEquityFrom = first;
    if (!wasAsked) void this.#olderEquity(first);
  }

  async #olderEquity(first: number): Promise<void> {
    let before = first;
    try {
      for (let page = 0; page < EQUITY_PAGES; page += 1) {
        const older = await rowsBefore("equity", before);
        if (this.#connection.replica.fill("equity", older) === "changed") this.#flush.mark("equity");
        const next = older.rows[0]?.[older.columns.indexOf("seq")];
        if (!older.more || typeof next !== "number") return;
        before = next;
      }
    } catch {
      this.say("Older equity could not be fetched; the curve starts with what the server still holds.");
    }
  }

  #drawBars(symbol: string): void {
    const topic = barsTopic(symbol);
    this.bars = this.#readings.bars.of(this.#connection.replica, topic);
    this.barsRefusal = this.#connection.conversation.refusal(topic);
  }

  /** A page without a symbol, or with one remembered from another account, takes the first that fits. */
  #settleSymbol(): void {
    if (this.symbol !== null && this.barsRefusal === null) return;
    const symbol = this.#firstSymbol();
    if (symbol !== null) this.choose(symbol);
  }

  /** The largest position, else the symbol last traded or refused, else the first; `null` until that is known. */
  #firstSymbol(): string | null {
    const largest = [...(this.positions ?? [])].sort(
      (one, other) => Math.abs(other.market_value ?? 0) - Math.abs(one.market_value ?? 0),
    )[0];
    const last = this.orders?.[0] ?? this.fills?.at(-1) ?? this.violations?.at(-1);
    return largest?.symbol ?? last?.symbol ?? (this.positions && this.traded[0]) ?? null;
  }

  #forget(): void {
    this.account = null;
    this.positions = null;
    this.orders = null;
    this.fills = null;
    this.violations = null;
    this.equity = null;
    this.bars = null;
    this.health = null;
    this.#olderEquityFrom = null;
    this.#barsExhausted = false;
    this.startedAt = Date.now();
  }
}

function barsTopic(symbol: string): string {
  return `bars:${symbol}`;
}

function remembered(): string | null {
  try {
    return localStorage.getItem(SYMBOL_KEY);
  } catch {
    return null;
  }
}

export const desk = new Desk();
