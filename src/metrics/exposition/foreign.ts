import { escapeHelp, formatLabels, formatNumber } from "../format.ts";
import type { ForeignMetric } from "../registry.ts";
import type { Format } from "./formats.ts";

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const TYPES: readonly string[] = ["counter", "gauge", "histogram", "summary", "untyped"];

/**
 * Appends a metric that is not ours (Node's own figures, whatever the host registered), from what its `get()` gave. Throws where
 * that is not a metric: one line that Prometheus cannot read would cost the whole scrape.
 */
export function renderForeign(metric: ForeignMetric, format: Format, lines: string[]): void {
  if (!TYPES.includes(metric.type)) throw new TypeError(`its type is ${String(metric.type)}`);
  const openMetrics = format === "openmetrics";
  const isCounter = metric.type === "counter";
  const family = isCounter ? metric.name.replace(/_total$/, "") : metric.name;
  // OpenMetrics: the family of a counter is named without the suffix that its sample has. Text: both with it.
  const sampleName = isCounter && openMetrics ? `${family}_total` : metric.name;
  lines.push(...headOf(checkedName(openMetrics ? family : sampleName, METRIC_NAME), metric.help, metric.type, format));
  for (const sample of metric.values) {
    const labels = { ...sample.labels, ...sample.sharedLabels };
    const text = labelsOf(labels);
    const braces = text === "" ? "" : `{${text}}`;
    const name = isCounter ? sampleName : (sample.metricName ?? sampleName);
    const exemplar = openMetrics ? exemplarOf(sample.exemplar) : "";
    lines.push(`${checkedName(name, METRIC_NAME)}${braces} ${formatNumber(checkedValue(sample.value))}${exemplar}\n`);
  }
}

function labelsOf(labels: Readonly<Partial<Record<string, string | number>>>): string {
  const names = Object.keys(labels);
  return formatLabels(
    names.map((label) => checkedName(label, LABEL_NAME)),
    names.map((label) => labels[label] ?? ""),
  );
}

function checkedName(name: unknown, pattern: RegExp): string {
  if (typeof name === "string" && pattern.test(name)) return name;
  throw new TypeError(`it uses ${JSON.stringify(name)} as a name`);
}

function checkedValue(value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`it has a value of type ${typeof value}`);
  return value;
}

/** The lines that introduce a metric. */
export function headOf(name: string, help: string, type: string, format: Format): string[] {
  const openMetrics = format === "openmetrics";
  return [
    `# HELP ${name} ${escapeHelp(help, openMetrics)}\n`,
    `# TYPE ${name} ${openMetrics && type === "untyped" ? "unknown" : type}\n`,
  ];
}

function exemplarOf(exemplar: ForeignMetric["values"][number]["exemplar"]): string {
  if (exemplar === undefined || exemplar === null) return "";
  const timestamp = exemplar.timestamp === undefined ? "" : ` ${checkedValue(exemplar.timestamp)}`;
  return ` # {${labelsOf(exemplar.labelSet)}} ${formatNumber(checkedValue(exemplar.value))}${timestamp}`;
}
