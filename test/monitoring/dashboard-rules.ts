import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";
import { prometheus } from "../../src/monitoring/dashboards/variables.ts";
import { type DashboardJson, type PanelJson, panelsOf, queryOf, targetsOf } from "./dashboard-json.ts";

/** What a rule does not like, and where. */
export interface Complaint {
  readonly rule: string;
  readonly dashboard: string;
  readonly panel?: string;
  readonly message: string;
}

type Rule = (dashboard: DashboardJson) => readonly Omit<Complaint, "rule" | "dashboard">[];

/** Stands for Grafana's window while a query is parsed: a length that nobody writes by hand. */
const RATE_WINDOW = "11m13s";
const RATES = ["rate", "irate"];
const AGGREGATIONS = [...RATES, "increase"];
/** The kinds of panels that the linter knows by name; ours are held to the rules whatever their kind. */
const units = new Set(["none", "string", "short", "percentunit", "currencyUSD", "bytes", "s", "ops"]);

/**
 * The rules of grafana/dashboard-linter that apply to dashboards of Prometheus, by its names for them. It reads Go's PromQL, we
 * Prometheus's own grammar for editors; what they complain of is the same.
 */
const rules: Readonly<Record<string, Rule>> = {
  "template-datasource-rule": ({ templating }) => {
    const sources = templating.list.filter(({ type }) => type === "datasource");
    const fits = sources.length === 1 && sources[0]?.name === "datasource" && sources[0].label === "Data source";
    return fits && sources[0]?.query === "prometheus" ? [] : [{ message: "has not the one variable for its data source" }];
  },
  "template-job-rule": ({ templating }) => variableNamed("job", templating),
  "template-instance-rule": ({ templating }) => variableNamed("instance", templating),
  "template-label-promql-rule": ({ templating }) =>
    templating.list
      .filter(({ type }) => type === "query")
      .flatMap((variable) => {
        const [, selector] = /^label_values\((.+), \w+\)$/.exec(queryOf(variable)) ?? [];
        return selector !== undefined && parses(selector) ? [] : [{ message: `cannot fill ${variable.name}` }];
      }),
  "template-on-time-change-reload-rule": ({ templating }) =>
    templating.list
      .filter(({ type, refresh }) => type === "query" && refresh !== 2)
      .map(({ name }) => ({ message: `${name} does not follow the time shown` })),
  "panel-datasource-rule": (dashboard) => [
    ...eachPanel(dashboard, ({ datasource }) => datasource?.uid !== prometheus.uid, "does not use the chosen data source"),
    ...eachTarget(dashboard, ({ datasource }) => datasource?.uid !== prometheus.uid, "does not use the chosen data source"),
  ],
  "panel-title-description-rule": (dashboard) =>
    eachPanel(dashboard, ({ title, description }) => !title || !description, "has no title or no description"),
  "panel-units-rule": (dashboard) =>
    eachPanel(dashboard, ({ fieldConfig }) => !units.has(fieldConfig?.defaults.unit ?? ""), "has no unit that Grafana knows"),
  "panel-no-targets-rule": (dashboard) => eachPanel(dashboard, ({ targets }) => !targets?.length, "asks nothing"),
  "target-promql-rule": (dashboard) => eachTarget(dashboard, ({ expr }) => !parses(expr), "is no PromQL"),
  "target-rate-interval-rule": (dashboard) =>
    eachTarget(
      dashboard,
      ({ expr }) => rangesOf(expr).some(({ call, window }) => RATES.includes(call) && window !== RATE_WINDOW),
      "takes a rate over another window than $__rate_interval",
    ),
  "target-counter-agg-rule": (dashboard) =>
    eachTarget(dashboard, ({ expr }) => bareCounters(expr).length > 0, "shows a counter that is under no rate or increase"),
  "target-job-rule": (dashboard) => eachTarget(dashboard, ({ expr }) => !/\bjob=/.test(expr), "selects no job"),
  "target-instance-rule": (dashboard) => eachTarget(dashboard, ({ expr }) => !/\binstance=/.test(expr), "selects no instance"),
  "uneditable-dashboard": ({ editable }) => (editable ? [{ message: "can be edited by hand" }] : []),
};

export function lint(dashboard: DashboardJson): readonly Complaint[] {
  return Object.entries(rules).flatMap(([rule, check]) =>
    check(dashboard).map((complaint) => ({ rule, dashboard: dashboard.title, ...complaint })),
  );
}

/** The names of metrics that a query asks for. */
export function metricsIn(expr: string): readonly string[] {
  const source = filledIn(expr);
  return nodesOf(source, "VectorSelector").flatMap((node) => textOf(source, node.getChild("Identifier")) ?? []);
}

function parses(expr: string): boolean {
  return nodesOf(filledIn(expr), "⚠").length === 0;
}

/** Every range of series, with the function that it is given to. */
function rangesOf(expr: string): { readonly call: string; readonly window: string }[] {
  const source = filledIn(expr);
  return nodesOf(source, "MatrixSelector").map((node) => ({
    call: callAround(source, node),
    window: textOf(source, node.getChild("DurationExpr")) ?? "",
  }));
}

function bareCounters(expr: string): string[] {
  const source = filledIn(expr);
  return nodesOf(source, "VectorSelector").flatMap((node) => {
    const name = textOf(source, node.getChild("Identifier")) ?? "";
    const range = node.parent?.name === "MatrixSelector" ? node.parent : null;
    const aggregated = range !== null && AGGREGATIONS.includes(callAround(source, range));
    return name.endsWith("_total") && !aggregated ? [name] : [];
  });
}

/** The function whose argument a node is, or nothing. */
function callAround(source: string, node: SyntaxNode): string {
  const call = node.parent?.name === "FunctionCallBody" ? node.parent.parent : null;
  return textOf(source, call?.getChild("FunctionIdentifier")) ?? "";
}

/** Grafana's windows are filled in before Prometheus sees a query; other variables stand in strings, where they do not matter. */
function filledIn(expr: string): string {
  return expr.replaceAll("$__rate_interval", RATE_WINDOW).replaceAll("$__range", "1h").replaceAll("$__interval", "1m");
}

function nodesOf(source: string, name: string): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  parser.parse(source).iterate({
    enter: (node) => {
      if (node.name === name) found.push(node.node);
    },
  });
  return found;
}

function textOf(source: string, node: SyntaxNode | null | undefined): string | undefined {
  return node ? source.slice(node.from, node.to) : undefined;
}

function variableNamed(name: string, { list }: DashboardJson["templating"]): { readonly message: string }[] {
  return list.some((variable) => variable.name === name) ? [] : [{ message: `has no variable ${name}` }];
}

function eachPanel(dashboard: DashboardJson, isBad: (panel: PanelJson) => boolean, message: string) {
  return panelsOf(dashboard)
    .filter(isBad)
    .map(({ title }) => ({ panel: title, message }));
}

function eachTarget(
  dashboard: DashboardJson,
  isBad: (target: NonNullable<PanelJson["targets"]>[number]) => boolean,
  message: string,
) {
  return targetsOf(dashboard)
    .filter(({ target }) => isBad(target))
    .map(({ panel, target }) => ({ panel: panel.title, message: `${target.refId} ${message}` }));
}
