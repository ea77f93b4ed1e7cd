/** Moves the crosshair by keyboard: arrows, ten at a time with Shift, ends, plus and minus to zoom. */

import type { IChartApi, ISeriesApi, SeriesType } from "lightweight-charts";
import type { Timed } from "./points";

interface Priced extends Timed {
  readonly value?: number;
  readonly close?: number;
}

export class CrosshairKeys {
  #at: number | null = null;

  constructor(
    readonly chart: IChartApi,
    readonly series: ISeriesApi<SeriesType>,
    readonly points: () => readonly Priced[],
  ) {}

  /** Whether the key meant something here. */
  press({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (ctrlKey || metaKey || altKey) return false;
    const end = this.points().length - 1;
    const from = Math.min(this.#at ?? end, end);
    const step = shiftKey ? 10 : 1;
    switch (key) {
      case "ArrowLeft":
        return this.#moveTo(from - step);
      case "ArrowRight":
        return this.#moveTo(from + step);
      case "Home":
        return this.#moveTo(0);
      case "End":
        return this.#moveTo(end);
      case "+":
        return this.#zoom(0.8);
      case "-":
        return this.#zoom(1.25);
      case "Escape":
        return this.leave();
      default:
        return false;
    }
  }

  #moveTo(wanted: number): boolean {
    const points = this.points();
    const at = Math.max(0, Math.min(points.length - 1, wanted));
    const point = points[at];
    if (!point) return false;
    this.#at = at;
    this.chart.setCrosshairPosition(point.value ?? point.close ?? 0, point.time, this.series);
    this.#bringIntoSight(at);
    return true;
  }

  #bringIntoSight(at: number): void {
    const scale = this.chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range || (at >= range.from && at <= range.to)) return;
    const half = (range.to - range.from) / 2;
    scale.setVisibleLogicalRange({ from: at - half, to: at + half });
  }

  #zoom(factor: number): boolean {
    const scale = this.chart.timeScale();
    const range = scale.getVisibleLogicalRange();
    if (!range) return false;
    const middle = (range.from + range.to) / 2;
    const half = Math.max(5, ((range.to - range.from) / 2) * factor);
    scale.setVisibleLogicalRange({ from: middle - half, to: middle + half });
    return true;
  }

  /** Takes the crosshair away; whether there was one. */
  leave(): boolean {
    if (this.#at === null) return false;
    this.#at = null;
    this.chart.clearCrosshairPosition();
    return true;
  }
}
