import { PanelBuilder as BarGaugeBuilder } from "@grafana/grafana-foundation-sdk/bargauge";
import { BarGaugeDisplayMode, VizOrientation } from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as GaugeBuilder } from "@grafana/grafana-foundation-sdk/gauge";
import { atTheEnd, built, furnish, type PanelOptions, type Query } from "../common.ts";

interface GaugesOptions extends PanelOptions {
  readonly query: Query;
}

const lastValue = built({ calcs: ["lastNotNull"], values: false, fields: "" });

/** A dial for each series, which shows how much of what is there is used up. */
export function gauges(options: GaugesOptions): Panel {
  return furnish(new GaugeBuilder(), options, [atTheEnd(options.query)])
    .reduceOptions(lastValue)
    .showThresholdMarkers(true)
    .build();
}

/** A bar for each series, the longest of which fills the panel unless a maximum is given. */
export function bars(options: GaugesOptions): Panel {
  return furnish(new BarGaugeBuilder(), options, [atTheEnd(options.query)])
    .reduceOptions(lastValue)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .build();
}
