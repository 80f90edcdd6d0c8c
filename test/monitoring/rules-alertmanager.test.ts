import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { alertmanagerConfig } from "../../src/monitoring/alertmanager.ts";
import { hasAlertmanager, startAlertmanager } from "../support/alertmanager.ts";
import { inRepository } from "../support/processes.ts";
import { until } from "../support/until.ts";

type Labels = Readonly<Record<string, string>>;

const critical = (alertname: string, labels: Labels = {}): Labels => ({
  alertname,
  severity: "critical",
  service: "shop",
  ...labels,
});
const warning = (alertname: string, labels: Labels = {}): Labels => ({
  alertname,
  severity: "warning",
  service: "shop",
  ...labels,
});
const burn = (long_window: string, labels: Labels = {}): Labels =>
  critical("AgentTaskErrorBudgetBurn", { long_window, ...labels });

/** Those of the alerts that a real Alertmanager silences because of the others. */
async function silenced(...alerts: readonly Labels[]): Promise<Labels[]> {
  // Nobody is at the hub's address, and nobody needs to be.
  const { url } = await startAlertmanager(alertmanagerConfig({ hubUrl: "http://127.0.0.1:9", waitScale: 0.01 }));
  const endsAt = new Date(Date.now() + 60_000).toISOString();
  const body = JSON.stringify(alerts.map((labels) => ({ labels, endsAt })));
  const posted = await fetch(`${url}/api/v2/alerts`, { method: "POST", headers: { "content-type": "application/json" }, body });
  expect(posted.status).toBe(200);
  return until("all alerts to be judged", async () => {
    const judged = (await (await fetch(`${url}/api/v2/alerts`)).json()) as { labels: Labels; status: { state: string } }[];
    if (judged.length < alerts.length || judged.some(({ status }) => status.state === "unprocessed")) return undefined;
    const suppressed = judged.filter(({ status }) => status.state === "suppressed").map(({ labels }) => JSON.stringify(labels));
    return alerts.filter((labels) => suppressed.includes(JSON.stringify(Object.fromEntries(Object.entries(labels).sort()))));
  });
}

describe.skipIf(!hasAlertmanager)("Alertmanager, configured by us", { timeout: 60_000 }, () => {
  it.each([
    ["severity=critical", "critical"],
    ["severity=warning", "warning"],
    ["severity=info", "info"],
    ["team=other", "info"],
  ])("tells %s to the receiver %s", (label, receiver) => {
    const args = ["config", "routes", "test", `--config.file=${inRepository("alerts/alertmanager.yml")}`, label];
    expect(execFileSync("amtool", args, { encoding: "utf8", stdio: "pipe" }).trim()).toBe(receiver);
  });

  it("silences everything of ours while Crowsnest is down, and nothing of others", async () => {
    const down = critical("CrowsnestDown", { service: "" });
    const ours = [warning("AgentSilent"), critical("AgentBudgetExceeded"), warning("CrowsnestQueueFull")];
    expect(await silenced(down, ...ours, warning("DiskFull"))).toEqual(ours);
  });

  it("leaves the hub of another cluster alone", async () => {
    const down = critical("CrowsnestDown", { cluster: "north" });
    const [north, south] = [warning("AgentSilent", { cluster: "north" }), warning("AgentSilent", { cluster: "south" })];
    expect(await silenced(down, north, south)).toEqual([north]);
  });

  it("tells one burn of an error budget once, by its fastest windows, for each service", async () => {
    const slower = [burn("6h"), burn("1d", { severity: "warning" }), burn("3d", { severity: "warning" })];
    const elsewhere = [burn("6h", { service: "bank" }), burn("3d", { service: "post", severity: "warning" })];
    expect(await silenced(burn("1h"), ...slower, ...elsewhere)).toEqual(slower);
  });

  it("does not tell of a warning what it has told is critical", async () => {
    const nearly = warning("AgentBudgetNearlySpent", { scope: "day" });
    const other = warning("AgentBudgetNearlySpent", { scope: "agent:scribe" });
    const same = warning("AgentJourneySuccessLow");
    const elsewhere = warning("AgentJourneySuccessLow", { service: "bank" });
    const reasons = [critical("AgentBudgetExceeded", { scope: "day" }), critical("AgentJourneySuccessLow")];
    expect(await silenced(...reasons, nearly, other, same, elsewhere)).toEqual([nearly, same]);
  });
});
