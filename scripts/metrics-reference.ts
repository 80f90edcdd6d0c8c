import { type MetricDefinition, type MetricKey, metricDefinitions, metricName } from "../src/metrics/definitions.ts";

/** The reference of metrics, from the table. */
export function renderMetricsReference(): string {
  const keys = Object.keys(metricDefinitions) as MetricKey[];
  const own = (key: MetricKey) => (metricDefinitions[key] as MetricDefinition).own === true;
  return [
    "# Metrics",
    "",
    'Made from `src/metrics/definitions.ts` by `npm run generate`. `agent` is the default prefix; `metricPrefix: "yolo"` gives',
    "`yolo_handoffs_total`. Histograms carry exemplars with `trace_id` and `span_id` in OpenMetrics. A label has at most 200 values and a",
    "metric at most 2,000 combinations, then `other` (options `maxLabelValues`, `maxSeriesPerMetric`).",
    "",
    "## The fleet",
    "",
    ...table(keys.filter((key) => !own(key))),
    "",
    "## Crowsnest itself",
    "",
    ...table(keys.filter(own)),
    "",
    "Beside these stand prom-client's figures of the process and of Node (`process_*`, `nodejs_*`), unless `hostMetrics` is false.",
    "",
  ].join("\n");
}

function table(keys: readonly MetricKey[]): string[] {
  return [
    "| Metric | Kind | Labels | Meaning |",
    "| --- | --- | --- | --- |",
    ...keys.map((key) => {
      const { kind, labels, help }: MetricDefinition = metricDefinitions[key];
      return `| \`${metricName(key)}\` | ${kind} | ${labels.map((label) => `\`${label}\``).join(" ") || "–"} | ${help} |`;
    }),
  ];
}
