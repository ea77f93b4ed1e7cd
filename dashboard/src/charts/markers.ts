/** Fills as marks on the candles: one for each bar and side. Pure. */

import type { SeriesMarker, UTCTimestamp } from "lightweight-charts";
import { quantity } from "../format/numbers";
import type { Bar, Fill } from "../live/records";
import { seconds } from "./points";

const LABELS_MAX = 24; // beyond that the quantities would hide the candles

/** Where the bar stands that a moment belongs to: the last one started at or before it, -1 if there is none. */
export function barAt(bars: readonly Bar[], at: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bars[middle]?.started_at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

interface Traded {
  readonly bar: number;
  readonly side: string;
  shares: number;
}

function tradedPerBar(bars: readonly Bar[], fills: readonly Fill[]): Traded[] {
  const traded = new Map<string, Traded>();
  for (const fill of fills) {
    const bar = barAt(bars, fill.occurred_at);
    if (bar < 0) continue;
    const key = `${bar} ${fill.side}`;
    const sum = traded.get(key) ?? { bar, side: fill.side, shares: 0 };
    sum.shares += fill.quantity ?? 0;
    traded.set(key, sum);
  }
  return [...traded.values()].sort((one, other) => one.bar - other.bar);
}

/** `bars` and `fills` of one symbol; an arrow under the bar for what was bought, over it for what was sold. */
export function tradeMarkers(
  bars: readonly Bar[],
  fills: readonly Fill[],
  colours: { readonly up: string; readonly down: string },
): SeriesMarker<UTCTimestamp>[] {
  const traded = tradedPerBar(bars, fills);
  const hasLabels = traded.length <= LABELS_MAX;
  return traded.map(({ bar, side, shares }) => {
    const isBuy = side === "BUY";
    return {
      time: seconds(bars[bar]?.started_at ?? 0),
      position: isBuy ? "belowBar" : "aboveBar",
      shape: isBuy ? "arrowUp" : "arrowDown",
      color: isBuy ? colours.up : colours.down,
      ...(hasLabels ? { text: `${isBuy ? "B" : "S"} ${quantity(shares)}` } : {}),
    };
  });
}
