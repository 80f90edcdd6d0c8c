import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { dashboards } from "../../src/monitoring/dashboards/index.ts";
import { metricNames } from "../../src/monitoring/names.ts";
import { recorded } from "../../src/monitoring/recording.ts";
import { alertGroups } from "../../src/monitoring/rules/index.ts";
import { inRepository } from "../support/processes.ts";
import { hasPrometheus } from "../support/prometheus.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** One look at the alerts within a rule test. */
interface Look {
  readonly test: string;
  readonly at: number;
  readonly fires: boolean;
}

const names = [...new Set(Object.values(alertGroups()).flatMap((group) => group.map(({ alert }) => alert)))];
const runbooks = new Map(
  readdirSync(inRepository("docs/runbooks")).map((file) => [file, readFileSync(inRepository(`docs/runbooks/${file}`), "utf8")]),
);
const looks = readLooks();

describe.each(names)("%s", (name) => {
  const own = looks.get(name) ?? [];

  it("is tested: fires", () => {
    expect(own.some(({ fires }) => fires)).toBe(true);
  });

  it("is tested: does not fire, and the test says why", () => {
    const quiet = Object.values(Object.groupBy(own, ({ test }) => test)).filter((all) => all?.every(({ fires }) => !fires));
    const inPassing = own.some(({ test, fires }) => !fires && test.includes(`${name} does not fire`));
    expect(quiet.some((all) => all?.[0]?.test.startsWith(`${name} does not fire`)) || inPassing).toBe(true);
  });

  it("is tested: resolves", () => {
    const resolves = own.some(
      (before) => before.fires && own.some(({ test, at, fires }) => test === before.test && at > before.at && !fires),
    );
    expect(resolves).toBe(true);
  });

  it("has a runbook that says what it means, how to look and what to do", () => {
    const text = runbooks.get(`${name}.md`) ?? "";
    expect(text.match(/^#+ .+$/gm)).toEqual([`# ${name}`, "## What it means", "## How to look", "## What to do"]);
    expect(text).toContain("```promql\n");
  });
});

describe("runbooks", () => {
  it("are there for alerts only, and lead to one another where they say so", () => {
    expect([...runbooks.keys()].sort()).toEqual(names.map((name) => `${name}.md`).sort());
    for (const [file, text] of runbooks) {
      for (const [, target = ""] of text.matchAll(/\]\(([^)]+)\)/g))
        expect(runbooks.has(target), `${target} in ${file}`).toBe(true);
    }
  });

  it("ask only for series that there are", () => {
    const known = new Set([...Object.values(metricNames()), ...Object.values(recorded())]);
    for (const [file, query] of queries()) {
      const series =
        query.replaceAll(/\{[^}]*\}|by \([^)]*\)/g, "").match(/(?:[a-z_]+:)?(?:agent|crowsnest)_[a-z_]+(?::[a-z0-9_]+)?/g) ?? [];
      for (const name of series) expect(known.has(name), `${name} in ${file}`).toBe(true);
    }
  });

  it.skipIf(!hasPrometheus)("have queries that Prometheus understands", async () => {
    const rules = queries().map(([file, expr], index) => ({ record: `runbook:${file.replace(".md", "")}:query${index}`, expr }));
    const file = join(await tempFolder(), "rules.yml");
    await writeFile(file, stringify({ groups: [{ name: "runbooks", rules }] }, { lineWidth: 0 }));
    const { stdout, stderr } = spawnSync("promtool", ["check", "rules", "--lint=none", file], { encoding: "utf8" });
    expect(`${stdout}${stderr}`).toContain(`SUCCESS: ${rules.length} rules found`);
  });

  it("name panels that there are", () => {
    const panels = new Set(Object.values(dashboards()).flatMap((board) => panelsOf(board as Board)));
    expect([...runbooks.values()].join().match(/\*\*[^*]+ › [^*]+\*\*/g)?.length).toBeGreaterThan(20);
    for (const [file, text] of runbooks) {
      for (const [, panel = ""] of text.matchAll(/\*\*([^*]+ › [^*]+)\*\*/g))
        expect(panels.has(panel), `${panel} in ${file}`).toBe(true);
    }
  });
});

interface Board {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly panels?: readonly { readonly title: string }[] }[];
}

function panelsOf({ title, panels }: Board): string[] {
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]).map((panel) => `${title} › ${panel.title}`);
}

/** Every query of every runbook, one a line. */
function queries(): [file: string, query: string][] {
  return [...runbooks].flatMap(([file, text]) =>
    [...text.matchAll(/```promql\n(.*?)```/gs)].flatMap(([, block = ""]) =>
      block
        .trim()
        .split("\n")
        .map((query): [string, string] => [file, query]),
    ),
  );
}

function readLooks(): Map<string, Look[]> {
  const found = new Map<string, Look[]>();
  for (const file of readdirSync(inRepository("alerts/tests"))) {
    const { tests } = parse(readFileSync(inRepository(`alerts/tests/${file}`), "utf8")) as {
      tests: { name: string; alert_rule_test: { eval_time: string; alertname: string; exp_alerts: unknown[] }[] }[];
    };
    for (const { name: test, alert_rule_test } of tests) {
      for (const { eval_time, alertname, exp_alerts } of alert_rule_test) {
        found.set(alertname, [...(found.get(alertname) ?? []), { test, at: seconds(eval_time), fires: exp_alerts.length > 0 }]);
      }
    }
  }
  return found;
}

/** `25h15m` */
function seconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
  return [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );
}
