import { formatDuration } from "../src/monitoring/durations.ts";
import { recorded, recordingRules } from "../src/monitoring/recording.ts";
import type { Alert } from "../src/monitoring/rules/alert.ts";
import { alertGroups } from "../src/monitoring/rules/index.ts";
import { thresholdDefinitions } from "../src/monitoring/thresholds.ts";

/** The reference of alerts, their thresholds and the recording rules, from the tables. */
export function renderAlertsReference(): string {
  const alerts = Object.values(alertGroups()).flat();
  return [
    "# Alerts",
    "",
    "Made from `src/monitoring` by `npm run generate`. The rules themselves are in [alerts/rules](../../alerts/rules), their tests in",
    "[alerts/tests](../../alerts/tests), and what to do is in the [runbooks](../runbooks). How to use them:",
    "[Alerts](../guide/alerts.md).",
    "",
    "| Alert | Severity | After | Tells |",
    "| --- | --- | --- | --- |",
    ...alerts.map(row),
    "",
    "## Thresholds",
    "",
    "`crowsnest assets --threshold name=number` changes one; panels draw the same lines.",
    "",
    "| Threshold | Default | Meaning |",
    "| --- | --- | --- |",
    ...Object.entries(thresholdDefinitions).map(([name, { value, help }]) => `| \`${name}\` | ${value} | ${help} |`),
    "",
    "## Recording rules",
    "",
    "What several panels or alerts ask for is worked out once. Names read `level:metric:operations`; the level is the labels that are left.",
    "",
    "| In code | Series | Expression |",
    "| --- | --- | --- |",
    ...recordingRows(),
    "",
  ].join("\n");
}

function row({ alert, severity, forSeconds, summary, labels }: Alert): string {
  const which = Object.values(labels ?? {}).join(", ");
  const link = `[${alert}](../runbooks/${alert}.md)${which === "" ? "" : ` (${which})`}`;
  return `| ${link} | ${severity} | ${formatDuration(forSeconds)} | ${plain(summary)} |`;
}

/** A template as a sentence: `{{ $labels.agent }}` becomes *agent*. */
function plain(template: string): string {
  return template.replaceAll(/\{\{ with .*?\}\}.*?\{\{ end \}\}/g, "").replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, "*$1*");
}

function recordingRows(): string[] {
  const rules = recordingRules();
  return Object.entries(recorded()).map(([key, name]) => {
    const expr = rules.find(({ record }) => record === name)?.expr ?? "";
    return `| \`${key}\` | \`${name}\` | \`${expr.replaceAll("|", "\\|")}\` |`;
  });
}
