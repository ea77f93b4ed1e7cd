import { describe, expect, it } from "vitest";
import { unchangedStart } from "../src/charts/base";
import { newestRange } from "../src/charts/candleChart";
import { widened } from "../src/charts/equityChart";
import { barAt, tradeMarkers } from "../src/charts/markers";
import { candlePoints, rising, seconds } from "../src/charts/points";
import { candleSummary } from "../src/charts/summaries";
import { faded } from "../src/charts/theme";
import { aBar, aFill } from "./builders";

const at = (...times: number[]) => times.map((time) => ({ time: seconds(time * 1_000) }));
const bars = [0, 60, 120].map((start) => aBar(start * 1_000));
const COLOURS = { up: "#0a0", down: "#a00" };

describe("points", () => {
  it("rise strictly: sorted, the last of equal times kept", () => {
    const points = [
      { time: seconds(2_000), value: 1 },
      { time: seconds(1_000), value: 2 },
      { time: seconds(2_000), value: 3 },
    ];
    expect(rising(points).map(({ value }) => value)).toEqual([2, 3]);
  });

  it("leave out bars with unknown prices", () => {
    expect(candlePoints([aBar(0), aBar(60_000, { low: null })]).length).toBe(1);
  });
});

describe("drawing", () => {
  it("shows the newest bars, and leaves room for those of a young session", () => {
    expect([3, 60, 90, 3_000].map((count) => newestRange(count).from)).toEqual([-57, 0, 0, 2_880]);
  });

  it("updates only the tail when only the tail is new", () => {
    expect(unchangedStart(at(1, 2), at(1, 2))).toBe(1);
    expect(unchangedStart(at(1, 2), at(1, 2, 3))).toBe(1);
  });

  it("draws all anew when the beginning changed or there is too much", () => {
    expect(unchangedStart([], at(1))).toBeNull();
    expect(unchangedStart(at(1, 2), at(0, 1, 2))).toBeNull();
    expect(unchangedStart(at(1, 2), at(1))).toBeNull();
    expect(unchangedStart(at(1), at(...Array.from({ length: 99 }, (_, one) => one + 1)))).toBeNull();
  });

  it("gives a flat curve room, and leaves any other alone", () => {
    const moving = { priceRange: { minValue: 99, maxValue: 101 } };
    expect(widened(moving)).toBe(moving);
    expect(widened(null)).toBeNull();
    expect(widened({ priceRange: { minValue: 100, maxValue: 100 } })).toEqual({
      priceRange: { minValue: 99.5, maxValue: 100.5 },
    });
  });

  it("fades a token", () => expect(faded("#2bb5a0", 0.2)).toBe("#2bb5a033"));
});

describe("trade markers", () => {
  it("stand on the bar that was under way", () => {
    expect([-1, 0, 59_999, 60_000, 999_999].map((time) => barAt(bars, time))).toEqual([-1, 0, 0, 1, 2]);
  });

  it("join the fills of one bar and side", () => {
    const fills = [
      aFill({ occurred_at: 61_000, quantity: 3 }),
      aFill({ occurred_at: 62_000, quantity: 4 }),
      aFill({ occurred_at: 63_000, quantity: 5, side: "SELL" }),
      aFill({ occurred_at: -5 }),
    ];
    expect(tradeMarkers(bars, fills, COLOURS)).toEqual([
      { time: 60, position: "belowBar", shape: "arrowUp", color: "#0a0", text: "B 7" },
      { time: 60, position: "aboveBar", shape: "arrowDown", color: "#a00", text: "S 5" },
    ]);
  });
});

it("says in words what a chart shows", () => {
  const position = {
    symbol: "AAPL",
    quantity: 120,
    average_price: 10,
    cost: 1_200,
    mark_price: 11,
    market_value: 1_320,
    unrealised: 120,
    realised: 0,
  };
  const words = candleSummary("AAPL", "simulated prices", bars, [aFill()], position);
  expect(words).toContain("AAPL, simulated prices, 3 bars");
  expect(words).toContain("11.00, +10.00%");
  expect(words).toContain("long 120; 1 fills");
});
