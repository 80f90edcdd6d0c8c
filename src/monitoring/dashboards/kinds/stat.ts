import { BigValueColorMode, BigValueGraphMode, BigValueTextMode } from "@grafana/grafana-foundation-sdk/common";
import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { DataqueryBuilder } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { atTheEnd, built, furnish, overTime, type PanelOptions, type Query } from "../common.ts";

interface StatOptions extends PanelOptions {
  readonly query: Query;
}

/** One number as it is now, with its course behind it. */
export function stat(options: StatOptions): Panel {
  return number(options, overTime(options.query)).graphMode(BigValueGraphMode.Area).build();
}

/** One number that is about all of the time shown. */
export function total(options: StatOptions): Panel {
  return number(options, atTheEnd(options.query)).graphMode(BigValueGraphMode.None).build();
}

/** The names of what there is, such as versions: a label of each series. */
export function names(options: StatOptions): Panel {
  return number(options, atTheEnd(options.query))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.None)
    .textMode(BigValueTextMode.Name)
    .build();
}

function number(options: StatOptions, target: DataqueryBuilder): PanelBuilder {
  return furnish(new PanelBuilder(), options, [target])
    .colorMode(BigValueColorMode.Value)
    .reduceOptions(built({ calcs: ["lastNotNull"], values: false, fields: "" }));
}
