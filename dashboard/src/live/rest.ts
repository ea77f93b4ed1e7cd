/** The REST side: session and history. Every unsafe request carries the header that a foreign page cannot set. */

import type { Login, Page, Problem, SessionInfo } from "../protocol";

/** A request the server refused; `status` 0 means that it was not reached. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const API = "/api/v1";
const PAGE_ROWS = 500;
const UNSAFE = { "Content-Type": "application/json", "X-Robo-Trader": "1" };

async function ask<T>(path: string, options: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(API + path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new Refusal(0, "The server cannot be reached.");
  }
  if (!response.ok) throw new Refusal(response.status, await reason(response));
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function reason(response: Response): Promise<string> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    return problem.message ?? `The server answered ${response.status}.`;
  } catch {
    return `The server answered ${response.status}.`;
  }
}

export function whoAmI(): Promise<SessionInfo> {
  return ask("/session");
}

export function logIn(code: string): Promise<SessionInfo> {
  const body: Login = { code };
  return ask("/session", { method: "POST", headers: UNSAFE, body: JSON.stringify(body) });
}

export function logOut(): Promise<void> {
  return ask("/session", { method: "DELETE", headers: UNSAFE });
}

const HISTORY: Readonly<Record<string, string>> = {
  equity: "/equity",
  fills: "/fills",
  "orders.events": "/orders",
  violations: "/violations",
};

/** Whether missed items of a stream can be fetched; the others are subscribed to anew. */
export function hasHistory(topic: string): boolean {
  return topic in HISTORY;
}

/** The rows after a journal sequence, page by page. */
export async function* rowsAfter(topic: string, after: number): AsyncGenerator<Page> {
  let cursor = after;
  for (;;) {
    const page = await ask<Page>(`${HISTORY[topic]}?after=${cursor}&limit=${PAGE_ROWS}`);
    yield page;
    const last = page.rows.at(-1)?.[page.columns.indexOf("seq")];
    if (!page.more || typeof last !== "number") return;
    cursor = last;
  }
}

/** The page of rows just before a journal sequence. */
export function rowsBefore(topic: string, before: number): Promise<Page> {
  return ask(`${HISTORY[topic]}?before=${before}&limit=${PAGE_ROWS}`);
}

/** The newest bars that started before a time. */
export function barsBefore(symbol: string, before: number): Promise<Page> {
  return ask(`/bars/${encodeURIComponent(symbol)}?before=${before}&limit=${PAGE_ROWS}`);
}
