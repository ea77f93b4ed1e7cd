/** Reads the rows of a topic as records, each row once: an unchanged row keeps its record. */

import { decoder, type Decoded, type Row, type Shape } from "./cells";
import type { Replica } from "./replica";

export class Reading<S extends Shape> {
  #records = new WeakMap<Row, Decoded<S>>();
  #columns = "";
  #decode: (row: Row) => Decoded<S>;

  constructor(readonly shape: S) {
    this.#decode = decoder(shape, []);
  }

  /** `null` while nothing was received. */
  of(replica: Replica, topic: string): Decoded<S>[] | null {
    const rows = replica.rows(topic);
    if (rows === null) return null;
    this.#follow(replica.columns(topic));
    return rows.map((row) => this.#record(row));
  }

  #follow(columns: readonly string[]): void {
    const key = columns.join();
    if (key === this.#columns) return;
    this.#columns = key;
    this.#decode = decoder(this.shape, columns);
    this.#records = new WeakMap();
  }

  #record(row: Row): Decoded<S> {
    let record = this.#records.get(row);
    if (!record) {
      record = this.#decode(row);
      this.#records.set(row, record);
    }
    return record;
  }
}
