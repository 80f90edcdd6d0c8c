import { HeatmapCellLayout, TooltipDisplayMode } from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { HeatmapColorMode, PanelBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { built, furnish, overTime, type PanelOptions, type Traced } from "../common.ts";

interface HeatmapOptions extends PanelOptions, Traced {
  /** Rates of a histogram's buckets, by `le` and nothing else. */
  readonly buckets: string;
}

/** How values are spread, over time: the darker a cell, the more fell into its bucket. The unit is that of the buckets. */
export function heatmap(options: HeatmapOptions): Panel {
  const query = overTime({ expr: options.buckets, legend: "{{le}}" }).format(PromQueryFormat.Heatmap);
  return furnish(new PanelBuilder(), options, [query])
    .calculate(false)
    .rowsFrame(built({ layout: HeatmapCellLayout.Auto, value: "Per second" }))
    .color(
      built({ mode: HeatmapColorMode.Scheme, scheme: "Oranges", fill: "dark-orange", exponent: 0.5, steps: 64, reverse: false }),
    )
    .cellValues(built({ unit: "ops" }))
    .yAxis(built({ unit: options.unit }))
    .tooltip(built({ mode: TooltipDisplayMode.Single, showColorScale: true, yHistogram: true }))
    .build();
}
