import { DEFAULT_METRIC_PREFIX, OWN_METRIC_PREFIX } from "../metrics/definitions.ts";
import { metricNames } from "./names.ts";
import { Queries } from "./promql.ts";
import { type Recording, recordings } from "./recordings/index.ts";

export type RecordingKey = keyof typeof recordings;

/** One recording rule, as Prometheus takes it. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/**
 * The names of what Prometheus works out beforehand because several panels or alerts ask for it, such as `taskFailureRatio5m`:
 * `service:agent_task_failures_per_tasks:ratio_rate5m`. They read `level:metric:operations`, and the level is the labels that are left.
 */
export function recorded(prefix: string = DEFAULT_METRIC_PREFIX): { readonly [K in RecordingKey]: string } {
  const names = Object.entries(recordings).map(([key, recording]) => [key, recordName(recording, prefix)]);
  return Object.fromEntries(names) as { [K in RecordingKey]: string };
}

/** All recording rules, in an order in which each stands behind those that it uses. */
export function recordingRules(prefix: string = DEFAULT_METRIC_PREFIX): RecordingRule[] {
  const queries = new Queries(metricNames(prefix));
  return Object.values<Recording>(recordings).map((recording) => ({
    record: recordName(recording, prefix),
    expr: recording.expr(queries, (other) => recordName(other, prefix)),
  }));
}

/** The labels that a recorded series has. */
export function recordedLabels(key: RecordingKey): readonly string[] {
  return recordings[key].by;
}

function recordName({ by, metric, operations, own }: Recording, prefix: string): string {
  return `${by.join("_")}:${own === true ? OWN_METRIC_PREFIX : prefix}_${metric}:${operations}`;
}
