import { describe, expect, it } from "vitest";
import { metricName } from "../../src/metrics/definitions.ts";
import { dashboards } from "../../src/monitoring/dashboards/index.ts";
import { formatDuration } from "../../src/monitoring/durations.ts";
import { metricNames } from "../../src/monitoring/names.ts";
import { type RecordingKey, recorded, recordedLabels, recordingRules } from "../../src/monitoring/recording.ts";
import { alertGroups, type RuleOptions, ruleFiles } from "../../src/monitoring/rules/index.ts";
import { ThresholdError } from "../../src/monitoring/thresholds.ts";

const alerts = Object.values(alertGroups()).flat();

/** The expressions of all rules by the names of their alerts. */
function expressions(name: string, options: RuleOptions = {}): string[] {
  return Object.values(alertGroups(options))
    .flat()
    .filter(({ alert }) => alert === name)
    .map(({ expr }) => expr);
}

/** Every alerting rule as it is written into files. */
function written(options: RuleOptions = {}) {
  return Object.values(ruleFiles(options))
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
    .filter(
      (rule): rule is { alert: string; for: string; keep_firing_for?: string; annotations: { runbook_url: string } } =>
        "alert" in rule,
    );
}

describe("names of series", () => {
  it("are those of the table, with the three parts of histograms", () => {
    const names = metricNames("yolo");
    expect(names.handoffs).toBe("yolo_handoffs_total");
    expect(names.handoffDurationBucket).toBe("yolo_handoff_duration_seconds_bucket");
    expect(names.handoffDurationCount).toBe("yolo_handoff_duration_seconds_count");
    expect(names.eventsDropped).toBe("crowsnest_events_dropped_total");
    expect(names).not.toHaveProperty("handoffDuration");
  });
});

describe("recording rules", () => {
  it("are called level:metric:operations, the level being the labels that are left", () => {
    for (const [key, name] of Object.entries(recorded())) {
      const [level, metric, operations] = name.split(":");
      expect(level, name).toBe(recordedLabels(key as RecordingKey).join("_"));
      expect(metric, name).toMatch(/^(agent|crowsnest)_[a-z_]+$/);
      expect(metric, "no _total under a rate").not.toMatch(/_total$/);
      expect(operations, name).toMatch(/^((ratio_)?(rate|increase)\d+[mhd]|ratio|p95_rate5m)$/);
    }
  });

  it("are each asked for by an alert, a panel or another of them", () => {
    const asked = JSON.stringify([recordingRules().map(({ expr }) => expr), alerts, dashboards()]);
    for (const name of Object.values(recorded())) expect(asked).toContain(name);
  });

  it("have names of their own, and stand behind those that they are made from", () => {
    const rules = recordingRules();
    const names = rules.map(({ record }) => record);
    expect(new Set(names).size).toBe(names.length);
    for (const [index, { record, expr }] of rules.entries()) {
      for (const other of names.slice(index))
        expect(expr.includes(other), `${record} uses ${other}, which comes later`).toBe(false);
    }
  });
});

