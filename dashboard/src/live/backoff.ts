/** How long to wait before the next attempt: full jitter, so that a restarted server is not stormed. */

const FIRST_MS = 250;
// dashboard.md asks for "live again within 3 s" in section 1 and for a back-off of up to 8 s in 5.3: both cannot be
// had, and a viewer who waits counts for more than the few attempts that a server on this machine is spared.
const MOST_MS = 3_000;
const AWAY_MS = 8_000;

/** `attempt` counts from 0; `random` gives [0, 1). */
export function retryDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(random() * ceiling);
}

/** The longest wait, for a server that asked us to keep away. */
export function longDelay(random: () => number): number {
  return Math.round(AWAY_MS / 2 + random() * (AWAY_MS / 2));
}
