import { type Thresholds, thresholdsWith } from "../thresholds.ts";
import { assemble } from "./board.ts";
import { agents } from "./boards/agents.ts";
import type { Context } from "./boards/context.ts";
import { costAndBudgets } from "./boards/cost-and-budgets.ts";
import { crowsnestItself } from "./boards/crowsnest-itself.ts";
import { fleetOverview } from "./boards/fleet-overview.ts";
import { handoffsAndWorkflows } from "./boards/handoffs-and-workflows.ts";
import { modelsAndTools } from "./boards/models-and-tools.ts";
import { qualityAndJourneys } from "./boards/quality-and-journeys.ts";
import { PanelQueries } from "./queries.ts";
import { agent, instance, service } from "./variables.ts";

export interface DashboardOptions {
  /** Prefix of the fleet's metrics, as `metricPrefix` of the processes that export them. @default "agent" */
  readonly prefix?: string;
  /** From where on alerts fire, where that is not the default: panels draw the same lines. @default none */
  readonly thresholds?: Partial<Thresholds>;
  /** What stands before `/<Alert>.md`; alerts link to their runbooks where it is the address of a page. @default none */
  readonly runbookBaseUrl?: string;
}

/** In the order in which they link to each other. */
const boards = {
  "fleet-overview.json": fleetOverview,
  "agents.json": agents,
  "handoffs-and-workflows.json": handoffsAndWorkflows,
  "cost-and-budgets.json": costAndBudgets,
  "models-and-tools.json": modelsAndTools,
  "quality-and-journeys.json": qualityAndJourneys,
  "crowsnest-itself.json": crowsnestItself,
};

/**
 * All dashboards as Grafana takes them (classic JSON, Grafana 10 and later), by the names of their files. Their uids do not depend
 * on the prefix.
 *
 * @throws ThresholdError for a threshold that does not exist or makes no sense
 */
export function dashboards({ prefix, thresholds, runbookBaseUrl }: DashboardOptions = {}): Record<string, object> {
  const queries = new PanelQueries(prefix);
  const context: Context = {
    queries,
    thresholds: thresholdsWith(thresholds),
    runbookBaseUrl,
    service: service(queries),
    agent: agent(queries),
    instance: instance(queries),
  };
  const all = Object.values(boards).map((make) => make(context));
  return Object.fromEntries(Object.keys(boards).map((file, index) => [file, assemble(all[index] as (typeof all)[number], all)]));
}
