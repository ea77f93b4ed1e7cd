/** One column of a table: what it says, how it sorts, how it looks. */

import type { Tone } from "../format/numbers";

export interface Column<Record> {
  readonly id: string;
  readonly label: string;
  /** The long name, where the label is short. */
  readonly name?: string;
  readonly text: (row: Record) => string;
  /** What is sorted by and exported; the text if it is absent. */
  readonly value?: (row: Record) => number | string | null;
  readonly isNumber?: boolean;
  readonly tone?: (row: Record) => Tone | "warn" | "danger" | "dim";
  /** Shown when the pointer rests on the cell. */
  readonly hint?: (row: Record) => string;
  /** Where the cell stands on a phone, where a row is a card: first line, its right end, or the second line. */
  readonly phone?: "lead" | "end" | "more";
  /** A press on the cell chooses the row's symbol. */
  readonly isPick?: boolean;
  /** Left out where the panel is narrow, or already where it is of medium width. */
  readonly spare?: "narrow" | "medium";
  /** Takes the room that is left and may be cut. */
  readonly isWide?: boolean;
}

export interface Order {
  readonly by: string;
  readonly isDown: boolean;
}

export function valueOf<R>(column: Column<R>, row: R): number | string | null {
  return column.value ? column.value(row) : column.text(row);
}
