/** Messages and rows that are valid by default. */

import type { Bar, Fill, Order, OrderEvent } from "../src/live/records";
import type { Hello, Snap, StreamItems } from "../src/protocol";

export function aHello(over: Partial<Hello> = {}): Hello {
  return {
    type: "hello",
    protocol: 1,
    server_version: "0.1.0",
    boot: "boot-1",
    assets: "page-1",
    accounts: ["DU1"],
    mode: "PAPER",
    symbols: ["AAPL", "MSFT"],
    feeds: { AAPL: "sample", MSFT: "synthetic" },
    role: "viewer",
    now: 0,
    heartbeat_ms: 5_000,
    ...over,
  };
}

export function aTable(over: Partial<Snap> = {}): Snap {
  return {
    type: "snap",
    topic: "positions",
    kind: "table",
    rev: 5,
    columns: ["symbol", "quantity"],
    rows: [
      ["AAPL", 10],
      ["MSFT", 20],
    ],
    ...over,
  };
}

/** Rows with seq 11, 12, …, ids 1, 2, …: seq is never the id. */
export function aStream(count = 2, over: Partial<Snap> = {}): Snap {
  const rows = Array.from({ length: count }, (_, at) => [11 + at, `E${at + 1}`]);
  return { type: "snap", topic: "fills", kind: "stream", rev: count, columns: ["seq", "execution_id"], rows, ...over };
}

export function items(first: number, last: number): StreamItems {
  const rows = Array.from({ length: last - first + 1 }, (_, at) => [10 + first + at, `E${first + at}`]);
  return { type: "ev", topic: "fills", first, last, items: rows };
}

export function aBar(started_at: number, over: Partial<Bar> = {}): Bar {
  return { started_at, open: 10, high: 12, low: 9, close: 11, volume: 100, ...over };
}

export function aFill(over: Partial<Fill> = {}): Fill {
  return {
    seq: 1,
    execution_id: "E1",
    order_id: 1,
    signal_id: "s",
    symbol: "AAPL",
    side: "BUY",
    quantity: 10,
    price: 100,
    commission: 1,
    realised: 0,
    occurred_at: 0,
    ...over,
  };
}

export function anOrder(over: Partial<Order> = {}): Order {
  return {
    order_id: 1,
    symbol: "AAPL",
    side: "BUY",
    order_type: "MARKET",
    time_in_force: "DAY",
    quantity: 10,
    filled: 0,
    limit_price: null,
    average_price: null,
    commission: 0,
    status: "WORKING",
    reason: "",
    strategy: "s",
    signal_id: "s",
    created_at: 0,
    updated_at: 0,
    ...over,
  };
}

export function anOrderEvent(over: Partial<OrderEvent> = {}): OrderEvent {
  return { seq: 1, ...anOrder(), ...over };
}
