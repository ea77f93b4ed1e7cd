/** Times as the dashboard writes them: epoch milliseconds UTC in, the exchange's clock out. */

import { UNKNOWN, type Amount } from "./numbers";

const EXCHANGE_ZONE = "America/New_York";
export const ZONE_LABEL = "ET";

function clock(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", { timeZone: EXCHANGE_ZONE, hourCycle: "h23", ...options });
}

const hourMinute = clock({ hour: "2-digit", minute: "2-digit" });
const hourMinuteSecond = clock({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayMonth = clock({ month: "short", day: "numeric" });
const monthOnly = clock({ month: "short" });
const yearOnly = clock({ year: "numeric" });
const isoDay = new Intl.DateTimeFormat("sv-SE", { timeZone: EXCHANGE_ZONE });

const write =
  (format: Intl.DateTimeFormat) =>
  (at: Amount): string =>
    typeof at === "number" && Number.isFinite(at) ? format.format(at) : UNKNOWN;

/** 14:03 */
export const minute = write(hourMinute);
/** 14:03:12 */
export const second = write(hourMinuteSecond);
/** Mar 4 */
export const day = write(dayMonth);
/** Mar */
export const month = write(monthOnly);
/** 2026 */
export const year = write(yearOnly);
/** 2026-03-04 */
export const date = write(isoDay);

/** Mar 4, or 2005-08-19 in a year that is not the viewer's. */
export function dayOrDate(at: Amount, now = Date.now()): string {
  return year(at) === year(now) ? day(at) : date(at);
}

/** 2026-03-04 14:03 */
export function dateAndMinute(at: Amount): string {
  return year(at) === UNKNOWN ? UNKNOWN : `${date(at)} ${minute(at)}`;
}

/** Mar 4, 14:03: rows of several days stand in one table. In another year than the viewer's 2005-08-19 09:30. */
export function dayAndMinute(at: Amount, now = Date.now()): string {
  return year(at) === year(now) ? `${day(at)}, ${minute(at)}` : dateAndMinute(at);
}

/** The shortest that cannot be mistaken: 14:03:12 of today, else day or date with it. */
export function moment(at: Amount, now = Date.now()): string {
  return date(at) === date(now) ? second(at) : dayAndMinute(at, now);
}

/** 2026-03-04 14:03:12 ET, for titles and exports. */
export function full(at: Amount): string {
  return typeof at === "number" && Number.isFinite(at) ? `${date(at)} ${second(at)} ${ZONE_LABEL}` : UNKNOWN;
}

/** How old something is, in its largest fitting unit: "4 s", "3 min", "2 h". */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h`;
}
