import { VisibilityMode } from "@grafana/grafana-foundation-sdk/common";
import { MappingType, type Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { type Colour, furnish, overTime, type PanelOptions, type Query } from "../common.ts";

interface StateTimelineOptions extends PanelOptions {
  readonly query: Query;
  /** What each value means. */
  readonly states: Readonly<Record<string, { readonly text: string; readonly color: Colour }>>;
}

/** A band for each series, in the colour of the state that it was in. */
export function stateTimeline(options: StateTimelineOptions): Panel {
  return furnish(new PanelBuilder(), options, [overTime(options.query)])
    .mappings([{ type: MappingType.ValueToText, options: { ...options.states } }])
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .build();
}
