/** In what state the page is, in one word, from the connection and the server's health table. Pure. */

import type { Phase } from "./conversation";
import type { Health } from "./records";

/**
 * LOADING: nothing received yet. LIVE: all well. SLOW: a moment without connection, not worth a word.
 * LOST: no connection, what is shown is frozen. IDLE: connected, but the engine is not running.
 */
export type Condition = "loading" | "live" | "slow" | "lost" | "idle";

export const GREY_AFTER_MS = 1_500;

export interface Link {
  readonly phase: Phase;
  readonly lostAt: number | null;
  readonly lastHeardAt: number;
  readonly heartbeatMs: number;
  readonly everLive: boolean;
}

export function condition(link: Link, health: readonly Health[] | null, now: number): Condition {
  const quietFor = link.phase === "live" ? now - link.lastHeardAt - link.heartbeatMs : -Infinity;
  const lostFor = Math.max(link.lostAt === null ? -Infinity : now - link.lostAt, quietFor);
  if (lostFor > GREY_AFTER_MS) return "lost";
  if (!link.everLive) return "loading";
  if (link.phase !== "live") return "slow";
  return healthOf("engine", health)?.status === "DOWN" ? "idle" : "live";
}

export function healthOf(component: string, health: readonly Health[] | null): Health | undefined {
  return health?.find((row) => row.component === component);
}
