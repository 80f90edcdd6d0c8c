import {
  DEFAULT_METRIC_PREFIX,
  type MetricDefinition,
  type MetricKey,
  metricDefinitions,
  metricName,
} from "../metrics/definitions.ts";

type Definitions = typeof metricDefinitions;
/** Metrics whose series are called otherwise than the metric: `…_bucket`, `…_sum` and `…_count`. */
export type HistogramKey = { [K in MetricKey]: Definitions[K]["kind"] extends "histogram" ? K : never }[MetricKey];
/** Counters and gauges: their series are called as they are. */
export type PlainKey = Exclude<MetricKey, HistogramKey>;

/**
 * What series are called, by the keys of the table of metrics: `handoffs`, `contextTokens`, and for histograms `handoffDurationBucket`,
 * `handoffDurationSum`, `handoffDurationCount`. A histogram's bare name is not here, as there are no series by that name and a query
 * of it shows nothing.
 */
export type MetricNames = { readonly [K in PlainKey | `${HistogramKey}${"Bucket" | "Sum" | "Count"}`]: string };

/** What series are called where the fleet's metrics have this prefix; Crowsnest's own are `crowsnest_…` in every case. */
export function metricNames(prefix: string = DEFAULT_METRIC_PREFIX): MetricNames {
  const keys = Object.keys(metricDefinitions) as MetricKey[];
  return Object.fromEntries(keys.flatMap((key) => namesOf(key, prefix))) as MetricNames;
}

function namesOf(key: MetricKey, prefix: string): [key: string, name: string][] {
  const name = metricName(key, prefix);
  const definition: MetricDefinition = metricDefinitions[key];
  if (definition.kind !== "histogram") return [[key, name]];
  return ["Bucket", "Sum", "Count"].map((part) => [`${key}${part}`, `${name}_${part.toLowerCase()}`]);
}
