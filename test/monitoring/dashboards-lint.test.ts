import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { inRepository } from "../support/processes.ts";
import { type DashboardJson, type PanelJson, storedDashboards, type TargetJson } from "./dashboard-json.ts";
import { type Complaint, lint } from "./dashboard-rules.ts";

interface Exclusion {
  readonly reason: string;
  readonly entries?: readonly { readonly dashboard: string; readonly panel: string }[];
}

const { exclusions }: { exclusions: Readonly<Record<string, Exclusion>> } = parse(
  readFileSync(inRepository("grafana/dashboard-linter.yaml"), "utf8"),
);
const stored = storedDashboards();
const complaints = stored.flatMap(lint);

function isExcluded({ rule, dashboard, panel }: Complaint): boolean {
  const exclusion = exclusions[rule];
  if (exclusion === undefined) return false;
  return exclusion.entries?.some((entry) => entry.dashboard === dashboard && entry.panel === panel) ?? true;
}

describe("the rules of grafana/dashboard-linter", () => {
  it.each(stored.map(({ title }) => title))("are kept by %s", (title) => {
    expect(complaints.filter((complaint) => complaint.dashboard === title && !isExcluded(complaint))).toEqual([]);
  });

  it("have exceptions with reasons, and none that is no longer needed", () => {
    const needed = complaints.filter(isExcluded);
    for (const [rule, { reason, entries }] of Object.entries(exclusions)) {
      expect(reason, rule).toMatch(/\.$/);
      expect(needed.map((complaint) => complaint.rule)).toContain(rule);
      for (const entry of entries ?? []) expect(needed).toContainEqual(expect.objectContaining({ rule, ...entry }));
    }
  });

  it.each<[rule: string, mistake: (dashboard: DashboardJson) => DashboardJson]>([
    ["template-datasource-rule", withVariables((list) => list.slice(1))],
    ["template-label-promql-rule", withVariable({ query: "label_values(agent_info{, service)" })],
    ["template-on-time-change-reload-rule", withVariable({ refresh: 1 })],
    ["panel-datasource-rule", withPanel({ datasource: { uid: "prometheus" } })],
    ["panel-datasource-rule", withTarget({ datasource: { uid: "prometheus" } })],
    ["panel-title-description-rule", withPanel({ description: "" })],
    ["panel-units-rule", withPanel({ fieldConfig: { defaults: {} } })],
    ["panel-no-targets-rule", withPanel({ targets: [] })],
    ["target-promql-rule", withTarget({ expr: "sum by (agent) (rate(agent_errors_total[$__rate_interval])" })],
    ["target-rate-interval-rule", withTarget({ expr: "sum(rate(agent_errors_total[5m]))" })],
    ["target-counter-agg-rule", withTarget({ expr: "sum(agent_errors_total)" })],
    ["target-counter-agg-rule", withTarget({ expr: "max_over_time(agent_errors_total[$__rate_interval])" })],
    ["uneditable-dashboard", (dashboard) => ({ ...dashboard, editable: true })],
  ])("find a mistake against %s", (rule, mistake) => {
    const dashboard = stored.find(({ title }) => title === "Models and tools") as DashboardJson;
    expect(lint(dashboard).filter((complaint) => !isExcluded(complaint))).toEqual([]);
    const found = lint(mistake(dashboard)).filter((complaint) => !isExcluded(complaint));
    expect([...new Set(found.map((complaint) => complaint.rule))]).toContain(rule);
  });
});

function withVariables(change: (list: DashboardJson["templating"]["list"]) => DashboardJson["templating"]["list"]) {
  return (dashboard: DashboardJson) => ({ ...dashboard, templating: { list: change(dashboard.templating.list) } });
}

function withVariable(mistake: Partial<DashboardJson["templating"]["list"][number]>) {
  return withVariables((list) => list.map((variable) => (variable.type === "query" ? { ...variable, ...mistake } : variable)));
}

function withPanel(mistake: Partial<PanelJson>) {
  return (dashboard: DashboardJson): DashboardJson => {
    const at = dashboard.panels.findIndex(({ type }) => type !== "row");
    return { ...dashboard, panels: dashboard.panels.map((panel, index) => (index === at ? { ...panel, ...mistake } : panel)) };
  };
}

function withTarget(mistake: Partial<TargetJson>) {
  return (dashboard: DashboardJson): DashboardJson => {
    const at = dashboard.panels.find(({ type }) => type !== "row");
    return withPanel({ targets: (at?.targets ?? []).map((target) => ({ ...target, ...mistake })) })(dashboard);
  };
}
