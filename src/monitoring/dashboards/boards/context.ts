import type { QueryVariableBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Thresholds } from "../../thresholds.ts";
import type { PanelQueries } from "../queries.ts";

/** What dashboards are made from. */
export interface Context {
  readonly queries: PanelQueries;
  /** From where on alerts fire: lines and colours of panels agree with them. */
  readonly thresholds: Thresholds;
  /** Where runbooks are. */
  readonly runbookBaseUrl: string | undefined;
  /** The variables that dashboards choose from. */
  readonly service: QueryVariableBuilder;
  readonly agent: QueryVariableBuilder;
  readonly instance: QueryVariableBuilder;
}
