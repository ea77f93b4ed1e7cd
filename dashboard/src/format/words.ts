/** The wire's constants as people say them. */

const STATUS: Readonly<Record<string, string>> = {
  SUBMITTED: "Submitted",
  WORKING: "Working",
  PARTIALLY_FILLED: "Part filled",
  FILLED: "Filled",
  CANCELED: "Canceled",
  EXPIRED: "Expired",
  REJECTED: "Rejected",
};

const CONTROL: Readonly<Record<string, string>> = {
  MAX_POSITION: "Position limit",
  GROSS_EXPOSURE: "Gross exposure",
  ORDER_NOTIONAL: "Order size",
  DAILY_LOSS: "Daily loss",
  CASH: "Cash",
  MARKET_HOURS: "Market hours",
  STALE_DATA: "Stale data",
  TRADING_STATE: "Trading state",
};

const FEED: Readonly<Record<string, string>> = {
  synthetic: "simulated prices",
  sample: "real daily bars, replayed",
  files: "own files, replayed",
};

/** ALL_CAPS -> "All caps", for what has no word of its own. */
export function words(constant: string): string {
  const text = constant.replaceAll("_", " ").toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function statusWords(status: string): string {
  return STATUS[status] ?? words(status);
}

export function controlWords(control: string): string {
  return CONTROL[control] ?? words(control);
}

/** Where prices come from; nothing while that is not known. */
export function feedWords(feed: string | undefined): string {
  return feed === undefined ? "" : (FEED[feed] ?? `feed ${feed}`);
}

export function sideWords(side: string): string {
  if (side === "BUY") return "▲ Buy";
  return side === "SELL" ? "▼ Sell" : words(side);
}
