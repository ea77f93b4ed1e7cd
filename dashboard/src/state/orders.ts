/** One list of orders: those working now, then the newest that ended. Pure. */

import type { Order, OrderEvent } from "../live/records";

const ENDED = new Set(["FILLED", "CANCELED", "EXPIRED", "REJECTED"]);

export function isWorking(order: Order): boolean {
  return !ENDED.has(order.status);
}

/** The table of working orders counts before what the events, which come on their own, last said. */
export function joinOrders(working: readonly Order[], events: readonly OrderEvent[]): Order[] {
  const latest = new Map<number, Order>();
  for (const event of events) latest.set(event.order_id, event);
  for (const order of working) latest.set(order.order_id, order);
  return [...latest.values()].sort(
    (one, other) =>
      Number(isWorking(other)) - Number(isWorking(one)) ||
      other.updated_at - one.updated_at ||
      other.order_id - one.order_id,
  );
}
