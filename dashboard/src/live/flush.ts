/** Joins everything that changed since the last frame into one redraw. A hidden tab gets no frames: no drawing. */

export class Flush {
  readonly #pending = new Set<string>();
  #frame: number | null = null;

  constructor(readonly draw: (topics: ReadonlySet<string>) => void) {}

  mark(topic: string): void {
    this.#pending.add(topic);
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = null;
      const topics = new Set(this.#pending);
      this.#pending.clear();
      this.draw(topics);
    });
  }
}
