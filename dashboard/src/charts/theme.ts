/** The colours of the canvas: the same tokens as the page, read from it. */

export interface ChartColours {
  readonly panel: string;
  readonly line: string;
  readonly strong: string;
  readonly text: string;
  readonly dim: string;
  readonly up: string;
  readonly down: string;
  readonly accent: string;
}

export function chartColours(): ChartColours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    panel: token("panel"),
    line: token("line"),
    strong: token("line-strong"),
    text: token("text"),
    dim: token("dim"),
    up: token("up"),
    down: token("down"),
    accent: token("accent"),
  };
}

/** A token with an alpha, for areas: "#2bb5a0", 0.2 -> "#2bb5a033". */
export function faded(colour: string, alpha: number): string {
  const byte = Math.round(Math.max(0, Math.min(1, alpha)) * 255);
  return colour + byte.toString(16).padStart(2, "0");
}
