import { describe, expect, it } from "vitest";
import { Replica } from "../src/live/replica";
import { aStream, aTable, items } from "./builders";

function holding(...snaps: Parameters<Replica["replace"]>[0][]): Replica {
  const replica = new Replica();
  for (const snap of snaps) replica.replace(snap);
  return replica;
}

describe("a table", () => {
  it("takes a change whose prev is our rev: rows replaced by key, keys deleted", () => {
    const replica = holding(aTable());
    expect(replica.change("positions", { prev: 5, rev: 8, up: [["AAPL", 11], ["XOM", 1]], del: ["MSFT"] })).toBe("changed");
    expect(replica.rows("positions")).toEqual([["AAPL", 11], ["XOM", 1]]);
    expect(replica.cursors(["positions"])).toEqual({ positions: 8 });
  });

  it("ignores a change that is not above its rev", () => {
    const replica = holding(aTable());
    expect(replica.change("positions", { prev: 3, rev: 5, up: [["AAPL", 99]], del: [] })).toBe("old");
    expect(replica.rows("positions")?.[0]).toEqual(["AAPL", 10]);
  });

  it("is broken by a change from another rev, and unchanged by it", () => {
    const replica = holding(aTable());
    expect(replica.change("positions", { prev: 6, rev: 7, up: [["AAPL", 99]], del: [] })).toBe("broken");
    expect(replica.rows("positions")?.[0]).toEqual(["AAPL", 10]);
  });

  it("that is not held is broken by any change", () => {
    expect(new Replica().change("positions", { prev: 0, rev: 1, up: [], del: [] })).toBe("broken");
  });

  it("is replaced whole by a snapshot", () => {
    const replica = holding(aTable(), aTable({ rev: 9, rows: [["XOM", 1]] }));
    expect(replica.rows("positions")).toEqual([["XOM", 1]]);
  });

  it("keeps what is live when history comes in, and stands in order of its key", () => {
    const columns = ["started_at", "close"];
    const replica = holding(aTable({ topic: "bars:A", columns, rows: [[300, 3], [400, 4]] }));
    replica.fill("bars:A", { columns, rows: [[100, 1], [300, 99]], more: false });
    expect(replica.rows("bars:A")).toEqual([[100, 1], [300, 3], [400, 4]]);
  });
});

describe("a stream", () => {
  it("takes items that begin with the next id", () => {
    const replica = holding(aStream(2));
    expect(replica.append(items(3, 4))).toBe("changed");
    expect(replica.rows("fills")?.length).toBe(4);
    expect(replica.cursors(["fills"])).toEqual({ fills: 4 });
  });

  it("ignores items it has, and takes the new ones of an overlap once", () => {
    const replica = holding(aStream(2));
    expect(replica.append(items(1, 2))).toBe("old");
    expect(replica.append(items(2, 3))).toBe("changed");
    expect(replica.rows("fills")?.map((row) => row[1])).toEqual(["E1", "E2", "E3"]);
  });

  it("is broken by a hole", () => expect(holding(aStream(2)).append(items(4, 4))).toBe("broken"));

  it("steps over a gap; what REST brings stands where it belongs, without doubles", () => {
    const replica = holding(aStream(2));
    expect(replica.skip({ type: "gap", topic: "fills", from: 3, to: 5 })).toBe("changed");
    expect(replica.append(items(6, 6))).toBe("changed");
    const missed = { columns: ["execution_id", "seq"], rows: [["E2", 12], ["E3", 13], ["E4", 14], ["E5", 15]], more: false };
    expect(replica.fill("fills", missed)).toBe("changed");
    expect(replica.rows("fills")?.map((row) => row[1])).toEqual(["E1", "E2", "E3", "E4", "E5", "E6"]);
    expect(replica.fill("fills", missed)).toBe("old");
    expect(replica.cursors(["fills"])).toEqual({ fills: 6 });
  });

  it("keeps rows that share a journal sequence", () => {
    const replica = holding(aStream(0, { rows: [[7, "CASH"], [7, "LIMIT"]], rev: 2 }));
    replica.fill("fills", { columns: ["seq", "execution_id"], rows: [[7, "CASH"], [6, "OLD"]], more: false });
    expect(replica.rows("fills")).toEqual([[6, "OLD"], [7, "CASH"], [7, "LIMIT"]]);
  });

  it("names the journal sequences at its ends", () => {
    expect(holding(aStream(3)).ends("fills")).toEqual({ first: 11, last: 13 });
    expect(holding(aStream(0)).ends("fills")).toBeNull();
  });
});
