/** Rows come as arrays with the columns named once: this turns them into records, checked against the contract. */

import type { STREAM_COLUMNS, Snap, TABLE_COLUMNS } from "../protocol";

export type Row = Snap["rows"][number];
export type Cell = Row[number];
export type Reader<T> = (cell: Cell | undefined) => T;

export type TableColumn<T extends keyof typeof TABLE_COLUMNS> = (typeof TABLE_COLUMNS)[T][number];
export type StreamColumn<T extends keyof typeof STREAM_COLUMNS> = (typeof STREAM_COLUMNS)[T][number];

/** Which reader reads which column. A shape must name every column, else the type check fails. */
export type Shape<Column extends string = string> = Record<Column, Reader<unknown>>;
export type Decoded<S extends Shape> = { readonly [Name in keyof S]: ReturnType<S[Name]> };

export const text: Reader<string> = (cell) => (cell === null || cell === undefined ? "" : String(cell));
export const amount: Reader<number | null> = (cell) => (typeof cell === "number" ? cell : null);
/** An id or a time, which is always there. */
export const whole: Reader<number> = (cell) => (typeof cell === "number" ? cell : 0);

/** A function that reads rows of these columns, in whatever order the server has them. */
export function decoder<S extends Shape>(shape: S, columns: readonly string[]): (row: Row) => Decoded<S> {
  const places = Object.entries(shape).map(([name, read]) => ({ name, read, at: columns.indexOf(name) }));
  return (row) =>
    Object.fromEntries(places.map(({ name, read, at }) => [name, read(row[at])])) as Decoded<S>;
}
