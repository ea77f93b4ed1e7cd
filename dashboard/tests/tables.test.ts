import { describe, expect, it } from "vitest";
import type { Column } from "../src/tables/column";
import { csv } from "../src/tables/csv";
import { Ranking } from "../src/tables/ranking";

interface Line {
  readonly id: string;
  readonly profit: number | null;
}
const columns: Column<Line>[] = [
  { id: "id", label: "Id", text: ({ id }) => id },
  { id: "profit", label: "P&L", name: "Profit", text: ({ profit }) => `${profit} USD`, value: ({ profit }) => profit },
];
const line = (id: string, profit: number | null): Line => ({ id, profit });
const DOWN = { by: "profit", isDown: true };
const ids = (lines: readonly Line[]): string => lines.map(({ id }) => id).join("");

describe("ranking", () => {
  it("sorts numbers as numbers, unknown ones last both ways", () => {
    const lines = [line("a", 9), line("b", null), line("c", 10)];
    const rank = (isDown: boolean): string =>
      ids(new Ranking<Line, string>(({ id }) => id).rank(lines, columns, { by: "profit", isDown }, { now: 0, isTouched: false }));
    expect([rank(true), rank(false)]).toEqual(["cab", "acb"]);
  });

  it("moves rows at most once a second, and never under the pointer", () => {
    const ranking = new Ranking<Line, string>(({ id }) => id);
    const rank = (lines: Line[], now: number, isTouched = false): string =>
      ids(ranking.rank(lines, columns, DOWN, { now, isTouched }));
    expect(rank([line("a", 2), line("b", 1)], 0)).toBe("ab");
    expect(rank([line("a", 1), line("b", 2)], 999)).toBe("ab");
    expect(rank([line("a", 1), line("b", 2)], 5_000, true)).toBe("ab");
    expect(rank([line("a", 1), line("b", 2)], 5_001)).toBe("ba");
  });

  it("shows new rows first until it may sort, and obeys a new order at once", () => {
    const ranking = new Ranking<Line, string>(({ id }) => id);
    const lines = [line("a", 3), line("b", 2)];
    ranking.rank(lines, columns, DOWN, { now: 0, isTouched: false });
    expect(ids(ranking.rank([...lines, line("c", 1)], columns, DOWN, { now: 1, isTouched: true }))).toBe("cab");
    expect(ids(ranking.rank(lines, columns, { by: "profit", isDown: false }, { now: 2, isTouched: true }))).toBe("ba");
  });

  it("leaves rows as they come without an order", () => {
    const lines = [line("b", 1), line("a", 2)];
    expect(new Ranking<Line, string>(({ id }) => id).rank(lines, columns, null, { now: 0, isTouched: false })).toBe(lines);
  });
});

describe("csv", () => {
  it("has plain numbers, quotes what needs it, and disarms formulas", () => {
    expect(csv([line('say "hi", you', -1.5), line("=SUM(A1)", null)], columns)).toBe(
      'Id,Profit\r\n"say ""hi"", you",-1.5\r\n\'=SUM(A1),\r\n',
    );
  });
});
