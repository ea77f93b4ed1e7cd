/** In which order rows stand, and when they may change places. Pure. */

import { type Column, type Order, valueOf } from "./column";

export const RERANK_MS = 1_000;

type Value = number | string | null;

function compare(one: Value, other: Value): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), "en-US", { numeric: true });
}

/** Sorted by one column; unknown values last whichever way, equal ones as they came. */
export function sorted<R>(rows: readonly R[], column: Column<R>, isDown: boolean): R[] {
  const direction = isDown ? -1 : 1;
  return [...rows].sort((first, second) => {
    const one = valueOf(column, first);
    const other = valueOf(column, second);
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    return direction * compare(one, other);
  });
}

/** Rows keep the places they had; new ones come first, as in a feed. */
export function inPlace<R, K>(rows: readonly R[], places: readonly K[], keyOf: (row: R) => K): R[] {
  const before = new Map(places.map((key, at) => [key, at]));
  const place = (row: R): number => before.get(keyOf(row)) ?? -1;
  return [...rows].sort((one, other) => place(one) - place(other));
}

/** Remembers the places of rows, so that they do not jump while somebody points at one. */
export class Ranking<R, K> {
  #places: K[] = [];
  #rankedAt = -Infinity;
  #by = "";

  constructor(readonly keyOf: (row: R) => K) {}

  rank(
    rows: readonly R[],
    columns: readonly Column<R>[],
    order: Order | null,
    { now, isTouched }: { now: number; isTouched: boolean },
  ): readonly R[] {
    const column = columns.find(({ id }) => id === order?.by);
    if (!order || !column) return rows;
    const by = `${order.by} ${order.isDown}`;
    const mayMove = by !== this.#by || (!isTouched && now - this.#rankedAt >= RERANK_MS);
    const ranked = mayMove ? sorted(rows, column, order.isDown) : inPlace(rows, this.#places, this.keyOf);
    if (mayMove) {
      this.#rankedAt = now;
      this.#by = by;
    }
    this.#places = ranked.map(this.keyOf);
    return ranked;
  }
}
