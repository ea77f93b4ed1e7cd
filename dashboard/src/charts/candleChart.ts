/** Candles of one symbol with volume below and the trades marked. */

import {
  CandlestickSeries,
  createSeriesMarkers,
  HistogramSeries,
  type IPriceLine,
  LineStyle,
  type Time,
} from "lightweight-charts";
import { price, quantity } from "../format/numbers";
import type { Bar, Fill, Position } from "../live/records";
import { drawSeries, openChart, paintChart } from "./base";
import { CrosshairKeys } from "./crosshairKeys";
import { tradeMarkers } from "./markers";
import { type CandlePoint, candlePoints, type VolumePoint, volumePoints } from "./points";
import { type ChartColours, faded } from "./theme";

const FIRST_BARS = 120; // shown at first: enough to see a shape, few enough to see a candle
const ROOM_BARS = 60; // … and room for at least so many: the width of a candle stays when a young session grows
const OLDER_BEFORE = 20; // bars left of sight when older ones are asked for

export interface CandleEvents {
  /** The bar under the crosshair; `null` when there is none. */
  pointed(at: number | null): void;
  /** The left end comes into sight. */
  olderWanted(): void;
}

export class CandleChart {
  readonly #chart;
  readonly close: () => void;
  readonly #candles;
  readonly #volume;
  readonly #markers;
  readonly #keys;
  #colours: ChartColours;
  #symbol: string | null = null;
  #bars: readonly Bar[] = [];
  #fills: readonly Fill[] = [];
  #drawnCandles: readonly CandlePoint[] = [];
  #drawnVolume: readonly VolumePoint[] = [];
  #average: IPriceLine | null = null;
  #averageKey = "";

  constructor(container: HTMLElement, events: CandleEvents) {
    const { chart, close } = openChart(container);
    this.#chart = chart;
    this.close = close;
    this.#candles = this.#chart.addSeries(CandlestickSeries, {
      priceFormat: { type: "custom", minMove: 0.01, formatter: price },
    });
    this.#volume = this.#chart.addSeries(HistogramSeries, {
      priceScaleId: "volume",
      priceFormat: { type: "volume" },
      priceLineVisible: false,
      lastValueVisible: false,
    });
    this.#candles.priceScale().applyOptions({ scaleMargins: { top: 0.1, bottom: 0.18 } });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } });
    this.#markers = createSeriesMarkers<Time>(this.#candles, []);
    this.#keys = new CrosshairKeys(this.#chart, this.#candles, () => this.#drawnCandles);
    this.#chart.subscribeCrosshairMove(({ time }) =>
      events.pointed(typeof time === "number" ? time * 1000 : null),
    );
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && this.#drawnCandles.length > 0 && range.from < OLDER_BEFORE) events.olderWanted();
    });
    this.#colours = this.#paintSeries();
  }

  draw(symbol: string, bars: readonly Bar[], fills: readonly Fill[], position: Position | undefined): void {
    const isOther = symbol !== this.#symbol || this.#drawnCandles.length === 0;
    const hasNewMarks = isOther || fills !== this.#fills || bars.length !== this.#bars.length;
    this.#symbol = symbol;
    this.#bars = bars;
    this.#fills = fills;
    if (isOther) this.#drawnCandles = this.#drawnVolume = [];
    this.#drawBars();
    if (hasNewMarks) this.#markers.setMarkers(tradeMarkers(bars, fills, this.#colours));
    if (isOther) {
      this.#keys.leave();
      this.fit();
    }
    this.#drawAverage(position);
  }

  fit(): void {
    const count = this.#drawnCandles.length;
    this.#chart.priceScale("right").applyOptions({ autoScale: true });
    this.#chart.timeScale().setVisibleLogicalRange(newestRange(count));
  }

  press(event: KeyboardEvent): void {
    if (this.#keys.press(event)) event.preventDefault();
  }

  paint(): void {
    this.#colours = this.#paintSeries();
    this.#drawnVolume = []; // its colours are part of the points
    this.#drawBars();
    this.#markers.setMarkers(tradeMarkers(this.#bars, this.#fills, this.#colours));
    this.#average?.applyOptions({ color: this.#colours.accent });
  }

  #drawBars(): void {
    const { up, down } = this.#colours;
    this.#drawnCandles = drawSeries(this.#candles, this.#drawnCandles, candlePoints(this.#bars));
    const volume = volumePoints(this.#bars, faded(up, 0.28), faded(down, 0.28));
    this.#drawnVolume = drawSeries(this.#volume, this.#drawnVolume, volume);
  }

  /** Rising candles are hollow, so that colour is never the only sign. */
  #paintSeries(): ChartColours {
    const colours = paintChart(this.#chart);
    this.#candles.applyOptions({
      upColor: colours.panel,
      borderUpColor: colours.up,
      wickUpColor: colours.up,
      downColor: colours.down,
      borderDownColor: colours.down,
      wickDownColor: colours.down,
      priceLineColor: colours.strong,
      priceLineStyle: LineStyle.Dotted,
    });
    return colours;
  }

  #drawAverage(position: Position | undefined): void {
    const { average_price: average, quantity: held } = position ?? { average_price: null, quantity: null };
    const key = `${this.#symbol} ${average} ${held}`;
    if (key === this.#averageKey) return;
    this.#averageKey = key;
    if (this.#average) this.#candles.removePriceLine(this.#average);
    this.#average = null;
    if (average === null || !held) return;
    this.#average = this.#candles.createPriceLine({
      price: average,
      color: this.#colours.accent,
      lineStyle: LineStyle.Dashed,
      lineWidth: 1,
      axisLabelVisible: true,
      title: `${held > 0 ? "long" : "short"} ${quantity(Math.abs(held))}`,
    });
  }
}

/** Which places are in sight at first, of `count` bars; those left of the first bar stay empty. */
export function newestRange(count: number): { from: number; to: number } {
  return { from: count - Math.max(ROOM_BARS, Math.min(FIRST_BARS, count)), to: count + 3 };
}
