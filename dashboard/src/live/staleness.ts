/** Whether the bars of one symbol have fallen behind the account, which is marked at every slice. Pure. */

import type { Bar } from "./records";

const SAMPLE = 50;
const SLICES_BEHIND = 4;

/** The usual time from one bar to the next: the median of the newest, so that nights do not count. */
export function usualStep(bars: readonly Bar[]): number | null {
  const newest = bars.slice(-SAMPLE);
  const steps = newest.slice(1).map((bar, at) => bar.started_at - (newest[at]?.started_at ?? 0));
  steps.sort((one, other) => one - other);
  return steps[Math.floor(steps.length / 2)] ?? null;
}

/** The start of the last bar if it is too old for an account marked at `asOf`, else `null`. */
export function staleSince(bars: readonly Bar[], asOf: number | null): number | null {
  const last = bars.at(-1);
  const step = usualStep(bars);
  if (!last || step === null || asOf === null) return null;
  return asOf - last.started_at > (SLICES_BEHIND + 1) * step ? last.started_at : null;
}
