/** The equity curve over its underwater pane. */

import { AreaSeries, type AutoscaleInfo, type IPriceLine, LineStyle } from "lightweight-charts";
import { decimal, percent, short } from "../format/numbers";
import type { EquityPoint } from "../live/records";
import { drawSeries, openChart, paintChart } from "./base";
import { CrosshairKeys } from "./crosshairKeys";
import { equityPoints, underwaterPoints, type ValuePoint } from "./points";
import { faded } from "./theme";

export interface EquityReadout {
  readonly at: number;
  readonly equity: number | null;
  /** Below the highest equity so far: a fraction, 0 or negative. */
  readonly underwater: number | null;
}

export class EquityChart {
  readonly #chart;
  readonly close: () => void;
  readonly #equity;
  readonly #underwater;
  readonly #keys;
  #opening: IPriceLine | null = null;
  #openingAt: number | null = null;
  #curve: readonly ValuePoint[] = [];
  #depth: readonly ValuePoint[] = [];

  constructor(container: HTMLElement, onReadout: (readout: EquityReadout | null) => void) {
    const { chart, close } = openChart(container);
    this.#chart = chart;
    this.close = close;
    this.#equity = this.#chart.addSeries(AreaSeries, {
      lineWidth: 2,
      priceLineVisible: false,
      autoscaleInfoProvider: (scale: () => AutoscaleInfo | null) => widened(scale()),
      priceFormat: { type: "custom", minMove: 0.01, formatter: dollars, tickmarksFormatter: axisDollars },
    });
    this.#underwater = this.#chart.addSeries(
      AreaSeries,
      {
        lineWidth: 1,
        invertFilledArea: true,
        priceLineVisible: false,
        lastValueVisible: true,
        priceFormat: { type: "custom", minMove: 0.01, formatter: (value: number) => percent(value / 100, 1) },
      },
      1,
    );
    this.#chart.panes()[0]?.setStretchFactor(3);
    this.#chart.panes()[1]?.setStretchFactor(1);
    this.#underwater.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.08 } });
    this.#keys = new CrosshairKeys(this.#chart, this.#equity, () => this.#curve);
    this.#chart.subscribeCrosshairMove(({ time, seriesData }) => {
      const equity = seriesData.get(this.#equity);
      const depth = seriesData.get(this.#underwater);
      onReadout(
        typeof time === "number"
          ? { at: time * 1000, equity: valueOf(equity), underwater: fractionOf(valueOf(depth)) }
          : null,
      );
    });
    this.paint();
  }

  draw(rows: readonly EquityPoint[], opening: number | null): void {
    const isFirst = this.#curve.length === 0;
    this.#curve = drawSeries(this.#equity, this.#curve, equityPoints(rows));
    this.#depth = drawSeries(this.#underwater, this.#depth, underwaterPoints(rows));
    if (isFirst || this.#followsAll) this.#chart.timeScale().fitContent();
    if (opening !== this.#openingAt) this.#drawOpening(opening);
  }

  /** Until somebody moves the chart, all of the curve stays in sight. */
  #followsAll = true;
  release(): void {
    this.#followsAll = false;
  }
  fit(): void {
    this.#followsAll = true;
    this.#chart.timeScale().fitContent();
  }

  press(event: KeyboardEvent): void {
    if (this.#keys.press(event)) event.preventDefault();
  }

  paint(): void {
    const colours = paintChart(this.#chart);
    this.#equity.applyOptions({
      lineColor: colours.accent,
      topColor: faded(colours.accent, 0.22),
      bottomColor: faded(colours.accent, 0.02),
    });
    this.#underwater.applyOptions({
      lineColor: colours.down,
      topColor: faded(colours.down, 0.08),
      bottomColor: faded(colours.down, 0.3),
    });
    this.#opening?.applyOptions({ color: colours.strong });
  }

  #drawOpening(opening: number | null): void {
    if (this.#opening) this.#equity.removePriceLine(this.#opening);
    this.#openingAt = opening;
    this.#opening =
      opening === null
        ? null
        : this.#equity.createPriceLine({
            price: opening,
            lineStyle: LineStyle.Dashed,
            lineWidth: 1,
            axisLabelVisible: false,
          });
    this.paint();
  }
}

/** A curve that is flat yet, as of a new account, stands within 1 % of itself, not within cents. */
export function widened(scale: AutoscaleInfo | null): AutoscaleInfo | null {
  const { minValue, maxValue } = scale?.priceRange ?? { minValue: 0, maxValue: 1 };
  if (minValue < maxValue) return scale;
  const room = Math.abs(maxValue) / 200;
  return { priceRange: { minValue: minValue - room, maxValue: maxValue + room } };
}

/** Whole dollars; from ten millions on in short, as the axis is narrow. */
function dollars(value: number): string {
  return Math.abs(value) < 1e7 ? decimal(value, 0) : short(value);
}

/** With cents where the axis spans only a few dollars. */
function axisDollars(values: readonly number[]): string[] {
  const span = Math.abs((values.at(-1) ?? 0) - (values[0] ?? 0));
  return values.map((value) => (span < 5 ? decimal(value) : dollars(value)));
}

function valueOf(point: unknown): number | null {
  return typeof point === "object" && point !== null && "value" in point ? Number(point.value) : null;
}

function fractionOf(value: number | null): number | null {
  return value === null ? null : value / 100;
}