describe("alerts", () => {
  it("have the two that everybody knows, as everybody writes them", () => {
    expect(expressions("AgentHighErrorRate")).toEqual(["rate(agent_errors_total[5m]) > 0.1"]);
    const [context = ""] = expressions("AgentContextOverflow");
    expect(context).toMatch(/^agent_context_tokens > 9000 /);
    expect(context).toContain("agent_context_tokens > 0.9 * agent_context_limit_tokens");
    const after = new Map(written().map((rule) => [rule.alert, rule.for]));
    expect(after.get("AgentHighErrorRate")).toBe("5m");
    expect(after.get("AgentContextOverflow")).toBe("1m");
  });

  it("are named after what they are about, and say what is wrong and what was measured", () => {
    for (const { alert, summary, description, expr } of alerts) {
      expect(alert).toMatch(/^(Agent|Crowsnest)([A-Z][a-z0-9]+)+$/);
      expect(summary, alert).not.toMatch(/\.$/);
      expect(description, alert).toMatch(/\.$/);
      expect(expr, `${alert} stays on one line`).not.toContain("\n");
      if (alert !== "CrowsnestDown")
        expect(description, `${alert} shows its value for people`).toMatch(
          /\{\{ (\$value( \| humanize\w*)?|printf "%[^"]+" \$value) \}\}/,
        );
    }
  });

  it("page for a burning error budget in the windows of the workbook, and no two of them are the same rule", () => {
    const burns = alerts.filter(({ alert }) => alert === "AgentTaskErrorBudgetBurn");
    const windows = burns.map(({ severity, labels }) => `${severity} ${labels?.long_window} ${labels?.short_window}`);
    expect(windows).toEqual(["critical 1h 5m", "critical 6h 30m", "warning 1d 2h", "warning 3d 6h"]);
    expect(burns.map(({ expr }) => expr.match(/> ([\d.]+)/)?.[1])).toEqual(["0.72", "0.3", "0.15", "0.05"]);
  });

  it("ask only for what exists, whatever the prefix", () => {
    for (const prefix of ["agent", "yolo"]) {
      const known = new Set([...Object.values(metricNames(prefix)), ...Object.values(recorded(prefix)), "up"]);
      const rules = [...recordingRules(prefix), ...Object.values(alertGroups({ prefix })).flat()];
      for (const { expr } of rules) {
        const asked = expr.match(/(?:[a-z_]+:)?(?:agent|yolo|crowsnest)_[a-z_]+(?::[a-z0-9_]+)?/g) ?? [];
        for (const name of asked) expect(known.has(name), `${name} in ${expr}`).toBe(true);
      }
    }
  });

  it("take thresholds, the scrape job, the runbooks' address and a scale for their patience", () => {
    expect(expressions("AgentHandoffSlow", { thresholds: { handoffP95Seconds: 60 } })[0]).toContain("p95_rate5m > 60 ");
    expect(expressions("CrowsnestDown", { job: "hub" })).toEqual(['up{job="hub"} == 0 or absent(up{job="hub"})']);
    const [first] = written({ runbookBaseUrl: "https://wiki.example.org/run/", forScale: 0.01 });
    expect(first?.annotations.runbook_url).toBe("https://wiki.example.org/run/AgentHighErrorRate.md");
    expect(first?.for).toBe("3s");
    expect(written({ forScale: 0.01 }).find(({ keep_firing_for: kept }) => kept !== undefined)?.keep_firing_for).toBe("3s");
  });

  it("refuse a threshold that does not exist or makes no sense, in words", () => {
    const refused = (thresholds: Record<string, number>) => () => ruleFiles({ thresholds });
    expect(refused({ handoffP95: 1 })).toThrow(/^handoffP95 is not a threshold; there are errorsPerSecond, /);
    expect(refused({ failureRatio: 1.5 })).toThrow(new ThresholdError("failureRatio takes a number from 0 to 1, but is 1.5"));
    expect(refused({ handoffP95Seconds: -1 })).toThrow("handoffP95Seconds takes a number from 0 on, but is -1");
    expect(refused({ taskSuccessRatio: 0.9 }), "14.4 times a tenth is more than all").toThrow(
      /taskSuccessRatio takes a number from 0\.931/,
    );
    expect(refused({ failureRatio: Number.NaN })).toThrow("but is NaN");
  });

  it("cover every counter of Crowsnest's own losses that people have to know of", () => {
    const asked = [...recordingRules(), ...alerts].map(({ expr }) => expr).join("\n");
    for (const key of ["eventsDropped", "storeFailures", "labelOverflows", "queueDepth"] as const) {
      expect(asked).toContain(metricName(key));
    }
  });
});

describe("durations", () => {
  it.each([
    [300, "5m"],
    [5_400, "1h30m"],
    [86_400, "1d"],
    [1.5, "1s500ms"],
    [0, "1ms"],
  ])("of %d seconds are written as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});
