/** How long to wait before the next attempt: full jitter, so that a restarted server is not stormed. */

const FIRST_MS = 250;
const MOST_MS = 8_000;

/** `attempt` counts from 0; `random` gives [0, 1). */
export function retryDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(random() * ceiling);
}

/** The longest wait, for a server that asked us to keep away. */
export function longDelay(random: () => number): number {
  return Math.round(MOST_MS / 2 + random() * (MOST_MS / 2));
}
