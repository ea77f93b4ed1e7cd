import { describe, expect, it } from "vitest";
import { decimal, percent, price, quantity, short, signed, signedPercent, tone } from "../src/format/numbers";

describe("numbers", () => {
  it.each([
    [1234.5, "1,234.50"],
    [-1234.5, "\u22121,234.50"],
    [0, "0.00"],
    [-0.001, "0.00"],
    [null, "\u2013"],
    [undefined, "\u2013"],
    [Number.NaN, "\u2013"],
    [Number.POSITIVE_INFINITY, "\u2013"],
  ])("writes %s as %s", (value, text) => expect(decimal(value)).toBe(text));

  it("writes a plus before gains only, and none before what rounds to zero", () => {
    expect([signed(1.5), signed(-1.5), signed(0), signed(0.001)]).toEqual(["+1.50", "\u22121.50", "0.00", "0.00"]);
  });

  it("never writes an ASCII hyphen for minus", () => {
    const texts = [decimal(-1), signed(-1), quantity(-1), price(-1), percent(-0.1), signedPercent(-0.1), short(-2e6)];
    expect(texts.filter((text) => text.includes("-"))).toEqual([]);
  });

  it("writes fractions as percent", () => {
    expect([percent(0.0123), signedPercent(0.0123, 1), percent(null)]).toEqual(["1.23%", "+1.2%", "\u2013"]);
  });

  it("keeps whole shares whole and parts of shares as they are", () => {
    expect([quantity(100), quantity(0.125), quantity(1_000)]).toEqual(["100", "0.125", "1,000"]);
  });

  it("shows the finer tick below a dollar", () => {
    expect([price(310.5), price(0.1234), price(0)]).toEqual(["310.50", "0.1234", "0.00"]);
  });

  it("shortens what is long", () => {
    expect([short(1_250_000), short(14_900), short(9_999), short(2.5e9)]).toEqual(["1.25M", "14.9k", "9,999", "2.5B"]);
  });

  it("knows no colour for what is zero or unknown", () => {
    expect([tone(1), tone(-1), tone(0), tone(null)]).toEqual(["up", "down", "flat", "flat"]);
  });
});
