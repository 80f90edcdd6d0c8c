import type { Attributes } from "../spans/span.ts";

/** One value of a metric, wherever it came from: the sum of what was counted or, in a histogram, of what was observed. */
export interface Point {
  readonly metric: string;
  /** As the sender wrote it, such as `s`, `USD` or `{token}`; empty where it wrote none. */
  readonly unit: string;
  /** `service.name` of the resource. */
  readonly service: string;
  /** All that tells this series from others: resource, metric and attributes, as one short text. */
  readonly series: string;
  /** Whether the value is what came since the last one, or all since the start. */
  readonly temporality: "delta" | "cumulative";
  readonly startUnixMillis: number | undefined;
  /** As exact as they came. */
  readonly startKey: string;
  readonly timeKey: string;
  readonly timeUnixMillis: number;
  readonly value: number;
  /** How many were observed; undefined for what only counts. */
  readonly count: number | undefined;
  readonly attributes: Attributes;
}
