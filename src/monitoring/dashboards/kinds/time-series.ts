import {
  GraphDrawStyle,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
} from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import { built, colourOutcomes, furnish, overTime, type PanelOptions, type Query, type Traced } from "../common.ts";

interface TimeSeriesOptions extends PanelOptions, Traced {
  readonly queries: readonly Query[];
  /** Adds the series up, where their sum means something. @default false */
  readonly stacked?: boolean;
  /** Series are called after how work ended, and coloured accordingly. @default false */
  readonly byOutcome?: boolean;
  /** One bar for each step of this length, such as `1d`, in place of a line. */
  readonly barsEvery?: string;
}

/** Lines over time. Steps are drawn as dashed lines. */
export function timeSeries(options: TimeSeriesOptions): Panel {
  const builder = furnish(new PanelBuilder(), options, options.queries.map(overTime))
    .showPoints(VisibilityMode.Never)
    .lineWidth(1)
    .fillOpacity(options.stacked === true ? 40 : 8)
    .legend(
      built({ displayMode: LegendDisplayMode.List, placement: LegendPlacement.Bottom, showLegend: true, calcs: ["lastNotNull"] }),
    )
    .tooltip(built({ mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending }))
    // A scrape or two that failed is no hole; five minutes without any are.
    .spanNulls(FIVE_MINUTES_MILLIS);
  if (options.stacked === true) builder.stacking(built({ mode: StackingMode.Normal, group: "A" }));
  if (options.thresholds !== undefined) builder.thresholdsStyle(built({ mode: GraphThresholdsStyleMode.Dashed }));
  if (options.byOutcome === true) colourOutcomes(builder);
  if (options.barsEvery !== undefined) {
    builder.interval(options.barsEvery).drawStyle(GraphDrawStyle.Bars).fillOpacity(60).lineWidth(0);
  }
  return builder.build();
}

const FIVE_MINUTES_MILLIS = 300_000;
