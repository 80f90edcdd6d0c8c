import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compose, inService } from "../support/compose.ts";
import { readDashboards } from "../support/panels.ts";
import { inRepository } from "../support/processes.ts";

const grafana = compose.services["grafana"] ?? {};

interface DataSource {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

describe("Grafana's provisioning", async () => {
  const { datasources } = parse(await provisioned("datasources/datasources.yaml")) as { datasources: DataSource[] };
  const byUid = new Map(datasources.map((source) => [source.uid, source]));
  const dashboards = readDashboards();

  test("has every file where Grafana looks for it", async () => {
    for (const kind of ["datasources", "dashboards"]) {
      expect(inService(grafana, `/etc/grafana/provisioning/${kind}/${kind}.yaml`)).toBe(
        `grafana/provisioning/${kind}/${kind}.yaml`,
      );
      expect(await readdir(inRepository(`grafana/provisioning/${kind}`))).toEqual([`${kind}.yaml`]);
    }
  });

  test("gives each data source a uid of its own, at a service of the stack", () => {
    expect([...byUid.keys()]).toEqual(["prometheus", "tempo", "alertmanager"]);
    for (const { url } of datasources) expect(Object.keys(compose.services)).toContain(new URL(url).hostname);
  });

  test("refers to data sources that are there", () => {
    const uids = [...JSON.stringify(datasources).matchAll(/"datasourceUid":"([^"]+)"/g)].map(([, uid = ""]) => uid);
    expect(uids.length).toBeGreaterThan(2);
    for (const uid of uids) expect([...byUid.keys()]).toContain(uid);
  });

  test("leads from an exemplar to its trace, from a trace to its metrics, and draws who calls whom", () => {
    const { exemplarTraceIdDestinations } = byUid.get("prometheus")?.jsonData ?? {};
    expect(exemplarTraceIdDestinations).toEqual([expect.objectContaining({ name: "trace_id", datasourceUid: "tempo" })]);
    expect(byUid.get("tempo")?.jsonData).toMatchObject({
      nodeGraph: { enabled: true },
      serviceMap: { datasourceUid: "prometheus" },
      tracesToMetrics: { datasourceUid: "prometheus" },
    });
  });

  test("leaves Grafana's own variables alone, which it would fill in from its environment", async () => {
    const text = await provisioned("datasources/datasources.yaml");
    const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("#"));
    expect(lines.join("\n")).not.toMatch(/(?<!\$)\$(?!\$)/);
  });

  test("scrapes as often as the data source says, which windows of rates are made from", async () => {
    const { global } = parse(await readFile(inRepository("deploy/prometheus.yml"), "utf8"));
    expect(byUid.get("prometheus")?.jsonData["timeInterval"]).toBe(global.scrape_interval);
  });

  test("shows every dashboard that is there, the fleet first", async () => {
    const { providers } = parse(await provisioned("dashboards/dashboards.yaml"));
    expect(inService(grafana, providers[0].options.path)).toBe("grafana/dashboards");
    expect(dashboards.size).toBeGreaterThan(0);
    const home = grafana.environment?.["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"] ?? "";
    expect(existsSync(inRepository(inService(grafana, home))), home).toBe(true);
  });

  test.each([...dashboards])("%s asks data sources that are provisioned, or whichever is chosen", (_file, dashboard) => {
    const chosen = dashboard.templating.list.filter(({ type }) => type === "datasource").map(({ name }) => `\${${name}}`);
    const uids = [...JSON.stringify(dashboard).matchAll(/"uid":"([^"]+)"/g)].map(([, uid = ""]) => uid);
    const known = [...byUid.keys(), ...chosen, dashboard.uid, "-- Grafana --", "-- Mixed --", "-- Dashboard --", "grafana"];
    for (const uid of uids) expect(known).toContain(uid);
  });
});

function provisioned(path: string): Promise<string> {
  return readFile(inRepository(`grafana/provisioning/${path}`), "utf8");
}
