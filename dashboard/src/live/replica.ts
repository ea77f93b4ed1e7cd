/**
 * The page's copy of the topics, and the rules by which it follows the server's (see web/protocol.py).
 *
 * Pure: messages in, verdicts out. Who sends, draws or fetches stands elsewhere.
 */

import type { Gap, Page, Snap, StreamItems, TableChange } from "../protocol";
import type { Cell, Row } from "./cells";

/** CHANGED: our copy moved on. OLD: known already. BROKEN: something is missing, subscribe anew. */
export type Verdict = "changed" | "old" | "broken";

interface Held {
  readonly kind: Snap["kind"];
  readonly columns: readonly string[];
  rev: number;
}
interface HeldTable extends Held {
  readonly kind: "table";
  readonly rows: Map<Cell, Row>;
}
interface HeldStream extends Held {
  readonly kind: "stream";
  rows: Row[];
}

const TABLE_ROWS_MAX = 5_000;
const STREAM_ROWS_MAX = 20_000;

export class Replica {
  readonly #topics = new Map<string, HeldTable | HeldStream>();

  /** A full value replaces whatever is held. */
  replace({ topic, kind, rev, columns, rows }: Snap): void {
    if (kind === "table") {
      this.#topics.set(topic, { kind, rev, columns, rows: new Map(rows.map((row) => [keyOf(row), row])) });
    } else {
      this.#topics.set(topic, { kind, rev, columns, rows });
    }
  }

  /** A change fits if it continues from the rev we hold. */
  change(topic: string, { prev, rev, up, del }: TableChange): Verdict {
    const held = this.#topics.get(topic);
    if (held?.kind !== "table") return "broken";
    if (rev <= held.rev) return "old";
    if (prev !== held.rev) return "broken";
    for (const key of del) held.rows.delete(key);
    for (const row of up) held.rows.set(keyOf(row), row);
    trim(held.rows);
    held.rev = rev;
    return "changed";
  }

  /** Items fit if the first of them is the next id. */
  append({ topic, first, last, items }: StreamItems): Verdict {
    const held = this.#topics.get(topic);
    if (held?.kind !== "stream") return "broken";
    if (last <= held.rev) return "old";
    if (first > held.rev + 1 || items.length !== last - first + 1) return "broken";
    held.rows.push(...items.slice(held.rev + 1 - first));
    if (held.rows.length > STREAM_ROWS_MAX) held.rows = held.rows.slice(-STREAM_ROWS_MAX);
    held.rev = last;
    return "changed";
  }

  /** Items that will not come: step over them. "changed" means they must be fetched by REST. */
  skip({ topic, to }: Gap): Verdict {
    const held = this.#topics.get(topic);
    if (held?.kind !== "stream") return "broken";
    if (to <= held.rev) return "old";
    held.rev = to;
    return "changed";
  }

  /** Rows of history, put where they belong; the cursor stays, for they carry no ids. */
  fill(topic: string, page: Page): Verdict {
    const held = this.#topics.get(topic);
    if (!held) return "broken";
    const places = held.columns.map((name) => page.columns.indexOf(name));
    const rows = page.rows.map((row) => places.map((at) => row[at] ?? null));
    return held.kind === "table" ? fillTable(held, rows) : fillStream(held, rows);
  }

  /** Drops one topic: its cursor is worth nothing any more. */
  drop(topic: string): void {
    this.#topics.delete(topic);
  }

  clear(): void {
    this.#topics.clear();
  }

  /** What we hold of these topics, for a subscription that resumes. */
  cursors(topics: readonly string[]): Record<string, number> {
    const held = topics.flatMap((topic) => {
      const rev = this.#topics.get(topic)?.rev;
      return rev === undefined ? [] : [[topic, rev] as const];
    });
    return Object.fromEntries(held);
  }

  columns(topic: string): readonly string[] {
    return this.#topics.get(topic)?.columns ?? [];
  }

  /** The rows of a topic; `null` while nothing was received. */
  rows(topic: string): Row[] | null {
    const held = this.#topics.get(topic);
    return held ? [...held.rows.values()] : null;
  }

  /** Journal sequence (first column) at either end of a stream. */
  ends(topic: string): { first: number; last: number } | null {
    const held = this.#topics.get(topic);
    const first = held?.kind === "stream" ? held.rows[0]?.[0] : undefined;
    const last = held?.kind === "stream" ? held.rows.at(-1)?.[0] : undefined;
    return typeof first === "number" && typeof last === "number" ? { first, last } : null;
  }
}

function keyOf(row: Row): Cell {
  return row[0] ?? null;
}

function trim(rows: Map<Cell, Row>): void {
  for (const key of rows.keys()) {
    if (rows.size <= TABLE_ROWS_MAX) return;
    rows.delete(key);
  }
}

/** History never overwrites what is live; rows stand in the order of their key. */
function fillTable(held: HeldTable, rows: readonly Row[]): Verdict {
  const older = rows.filter((row) => !held.rows.has(keyOf(row)));
  if (older.length === 0) return "old";
  const all = [...older, ...held.rows.values()].sort(byKey);
  held.rows.clear();
  for (const row of all) held.rows.set(keyOf(row), row);
  return "changed";
}

/** Several rows may share a journal sequence, so a row is known by all of its cells. */
function fillStream(held: HeldStream, rows: readonly Row[]): Verdict {
  const known = new Set(held.rows.map((row) => JSON.stringify(row)));
  const missing = rows.filter((row) => !known.has(JSON.stringify(row)));
  if (missing.length === 0) return "old";
  held.rows = [...missing, ...held.rows].sort(byKey).slice(-STREAM_ROWS_MAX);
  return "changed";
}

function byKey(one: Row, other: Row): number {
  return Number(one[0]) - Number(other[0]);
}
