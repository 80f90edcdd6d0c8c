import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { metricDefinitions, metricName } from "../../src/metrics/definitions.ts";
import { collectNodeMetrics } from "../../src/metrics/node.ts";
import { dashboards } from "../../src/monitoring/dashboards/index.ts";
import { mayBeEmpty } from "../../src/monitoring/dashboards/may-be-empty.ts";
import { processMetrics } from "../../src/monitoring/dashboards/process-metrics.ts";
import { variable } from "../../src/monitoring/dashboards/variables.ts";
import { recorded } from "../../src/monitoring/recording.ts";
import { inRepository } from "../support/processes.ts";
import { type DashboardJson, panelsOf, queryOf, targetsOf } from "./dashboard-json.ts";
import { metricsIn } from "./dashboard-rules.ts";

/** The dashboards as Grafana gets them: through JSON. */
function made(options?: Parameters<typeof dashboards>[0]): readonly DashboardJson[] {
  return JSON.parse(JSON.stringify(Object.values(dashboards(options))));
}

const all = made();
const panels = all.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ where: `${dashboard.title}: ${panel.title}`, panel })),
);

function panelNamed(title: string) {
  const found = panels.find(({ panel }) => panel.title === title)?.panel;
  if (found === undefined) throw new Error(`there is no panel "${title}"`);
  return found;
}

/** Everything that is asked: by panels, by the variables for their choices, and for annotations. */
function queriesOf(dashboard: DashboardJson): string[] {
  return [
    ...targetsOf(dashboard).map(({ target }) => target.expr),
    ...dashboard.templating.list.filter(({ type }) => type === "query").map((variable) => selectorOf(queryOf(variable))),
    ...dashboard.annotations.list.map(({ expr }) => expr),
  ];
}

function selectorOf(query: string): string {
  return query.replace(/^label_values\((.+), \w+\)$/, "$1");
}

describe("the dashboards", () => {
  it("stand in the repository as the sources want them", () => {
    const folder = inRepository("grafana/dashboards");
    const stored = Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]));
    const wanted = Object.entries(dashboards()).map(([file, dashboard]) => [file, `${JSON.stringify(dashboard, null, 2)}\n`]);
    expect(stored).toEqual(Object.fromEntries(wanted));
  });

  it("keep their uids and their order, which links in chats and runbooks rely on", () => {
    expect(all.map(({ uid, title }) => `${uid} ${title}`)).toEqual([
      "crowsnest-fleet Fleet overview",
      "crowsnest-agents Agents",
      "crowsnest-handoffs Handoffs and workflows",
      "crowsnest-cost Cost and budgets",
      "crowsnest-models Models and tools",
      "crowsnest-quality Quality and journeys",
      "crowsnest-itself Crowsnest itself",
    ]);
  });

  it.each(all.map((dashboard) => [dashboard.title, dashboard] as const))(
    "link %s to all others, in order and where people see it",
    (_, { uid, links }) => {
      expect(links.map(({ url }) => url)).toEqual(all.filter((other) => other.uid !== uid).map((other) => `/d/${other.uid}`));
      expect(links.filter(({ placement }) => placement !== undefined)).toEqual([]);
    },
  );

  it("are the classic JSON that Grafana 10 and later load, found by one tag and in the time zone of budgets", () => {
    for (const { schemaVersion, tags, timezone } of all)
      expect({ schemaVersion, tags, timezone }).toEqual({ schemaVersion: 42, tags: ["crowsnest"], timezone: "utc" });
  });

  it("let the data source, services and agents be chosen, and processes where it is about those", () => {
    const chosen = all.map(({ templating }) => templating.list.map(({ name }) => name).join(" "));
    expect(chosen).toEqual([...Array(6).fill("datasource service agent"), "datasource instance"]);
    const choices = all.flatMap(({ templating }) => templating.list.filter(({ type }) => type === "query"));
    expect(choices.filter(({ multi, includeAll }) => !(multi && includeAll))).toEqual([]);
  });
});

