/** What the charts say, in words: the label of the canvas for those who do not see it. Pure. */

import { decimal, percent, price, quantity, signedPercent } from "../format/numbers";
import { dayAndMinute, ZONE_LABEL } from "../format/times";
import type { Account, Bar, EquityPoint, Fill, Position } from "../live/records";

export function equitySummary(rows: readonly EquityPoint[], account: Account | null): string {
  const first = rows[0];
  const last = rows.at(-1);
  if (!first || !last) return "Equity curve, no points yet.";
  const worst = Math.max(...rows.map((row) => row.drawdown ?? 0));
  const opening = account?.opening_cash ?? first.equity;
  const change = opening && last.equity !== null ? last.equity / opening - 1 : null;
  return (
    `Equity curve from ${dayAndMinute(first.as_of)} to ${dayAndMinute(last.as_of)} ${ZONE_LABEL}: ` +
    `${decimal(last.equity)} dollars, ${signedPercent(change)} since the start; ` +
    `drawdown ${percent(last.drawdown)}, at worst ${percent(worst)}.`
  );
}

export function candleSummary(
  symbol: string,
  source: string,
  bars: readonly Bar[],
  fills: readonly Fill[],
  position: Position | undefined,
): string {
  const first = bars[0];
  const last = bars.at(-1);
  if (!first || !last) return `Candles of ${symbol}, no bars yet.`;
  const change = first.open && last.close !== null ? last.close / first.open - 1 : null;
  const held = position?.quantity ?? 0;
  const holding = held === 0 ? "no position" : `${held > 0 ? "long" : "short"} ${quantity(Math.abs(held))}`;
  return (
    `${symbol}, ${source ? `${source}, ` : ""}${bars.length} bars to ${dayAndMinute(last.started_at)} ${ZONE_LABEL}: ` +
    `${price(last.close)}, ${signedPercent(change)} over the bars shown; ${holding}; ${fills.length} fills.`
  );
}
