import { escapeHelp, formatLabels, formatNumber } from "../format.ts";
import type { ForeignMetric } from "../registry.ts";
import type { Format } from "./formats.ts";

/** Appends a metric that is not ours (Node's own figures, whatever the host registered), from what its `get()` gave. */
export function renderForeign(metric: ForeignMetric, format: Format, lines: string[]): void {
  const openMetrics = format === "openmetrics";
  const isCounter = metric.type === "counter";
  const family = isCounter ? metric.name.replace(/_total$/, "") : metric.name;
  // OpenMetrics: the family of a counter is named without the suffix that its sample has. Text: both with it.
  const sampleName = isCounter && openMetrics ? `${family}_total` : metric.name;
  lines.push(...headOf(openMetrics ? family : sampleName, metric.help, metric.type, format));
  for (const sample of metric.values) {
    const labels = { ...sample.labels, ...sample.sharedLabels };
    const names = Object.keys(labels);
    const text = formatLabels(
      names,
      names.map((label) => labels[label] ?? ""),
    );
    const braces = text === "" ? "" : `{${text}}`;
    const name = isCounter ? sampleName : (sample.metricName ?? sampleName);
    lines.push(`${name}${braces} ${formatNumber(sample.value)}${openMetrics ? exemplarOf(sample.exemplar) : ""}\n`);
  }
}

/** The lines that introduce a metric. */
export function headOf(name: string, help: string, type: string, format: Format): string[] {
  const openMetrics = format === "openmetrics";
  return [`# HELP ${name} ${escapeHelp(help, openMetrics)}\n`, `# TYPE ${name} ${openMetrics && type === "untyped" ? "unknown" : type}\n`];
}

function exemplarOf(exemplar: ForeignMetric["values"][number]["exemplar"]): string {
  if (exemplar === undefined || exemplar === null) return "";
  const names = Object.keys(exemplar.labelSet);
  const labels = formatLabels(
    names,
    names.map((label) => exemplar.labelSet[label] ?? ""),
  );
  const timestamp = exemplar.timestamp === undefined ? "" : ` ${exemplar.timestamp}`;
  return ` # {${labels}} ${formatNumber(exemplar.value)}${timestamp}`;
}
