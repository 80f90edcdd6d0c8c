import { hash } from "node:crypto";
import type { Point } from "../measurements/point.ts";
import type { Attributes } from "../spans/span.ts";
import { readInteger } from "./any-value.ts";
import { DecodeError } from "./decode-error.ts";
import { type Message, message, messages, messagesOf, readAttributes, serviceOf, textOf } from "./message.ts";

/** What a request for metrics held. */
export interface ReadMetrics {
  /** Points of the metrics that were asked for, as far as they have a value. */
  readonly points: readonly Point[];
  /** All points, those of other metrics included. */
  readonly items: number;
}

/** Most points in one request. */
const MAX_POINTS = 50_000;
/** A point that says that there was nothing to measure (`DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK`). */
const NO_VALUE_FLAG = 1;

const DELTA = new Set<unknown>([1, "AGGREGATION_TEMPORALITY_DELTA"]);
const CUMULATIVE = new Set<unknown>([2, "AGGREGATION_TEMPORALITY_CUMULATIVE"]);

/**
 * Reads a request for metrics, as decoded from protobuf or from JSON: sums and histograms. Gauges and summaries have nothing that
 * could be added up.
 *
 * @param isKnown metrics that somebody asks for; of the others, points are counted and not looked into
 * @throws DecodeError where there are too many points
 */
export function readMetricPoints(request: unknown, isKnown: (metric: string) => boolean): ReadMetrics {
  const points: Point[] = [];
  let items = 0;
  for (const { resource, scopeMetrics } of messages(request, "resourceMetrics")) {
    const service = serviceOf(resource);
    const source = readAttributes(message(resource).attributes);
    for (const metric of messagesOf(scopeMetrics).flatMap((scope) => messages(scope, "metrics"))) {
      for (const kind of ["sum", "histogram", "exponentialHistogram", "gauge", "summary"] as const) {
        if (!Object.hasOwn(metric, kind)) continue;
        const { dataPoints, aggregationTemporality } = message(metric[kind]);
        items += Array.isArray(dataPoints) ? dataPoints.length : 0;
        if (items > MAX_POINTS) throw new DecodeError("too_many_parts", `the body has more than ${MAX_POINTS} points`);
        const name = textOf(metric.name) ?? "";
        const temporality = temporalityOf(aggregationTemporality);
        if (temporality === undefined || kind === "gauge" || kind === "summary" || !isKnown(name)) continue;
        const about = { metric: name, unit: textOf(metric.unit) ?? "", service, temporality };
        for (const fields of messagesOf(dataPoints)) {
          const point = readPoint(fields, about, source);
          if (point !== undefined) points.push(point);
        }
      }
    }
  }
  return { points, items };
}

function readPoint(
  fields: Message,
  about: Pick<Point, "metric" | "unit" | "service" | "temporality">,
  resource: Attributes,
): Point | undefined {
  const isHistogram = Object.hasOwn(fields, "sum") || Object.hasOwn(fields, "count");
  const value = isHistogram ? own(fields, "sum") : (own(fields, "asDouble") ?? readInteger(own(fields, "asInt")));
  const count = isHistogram ? readInteger(own(fields, "count")) : undefined;
  const nanos = readInteger(fields.timeUnixNano) ?? 0;
  const flags = fields.flags;
  if (
    typeof value !== "number" ||
    !Number.isFinite(value) ||
    nanos <= 0 ||
    (typeof flags === "number" && (flags & NO_VALUE_FLAG) > 0)
  ) {
    return undefined;
  }
  const attributes = readAttributes(fields.attributes);
  const startNanos = readInteger(fields.startTimeUnixNano) ?? 0;
  return {
    ...about,
    series: seriesOf([resource, attributes], about.metric),
    startUnixMillis: startNanos > 0 ? Math.round(startNanos / 1e6) : undefined,
    startKey: String(startNanos),
    timeKey: String(nanos),
    timeUnixMillis: Math.round(nanos / 1e6),
    value,
    count,
    attributes,
  };
}

/** A decoded message shows the default of every field that it does not have. */
function own(fields: Message, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** The order of attributes means nothing. */
function seriesOf(attributes: readonly Attributes[], metric: string): string {
  const sorted = attributes.map((list) => [...list].sort(([one], [other]) => (one < other ? -1 : 1)));
  return hash("sha256", JSON.stringify([metric, sorted]), "hex").slice(0, 32);
}

function temporalityOf(value: unknown): Point["temporality"] | undefined {
  if (DELTA.has(value)) return "delta";
  return CUMULATIVE.has(value) ? "cumulative" : undefined;
}
