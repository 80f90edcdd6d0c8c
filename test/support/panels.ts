import { readdirSync, readFileSync } from "node:fs";
import { inRepository } from "./processes.ts";
import type { Prometheus } from "./prometheus.ts";

const FOLDER = "grafana/dashboards";

/** One query of one panel. */
export interface PanelQuery {
  readonly dashboard: string;
  readonly panel: string;
  readonly refId: string;
  /** As it stands in the dashboard, with variables. */
  readonly expr: string;
  /** Asked at the end of the time shown only, rather than over all of it. */
  readonly instant: boolean;
  readonly exemplar: boolean;
}

interface Panel {
  readonly title?: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly {
    refId: string;
    expr?: string;
    instant?: boolean;
    exemplar?: boolean;
    datasource?: { type?: string };
  }[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly allValue?: string;
  readonly query?: string | { readonly query: string };
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
}

/** The dashboards by the names of their files. */
export function readDashboards(): ReadonlyMap<string, Dashboard> {
  const names = readdirSync(inRepository(FOLDER)).filter((name) => name.endsWith(".json"));
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(inRepository(`${FOLDER}/${name}`), "utf8")) as Dashboard]));
}

/** Everything that a dashboard asks a Prometheus. */
export function queriesOf({ title, panels }: Dashboard): PanelQuery[] {
  const all = panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
  return all.flatMap(({ title: panel = "", targets = [] }) =>
    targets
      .filter(({ expr, datasource }) => expr !== undefined && (datasource?.type ?? "prometheus") === "prometheus")
      .map(({ refId, expr = "", instant = false, exemplar = false }) => ({
        dashboard: title,
        panel,
        refId,
        expr,
        instant,
        exemplar,
      })),
  );
}

/** What a dashboard's variables stand for where nobody has chosen: everything, as Grafana fills it in. */
export async function everything(prometheus: Prometheus, { templating }: Dashboard): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const { name, type, allValue, query } of templating.list) {
    if (type !== "query") continue;
    const choices = await choicesOf(prometheus, typeof query === "object" ? query.query : (query ?? ""), values);
    if (choices.length === 0) throw new Error(`the variable ${name} has no choices`);
    values.set(name, allValue ?? `(${choices.map(escapeRegExp).join("|")})`);
  }
  return values;
}

/** A query as Grafana asks it, at 15 seconds between scrapes and 15 minutes shown. */
export function filledIn(expr: string, variables: ReadonlyMap<string, string>): string {
  const builtIn: [string, string][] = [
    ["__rate_interval", "1m"],
    ["__range_s", "900"],
    ["__range", "15m"],
    ["__interval", "15s"],
  ];
  const filled = [...builtIn, ...variables].reduce(
    (text, [name, value]) => text.replaceAll(new RegExp(`\\$\\{${name}(:\\w+)?\\}|\\$${name}\\b`, "g"), () => value),
    expr,
  );
  const left = /\$\w+|\$\{[^}]*\}/.exec(filled);
  if (left !== null) throw new Error(`nothing is known of ${left[0]} in ${expr}`);
  return filled;
}

/** `label_values(metric{…}, label)` */
async function choicesOf(prometheus: Prometheus, query: string, variables: ReadonlyMap<string, string>): Promise<string[]> {
  const [, series = "", label = ""] = /^label_values\((.+), *(\w+)\)$/.exec(query) ?? [];
  const found = await prometheus.query(`group by (${label}) (${filledIn(series, variables)})`);
  return found.flatMap(({ metric }) => metric[label] ?? []);
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\\\$&");
}
