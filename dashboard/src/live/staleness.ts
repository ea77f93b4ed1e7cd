/** Whether the bars of one symbol have fallen behind the account, which is marked at every slice. Pure. */

import type { Bar } from "./records";

const SAMPLE = 50;
const SLICES_BEHIND = 4;
/** Bars come less often than the account is marked: at a fast replay many slices lie between, and nothing is wrong. */
export const STILL_MS = 3_000;

/** The usual time from one bar to the next: the median of the newest, so that nights do not count. */
export function usualStep(bars: readonly Bar[]): number | null {
  const newest = bars.slice(-SAMPLE);
  const steps = newest.slice(1).map((bar, at) => bar.started_at - (newest[at]?.started_at ?? 0));
  steps.sort((one, other) => one - other);
  return steps[Math.floor(steps.length / 2)] ?? null;
}

/** Whether the last bar is several steps older than an account marked at `asOf`. */
export function isBehind(bars: readonly Bar[], asOf: number | null): boolean {
  const last = bars.at(-1);
  const step = usualStep(bars);
  if (!last || step === null || asOf === null) return false;
  return asOf - last.started_at > (SLICES_BEHIND + 1) * step;
}

/** Remembers when bars last moved. `now` is the viewer's clock, `asOf` the account's. */
export class BarsWatch {
  #last: number | null = null;
  #movedAt = 0;

  /** The start of the last bar if bars stand still although the account has moved on, else `null`. */
  staleSince(bars: readonly Bar[], asOf: number | null, now: number): number | null {
    const last = bars.at(-1)?.started_at ?? null;
    if (last !== this.#last) this.#movedAt = now;
    this.#last = last;
    return now - this.#movedAt >= STILL_MS && isBehind(bars, asOf) ? last : null;
  }
}