describe("panels", () => {
  it("have ids that tell them apart within a dashboard", () => {
    for (const dashboard of all) expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it("keep their ids for as long as they keep their titles, wherever they are moved", () => {
    expect(panelNamed("Who hands to whom").id).toBe(5_405);
    const ids = Map.groupBy(panels, ({ panel }) => panel.title).values();
    for (const sameTitle of ids) expect(new Set(sameTitle.map(({ panel }) => panel.id)).size).toBe(1);
  });

  it("have queries with ids that tell them apart, each with a legend", () => {
    for (const { where, panel } of panels) {
      const targets = panel.targets ?? [];
      expect(new Set(targets.map(({ refId }) => refId)).size, where).toBe(targets.length);
      for (const { legendFormat } of targets) expect(legendFormat, where).not.toBe("");
    }
  });

  it("say what they show, and what to do when it looks bad", () => {
    for (const { where, panel } of panels) {
      const [shows = "", whenBad = ""] = panel.description?.split("\n\n") ?? [];
      expect(shows, where).toMatch(/^[A-Z0-9].{8,}\.$/s);
      expect(whenBad, where).toMatch(/^[A-Z0-9].{30,}[.)]$/s);
    }
  });

  it("lead to traces wherever they show exemplars, and show exemplars on every histogram of the fleet over time", () => {
    for (const { where, panel } of panels) {
      const targets = panel.targets ?? [];
      const ofFleet = targets.some(
        ({ expr, range }) => range === true && metricsIn(expr).some((name) => /^agent_.+_bucket$/.test(name)),
      );
      const single = panel.type === "stat";
      expect(
        targets.some(({ exemplar }) => exemplar === true),
        where,
      ).toBe(ofFleet && !single);
      expect(panel.links?.map(({ title }) => title) ?? [], where).toEqual(ofFleet && !single ? ["Traces"] : []);
    }
  });

  it("link to traces of what they show, with the service and the time that are chosen there", () => {
    const url = panelNamed("Handoff durations").links?.[0]?.url ?? "";
    expect(url).toMatch(/^\/explore\?schemaVersion=1&panes=/);
    // Grafana fills in its variables before it reads the address.
    const filled = url
      .replace(variable("service:pipe"), "shop|bank")
      .replace(variable("__from"), "1")
      .replace(variable("__to"), "2");
    expect(JSON.parse(decodeURIComponent(filled.slice(filled.indexOf("panes=") + 6)))).toEqual({
      traces: {
        datasource: "tempo",
        queries: [
          {
            refId: "A",
            datasource: { type: "tempo", uid: "tempo" },
            queryType: "traceql",
            query: '{ resource.service.name=~"shop|bank" && name=~"handoff .*" }',
          },
        ],
        range: { from: "1", to: "2" },
      },
    });
  });

  it("draw quantiles from rates of buckets, and heatmaps from rates by le", () => {
    for (const { where, panel } of panels) {
      for (const { expr, format } of panel.targets ?? []) {
        if (expr.includes("histogram_quantile("))
          expect(expr, where).toMatch(/histogram_quantile\(0\.\d+, sum by \([\w, ]*le\) \(rate\(/);
        if (panel.type === "heatmap")
          expect({ expr, format }, where).toEqual({
            expr: expect.stringMatching(/^sum by \(le\) \(rate\(\w+_bucket/),
            format: "heatmap",
          });
      }
    }
  });

  it("give the node graph two tables: every agent that an arrow names is among the circles", () => {
    const { targets = [], transformations = [] } = panelNamed("Who hands to whom");
    expect(targets.map(({ refId, format, instant }) => ({ refId, format, instant }))).toEqual([
      { refId: "nodes", format: "table", instant: true },
      { refId: "edges", format: "table", instant: true },
    ]);
    expect(targets[0]?.expr).toMatch(/"id", "", "from_agent".+"id", "", "to_agent"/);
    // A renamed field keeps its name as far as a node graph is concerned, so values become fields of their own.
    expect(transformations.map(({ id }) => id)).toEqual(["calculateField", "calculateField", "convertFieldType"]);
  });

  it("may be empty only where a reason is written down", () => {
    const titles = panels.map(({ panel }) => panel.title);
    for (const [title, reason] of Object.entries(mayBeEmpty)) {
      expect(titles).toContain(title);
      expect(reason).toMatch(/\.$/);
    }
  });
});

describe("names of metrics", () => {
  const histogramParts = (name: string) => name.replace(/_(bucket|sum|count)$/, "");
  const known = (prefix?: string) =>
    new Set<string>([
      ...Object.keys(metricDefinitions).map((key) => metricName(key as keyof typeof metricDefinitions, prefix)),
      ...Object.values(recorded(prefix)),
      ...Object.values(processMetrics),
      "up",
      "ALERTS",
    ]);

  it.each(["agent", "yolo"])("are those of the table, of the recording rules and of prom-client with the prefix %s", (prefix) => {
    const names = known(prefix);
    const asked = new Set(made({ prefix }).flatMap(queriesOf).flatMap(metricsIn));
    expect([...asked].filter((name) => !names.has(name) && !names.has(histogramParts(name)))).toEqual([]);
    expect(asked.size).toBeGreaterThan(60);
  });

  it("have another prefix in every query, and nothing else changes", () => {
    const renamed = JSON.stringify(made({ prefix: "yolo" }));
    expect(renamed).not.toMatch(/\bagent_\w+(\{|\[|_bucket|_total)/);
    expect(renamed.replaceAll(/\byolo_/g, "agent_")).toBe(JSON.stringify(all));
  });

  it("cover the whole table: every metric of ours stands on some dashboard", () => {
    const asked = new Set(all.flatMap(queriesOf).flatMap(metricsIn).map(histogramParts));
    const missing = Object.keys(metricDefinitions).filter((key) => !asked.has(metricName(key as keyof typeof metricDefinitions)));
    expect(missing).toEqual([]);
  });

  it("of the process are those that prom-client exports", async () => {
    const registry = new Registry();
    const stop = collectNodeMetrics(registry);
    const exported = new Set((await registry.getMetricsAsJSON()).map(({ name }) => name));
    stop();
    expect(Object.values(processMetrics).filter((name) => !exported.has(histogramParts(name)))).toEqual([]);
  });
});

describe("options", () => {
  it("move the lines of panels with the thresholds of the alerts", () => {
    const [overview] = made({ thresholds: { errorsPerSecond: 0.5 } });
    const panel = overview?.panels.find(({ title }) => title === "Errors by agent");
    expect(JSON.stringify(panel?.fieldConfig)).toContain('{"value":0.5,"color":"red"}');
  });

  it("lead from an alert to its runbook where that is the address of a page", () => {
    const alertsWith = (runbookBaseUrl?: string) =>
      JSON.stringify(
        made(runbookBaseUrl === undefined ? {} : { runbookBaseUrl })[0]?.panels.find(({ title }) => title === "Alerts"),
      );
    expect(alertsWith("https://example.com/runbooks/")).toContain(`https://example.com/runbooks/${variable("__value.raw")}.md`);
    expect(alertsWith("docs/runbooks")).toBe(alertsWith());
  });
});
