import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkAlerts } from "../../scripts/alert-checks.ts";
import { renderRules } from "../../src/monitoring/render-rules.ts";
import { hasAlertmanager } from "../support/alertmanager.ts";
import { inRepository } from "../support/processes.ts";
import { hasPrometheus } from "../support/prometheus.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** A copy of the rules and of one file of tests, with a part of a file replaced. */
async function alertsWith(file: string, part: string | RegExp, replacement: string): Promise<string> {
  const folder = await tempFolder();
  await cp(inRepository("alerts"), folder, {
    recursive: true,
    filter: (source) => !source.includes("/tests/") || source.endsWith("agents.test.yml"),
  });
  await replaceIn(join(folder, file), part, replacement);
  return folder;
}

async function replaceIn(path: string, part: string | RegExp, replacement: string): Promise<void> {
  const text = await readFile(path, "utf8");
  const changed = text.replaceAll(part, replacement);
  expect(changed, `${part} is in ${path}`).not.toBe(text);
  await writeFile(path, changed);
}

describe.skipIf(!hasPrometheus || !hasAlertmanager)("Prometheus's and Alertmanager's own tools", { timeout: 120_000 }, () => {
  it("find nothing wrong with the rules, their tests and Alertmanager's configuration", async () => {
    expect(await checkAlerts(inRepository("alerts"))).toEqual([]);
  });

  it("find an expression that does not parse", async () => {
    const folder = await alertsWith("rules/crowsnest.yml", "absent(up", "absent((up");
    expect((await checkAlerts(folder)).join()).toContain("could not parse expression");
  });

  it("find a rule that stands there twice, which the lint is fatal for", async () => {
    const folder = await alertsWith("rules/fleet.yml", "work: tool calls", "work: tasks");
    expect((await checkAlerts(folder)).join()).toContain("duplicate rule");
  });

  it("find an alert that no longer fires when it should", async () => {
    const folder = await alertsWith("rules/fleet.yml", "[5m]) > 0.1", "[5m]) > 0.9");
    const [finding] = await checkAlerts(folder);
    expect(finding).toContain("AgentHighErrorRate fires after 5 minutes of errors");
    expect(finding).toContain("got:[]");
  });

  it("find an alert that fires when it should not", async () => {
    const folder = await alertsWith("rules/fleet.yml", " unless agent_context_limit_tokens", "");
    expect((await checkAlerts(folder)).join()).toContain("does not fire when 9,500 tokens are little for the agent's own limit");
  });

  it("find a route to a receiver that is not there", async () => {
    const folder = await alertsWith("alertmanager.yml", "receiver: critical", "receiver: nobody");
    expect((await checkAlerts(folder)).join()).toContain('undefined receiver "nobody"');
  });

  it("take the examples of Alertmanager's configuration as well once the # is taken away", async () => {
    const folder = await alertsWith("alertmanager.yml", /^( *)# (?= *(?:- )?[\w-]+:)/gm, "$1");
    const text = await readFile(join(folder, "alertmanager.yml"), "utf8");
    for (const example of ["slack_configs", "email_configs", "pagerduty_configs", "http_config", "global"]) {
      expect(text).toMatch(new RegExp(`^ *${example}:`, "m"));
    }
    expect(await checkAlerts(folder)).toEqual([]);
  });

  it("find rules for another prefix as good as these", async () => {
    const folder = await alertsWith("tests/agents.test.yml", "series: agent_", "series: yolo_");
    for (const [name, text] of Object.entries(renderRules({ prefix: "yolo" })))
      await writeFile(join(folder, "rules", name), text);
    expect(await checkAlerts(folder)).toEqual([]);
  });
});
