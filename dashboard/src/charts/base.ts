/** The ground of every chart: theme, time zone, crosshair, sizes. No other module opens a chart. */

import {
  ColorType,
  createChart,
  CrosshairMode,
  type DeepPartial,
  type IChartApi,
  type ISeriesApi,
  LineStyle,
  type SeriesType,
  type TickMarkFormatter,
  TickMarkType,
  type Time,
  type TimeChartOptions,
} from "lightweight-charts";
import * as times from "../format/times";
import type { Timed } from "./points";
import { type ChartColours, chartColours } from "./theme";

const milliseconds = (time: Time): number => Number(time) * 1000;

const tickMark: TickMarkFormatter = (time, type) => {
  const at = milliseconds(time);
  switch (type) {
    case TickMarkType.Year:
      return times.year(at);
    case TickMarkType.Month:
      return times.month(at);
    case TickMarkType.DayOfMonth:
      return times.day(at);
    case TickMarkType.Time:
      return times.minute(at);
    case TickMarkType.TimeWithSeconds:
      return times.second(at);
  }
};

function options(colours: ChartColours): DeepPartial<TimeChartOptions> {
  const crosshair = { color: colours.strong, labelBackgroundColor: colours.strong, style: LineStyle.Dashed } as const;
  return {
    layout: {
      // The logo would inject a style, which the content security policy forbids; the attribution that the
      // licence asks for stands in the footer of the page.
      attributionLogo: false,
      background: { type: ColorType.Solid, color: colours.panel },
      textColor: colours.dim,
      fontSize: 11,
      fontFamily: getComputedStyle(document.body).fontFamily,
      panes: { separatorColor: colours.line, separatorHoverColor: colours.line, enableResize: false },
    },
    grid: { vertLines: { color: colours.line }, horzLines: { color: colours.line } },
    crosshair: { mode: CrosshairMode.Normal, vertLine: crosshair, horzLine: crosshair },
    rightPriceScale: { borderColor: colours.line, minimumWidth: 64 },
    timeScale: {
      borderColor: colours.line,
      timeVisible: true,
      secondsVisible: false,
      rightOffset: 3,
      minBarSpacing: 0.02, // all of a long curve fits …
      enableConflation: true, // … and points that share a pixel are drawn as one
      tickMarkFormatter: tickMark,
    },
    localization: { locale: "en-US", timeFormatter: (time: Time) => times.dayAndMinute(milliseconds(time)) },
  };
}

/** A chart that fills its container until it is closed. */
export interface OpenChart {
  readonly chart: IChartApi;
  readonly close: () => void;
}

export function openChart(container: HTMLElement): OpenChart {
  const chart = createChart(container, { ...options(chartColours()), ...sizeOf(container) });
  // The chart's own observer resizes while it observes, which browsers report as an error; a frame later is fine.
  let frame = 0;
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => chart.applyOptions(sizeOf(container)));
  });
  observer.observe(container);
  const close = (): void => {
    observer.disconnect();
    cancelAnimationFrame(frame);
    chart.remove();
  };
  return { chart, close };
}

function sizeOf({ clientWidth: width, clientHeight: height }: HTMLElement): { width: number; height: number } {
  return { width, height };
}

export function paintChart(chart: IChartApi): ChartColours {
  const colours = chartColours();
  chart.applyOptions(options(colours));
  return colours;
}

/**
 * Brings a series to `next` with as few calls as will do: the tail if only the tail is new, else all of it.
 * Returns what is now drawn, for the next call.
 */
export function drawSeries<P extends Timed>(
  series: Pick<ISeriesApi<SeriesType>, "setData" | "update">,
  drawn: readonly P[],
  next: readonly P[],
): readonly P[] {
  const start = unchangedStart(drawn, next);
  if (start === null) {
    series.setData([...next]);
  } else {
    for (const point of next.slice(start)) series.update(point);
  }
  return next;
}

const TAIL_MAX = 50;

/** From where `next` differs, if it continues what is drawn and only the end is new; `null` if it does not. */
export function unchangedStart(drawn: readonly Timed[], next: readonly Timed[]): number | null {
  const last = drawn.length - 1;
  if (last < 0 || next.length < drawn.length || next.length - last > TAIL_MAX) return null;
  if (drawn[0]?.time !== next[0]?.time || drawn[last]?.time !== next[last]?.time) return null;
  return last;
}
