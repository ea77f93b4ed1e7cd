// Made by scripts/generate-protocol.mjs from robo_trader/web/protocol.py and rest_models.py. Do not edit:
// run `python -m robo_trader.web.schema | npm run types` in dashboard/; a test fails when the two differ.

/**
 * Why a message of the page was refused; the connection stays.
 */
export type ErrorCode = "BAD_MESSAGE" | "UNKNOWN_TOPIC" | "TOO_MANY_TOPICS";
export type ServerMessage = Hello | Snap | Delta | StreamItems | Gap | Heartbeat | WireError;
export type ClientMessage = Subscribe | Unsubscribe | SetRate | Pong;

/**
 * Changes of one or several tables.
 */
export interface Delta {
  n: number;
  topics: {
    [k: string]: TableChange;
  };
  type: "d";
}
/**
 * What changed in one table between two revs.
 */
export interface TableChange {
  del: (string | number)[];
  prev: number;
  rev: number;
  up: (string | number | boolean | null)[][];
}
/**
 * Items that this connection will not get, both ends included.
 */
export interface Gap {
  from: number;
  to: number;
  topic: string;
  type: "gap";
}
/**
 * The server lives. `lag_ms` is how late its last tick was.
 */
export interface Heartbeat {
  lag_ms: number;
  now: number;
  type: "hb";
}
/**
 * First frame. As long as the journal cannot be read, mode is null and accounts, symbols and feeds are empty.
 *
 * Once it can, there is a new boot, and with it another `hello`.
 */
export interface Hello {
  accounts: string[];
  assets: string | null;
  boot: string;
  feeds: {
    [k: string]: string;
  };
  heartbeat_ms: number;
  mode: string | null;
  now: number;
  protocol: number;
  role: "viewer";
  server_version: string;
  symbols: string[];
  type: "hello";
}
/**
 * The full value of a topic.
 */
export interface Snap {
  columns: string[];
  kind: "table" | "stream";
  rev: number;
  rows: (string | number | boolean | null)[][];
  topic: string;
  type: "snap";
}
/**
 * New items of a stream, ids `first`..`last` without a hole.
 */
export interface StreamItems {
  first: number;
  items: (string | number | boolean | null)[][];
  last: number;
  topic: string;
  type: "ev";
}
/**
 * A message of the page was refused; `ref` is the one it carried.
 */
export interface WireError {
  code: ErrorCode;
  message: string;
  ref: number | null;
  type: "err";
}
/**
 * What the page still holds: the rev it has of each topic, under one boot id.
 */
export interface Cursor {
  boot: string;
  topics: {
    [k: string]: number;
  };
}
/**
 * Answer to `hb`, with its `now`.
 */
export interface Pong {
  now: number;
  type: "pong";
}
/**
 * At most this often, whatever the topics asked for: a hidden tab, a phone, low power; 10 lifts it.
 */
export interface SetRate {
  hz: 10 | 4 | 1;
  type: "rate";
}
/**
 * Send these topics from now on, at most `hz` times a second. A topic already sent starts anew.
 */
export interface Subscribe {
  cursor?: Cursor | null;
  hz?: 10 | 4 | 1;
  ref: number;
  /**
   * @minItems 1
   * @maxItems 50
   */
  topics: [string, ...string[]];
  type: "sub";
}
/**
 * Stop sending these topics.
 */
export interface Unsubscribe {
  /**
   * @minItems 1
   * @maxItems 50
   */
  topics: [string, ...string[]];
  type: "unsub";
}
/**
 * The health table and what the server is. The same rows as topic `health`.
 */
export interface HealthInfo {
  boot: string;
  columns: string[];
  connections: number;
  now: number;
  ok: true;
  rows: (string | number | boolean | null)[][];
  server_version: string;
}
/**
 * All that a visitor without session may know.
 */
export interface Liveness {
  ok: true;
}
/**
 * The code from the fragment of the address the terminal showed.
 */
export interface Login {
  code: string;
}
/**
 * Rows of history, oldest first.
 */
export interface Page {
  columns: string[];
  more: boolean;
  rows: (string | number | boolean | null)[][];
}
/**
 * Why a request was refused. `id` finds the matching line in the server's log, where there is one.
 */
export interface Problem {
  code: string;
  id: string | null;
  message: string;
}
/**
 * Whose session this is, and until when. Times are epoch milliseconds.
 */
export interface SessionInfo {
  accounts: string[];
  assets: string | null;
  boot: string;
  expires_at: number;
  idle_expires_at: number;
  mode: string | null;
  protocol: number;
  role: "viewer";
  server_version: string;
}

export const TABLE_COLUMNS = {
  "account": [
    "account",
    "mode",
    "broker",
    "strategy",
    "bar_size",
    "trading_state",
    "opening_cash",
    "as_of",
    "session",
    "equity",
    "cash",
    "reserved",
    "gross_exposure",
    "realised",
    "commission",
    "drawdown",
    "day_profit",
    "day_return"
  ],
  "bars:": [
    "started_at",
    "open",
    "high",
    "low",
    "close",
    "volume"
  ],
  "health": [
    "component",
    "status",
    "since",
    "last_ok",
    "hint"
  ],
  "orders.working": [
    "order_id",
    "symbol",
    "side",
    "order_type",
    "time_in_force",
    "quantity",
    "filled",
    "limit_price",
    "average_price",
    "commission",
    "status",
    "reason",
    "strategy",
    "signal_id",
    "created_at",
    "updated_at"
  ],
  "positions": [
    "symbol",
    "quantity",
    "average_price",
    "cost",
    "mark_price",
    "market_value",
    "unrealised",
    "realised"
  ]
} as const;

export const STREAM_COLUMNS = {
  "equity": [
    "seq",
    "as_of",
    "session",
    "equity",
    "cash",
    "reserved",
    "gross_exposure",
    "realised",
    "commission",
    "drawdown"
  ],
  "fills": [
    "seq",
    "execution_id",
    "order_id",
    "signal_id",
    "symbol",
    "side",
    "quantity",
    "price",
    "commission",
    "realised",
    "occurred_at"
  ],
  "orders.events": [
    "seq",
    "order_id",
    "symbol",
    "side",
    "order_type",
    "time_in_force",
    "quantity",
    "filled",
    "limit_price",
    "average_price",
    "commission",
    "status",
    "reason",
    "strategy",
    "signal_id",
    "created_at",
    "updated_at"
  ],
  "violations": [
    "seq",
    "occurred_at",
    "symbol",
    "side",
    "quantity",
    "control",
    "limit",
    "value",
    "unit",
    "context",
    "signal_id"
  ]
} as const;

export const CLOSE_CODES = {
  "LIMIT": 4429,
  "LOGIN": 4401,
  "RESTART": 1012,
  "TOO_SLOW": 4408,
  "VERSION": 4409
} as const;
