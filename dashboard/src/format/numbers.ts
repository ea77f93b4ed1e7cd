/** Numbers as the dashboard writes them: true minus sign, grouped, and a dash for "not known". */

export const MINUS = "\u2212";
export const UNKNOWN = "\u2013";

export type Amount = number | null | undefined;

const formats = new Map<string, Intl.NumberFormat>();

function grouped(least: number, most: number): Intl.NumberFormat {
  const key = `${least}-${most}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: least, maximumFractionDigits: most });
    formats.set(key, format);
  }
  return format;
}

function isKnown(value: Amount): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** 1234.5 -> "1,234.50". What rounds to zero carries no sign. */
export function decimal(value: Amount, digits = 2, most = digits): string {
  if (!isKnown(value)) return UNKNOWN;
  const text = grouped(digits, most).format(Math.abs(value));
  const isZero = !/[1-9]/.test(text);
  return value < 0 && !isZero ? MINUS + text : text;
}

/** As `decimal`, with a plus sign in front of gains. */
export function signed(value: Amount, digits = 2): string {
  const text = decimal(value, digits);
  const isGain = isKnown(value) && value > 0 && /[1-9]/.test(text);
  return isGain ? `+${text}` : text;
}

/** Shares: whole where they are whole, up to four digits where they are not. */
export function quantity(value: Amount): string {
  return decimal(value, 0, 4);
}

/** Prices: two digits, four below a dollar, where the tick is finer than a cent. */
export function price(value: Amount): string {
  return decimal(value, isKnown(value) && value !== 0 && Math.abs(value) < 1 ? 4 : 2);
}

/** A fraction as percent: 0.0123 -> "1.23%". */
export function percent(fraction: Amount, digits = 2): string {
  return isKnown(fraction) ? `${decimal(fraction * 100, digits)}%` : UNKNOWN;
}

/** As `percent`, with a plus sign in front of gains. */
export function signedPercent(fraction: Amount, digits = 2): string {
  return isKnown(fraction) ? `${signed(fraction * 100, digits)}%` : UNKNOWN;
}

/** Money on axes and in narrow places: 1250000 -> "1.25M". */
export function short(value: Amount): string {
  if (!isKnown(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 1e9) return `${decimal(value / 1e9, 0, 2)}B`;
  if (size >= 1e6) return `${decimal(value / 1e6, 0, 2)}M`;
  if (size >= 1e4) return `${decimal(value / 1e3, 0, 1)}k`;
  return decimal(value, 0);
}

export type Tone = "up" | "down" | "flat";

/** Which colour a change has; beside it there is always a sign. */
export function tone(value: Amount): Tone {
  if (!isKnown(value) || value === 0) return "flat";
  return value > 0 ? "up" : "down";
}
