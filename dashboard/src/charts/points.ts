/** Rows to chart points: seconds, strictly rising, nothing unknown. Pure. */

import type { UTCTimestamp } from "lightweight-charts";
import type { Bar, EquityPoint } from "../live/records";

export interface Timed {
  readonly time: UTCTimestamp;
}
export interface ValuePoint extends Timed {
  readonly value: number;
}
export interface CandlePoint extends Timed {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export function seconds(milliseconds: number): UTCTimestamp {
  return (milliseconds / 1000) as UTCTimestamp;
}

/** Sorted by time; of several at one time the last one counts. */
export function rising<P extends Timed>(points: readonly P[]): P[] {
  const isSorted = points.every((point, at) => at === 0 || point.time >= (points[at - 1]?.time ?? 0));
  const sorted = isSorted ? points : [...points].sort((one, other) => one.time - other.time);
  return sorted.filter((point, at) => point.time !== sorted[at + 1]?.time);
}

export function equityPoints(rows: readonly EquityPoint[]): ValuePoint[] {
  return rising(
    rows.flatMap(({ as_of, equity }) => (equity === null ? [] : [{ time: seconds(as_of), value: equity }])),
  );
}

/** Drawdown drawn downwards, in percent: a loss of 2 % from the top is -2. */
export function underwaterPoints(rows: readonly EquityPoint[]): ValuePoint[] {
  return rising(
    rows.flatMap(({ as_of, drawdown }) =>
      drawdown === null ? [] : [{ time: seconds(as_of), value: drawdown === 0 ? 0 : -100 * drawdown }],
    ),
  );
}

export function candlePoints(bars: readonly Bar[]): CandlePoint[] {
  return rising(
    bars.flatMap(({ started_at, open, high, low, close }) =>
      open === null || high === null || low === null || close === null
        ? []
        : [{ time: seconds(started_at), open, high, low, close }],
    ),
  );
}

export interface VolumePoint extends ValuePoint {
  readonly color: string;
}

export function volumePoints(bars: readonly Bar[], up: string, down: string): VolumePoint[] {
  return rising(
    bars.flatMap(({ started_at, open, close, volume }) =>
      volume === null
        ? []
        : [{ time: seconds(started_at), value: volume, color: (close ?? 0) >= (open ?? 0) ? up : down }],
    ),
  );
}
