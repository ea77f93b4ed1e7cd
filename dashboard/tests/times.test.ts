import { describe, expect, it } from "vitest";
import { age, date, dateAndMinute, dayAndMinute, dayOrDate, full, minute, moment, second } from "../src/format/times";

const WINTER = Date.UTC(2026, 10, 20, 19, 3, 12); // 14:03:12 in New York
const SUMMER = Date.UTC(2026, 6, 1, 13, 30, 0); // 09:30:00 in New York

describe("times", () => {
  it("are those of the exchange, daylight saving considered", () => {
    expect([minute(WINTER), second(WINTER), minute(SUMMER)]).toEqual(["14:03", "14:03:12", "09:30"]);
    expect([date(WINTER), dayAndMinute(SUMMER, WINTER)]).toEqual(["2026-11-20", "Jul 1, 09:30"]);
    expect(full(WINTER)).toBe("2026-11-20 14:03:12 ET");
  });

  it("write midnight as 00, not 24", () => expect(minute(Date.UTC(2026, 10, 20, 5))).toBe("00:00"));

  it("say that a time is not known", () => {
    const unknown = [minute, full, dayAndMinute, dateAndMinute, dayOrDate, moment].map((write) => write(null));
    expect(new Set(unknown)).toEqual(new Set(["\u2013"]));
  });

  it("carry the year where it is not the viewer's", () => {
    const replayed = Date.UTC(2005, 7, 19, 13, 30);
    expect([dayAndMinute(replayed, WINTER), dayOrDate(replayed, WINTER)]).toEqual(["2005-08-19 09:30", "2005-08-19"]);
    expect([dayAndMinute(WINTER, WINTER), dayOrDate(WINTER, WINTER)]).toEqual(["Nov 20, 14:03", "Nov 20"]);
  });

  it("take the year from the exchange's clock on New Year's Eve", () => {
    const newYearInLondon = Date.UTC(2027, 0, 1, 1);
    expect(dayAndMinute(WINTER, newYearInLondon)).toBe("Nov 20, 14:03");
    expect(dayAndMinute(newYearInLondon, newYearInLondon)).toBe("Dec 31, 20:00");
  });

  it("of a moment are as short as today allows", () => {
    expect(moment(WINTER, WINTER + 60_000)).toBe("14:03:12");
    expect(moment(SUMMER, WINTER)).toBe("Jul 1, 09:30");
    expect(moment(SUMMER, Date.UTC(2027, 5, 1))).toBe("2026-07-01 09:30");
  });

  it.each([
    [0, "0 s"],
    [-5, "0 s"],
    [99_999, "99 s"],
    [100_000, "1 min"],
    [7_200_000, "2 h"],
  ])("age of %d ms is %s", (milliseconds, text) => expect(age(milliseconds)).toBe(text));
});
