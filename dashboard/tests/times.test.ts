import { describe, expect, it } from "vitest";
import { age, date, dayAndMinute, full, minute, second } from "../src/format/times";

const WINTER = Date.UTC(2026, 10, 20, 19, 3, 12); // 14:03:12 in New York
const SUMMER = Date.UTC(2026, 6, 1, 13, 30, 0); // 09:30:00 in New York

describe("times", () => {
  it("are those of the exchange, daylight saving considered", () => {
    expect([minute(WINTER), second(WINTER), minute(SUMMER)]).toEqual(["14:03", "14:03:12", "09:30"]);
    expect([date(WINTER), dayAndMinute(SUMMER)]).toEqual(["2026-11-20", "Jul 1, 09:30"]);
    expect(full(WINTER)).toBe("2026-11-20 14:03:12 ET");
  });

  it("write midnight as 00, not 24", () => expect(minute(Date.UTC(2026, 10, 20, 5))).toBe("00:00"));

  it("say that a time is not known", () => expect([minute(null), full(undefined)]).toEqual(["\u2013", "\u2013"]));

  it.each([
    [0, "0 s"],
    [-5, "0 s"],
    [99_999, "99 s"],
    [100_000, "1 min"],
    [7_200_000, "2 h"],
  ])("age of %d ms is %s", (milliseconds, text) => expect(age(milliseconds)).toBe(text));
});
