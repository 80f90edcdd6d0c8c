import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { PanelQueries } from "./queries.ts";

/** A variable as Grafana fills it in: one of the dashboard's, or one of its own such as `__from`. */
export function variable(name: string): string {
  return `\${${name}}`;
}

/** The data source that every panel asks: whichever Prometheus is chosen at the top. */
export const prometheus = { type: "prometheus", uid: variable("datasource") } as const;

const ALL = { selected: true, text: "All", value: "$__all" };

/** Which Prometheus is asked. */
export function datasource(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder("datasource").label("Data source").type("prometheus");
}

/** Services that agents run in. */
export function service(queries: PanelQueries): QueryVariableBuilder {
  return (
    choice("service", "Service", `label_values(${queries.everything("agentInfo")}, service)`)
      // The whole fleet, also what has no agents of its own, without a long list of names in each query.
      .allValue(".*")
  );
}

/** Agents of the chosen services. */
export function agent(queries: PanelQueries): QueryVariableBuilder {
  return choice(
    "agent",
    "Agent",
    `label_values(${queries.everything("agentInfo", { service: '=~"$service"' })}, agent)`,
  ).allValue(".*");
}

/**
 * Processes that export Crowsnest's own metrics. "All" means those by name: other programs have figures like
 * `process_resident_memory_bytes`, too.
 */
export function instance(queries: PanelQueries): QueryVariableBuilder {
  return choice("instance", "Process", `label_values(${queries.everything("buildInfo")}, instance)`);
}

function choice(name: string, label: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(prometheus)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .current(ALL);
}
