import { setTimeout as sleep } from "node:timers/promises";
import type { EventInput } from "../../events/types.ts";
import { readLogRecords } from "../../integrations/otlp/read-logs.ts";
import { readMetricPoints } from "../../integrations/otlp/read-metrics.ts";
import { readSpans } from "../../integrations/otlp/read-spans.ts";
import type { EventsIntake } from "./events-router.ts";
import { keepDrafts } from "./otlp-keep.ts";
import { type SpanIntake, takeAtOnce } from "./span-intake.ts";
import type { Translators } from "./translators.ts";

/** What became of a request's spans, records or points. */
export interface Taken {
  /** All of them, those that tell nothing of agents included. */
  readonly items: number;
  /** Those that tell nothing of agents, or nothing that is not told elsewhere. */
  readonly ignored: number;
  /** Those that are none, or whose events cannot be kept, and why the first of them not. */
  readonly rejected: number;
  readonly message: string;
}

/** How long the first tokens and costs of a session wait for its logs: a program that ends soon sends both at once. */
const LOGS_GRACE_MILLIS = 500;

/**
 * Takes a decoded request for traces, whichever way it came: its spans become events. Resolves once those are durable.
 *
 * @throws DecodeError where it is too large, StoreError where its events cannot be kept; then none of them counts
 */
export async function takeTraces(
  request: unknown,
  translators: Translators,
  intake: EventsIntake,
  spanIntake?: SpanIntake,
): Promise<Taken> {
  const { spans, rejected, reason } = readSpans(request);
  for (let span = 0; span < rejected; span += 1) intake.refused("invalid_span");
  const heard = (draft: EventInput) => translators.points.heard(draft);
  const { drafts, refused, message } = await (spanIntake?.take(spans, heard) ??
    takeAtOnce(spans, translators.spans, intake, heard));
  // What had waited is told as well, and is not this request's.
  const own = new Set(spans.map(({ spanId }) => spanId));
  const telling = new Set(drafts.flatMap(({ spanId }) => (own.has(spanId) ? [spanId] : [])));
  return {
    items: spans.length + rejected,
    ignored: own.size - telling.size,
    rejected: rejected + new Set(refused.map((place) => drafts[place]?.spanId)).size,
    message: reason ?? message ?? "",
  };
}

/** The same for logs: events of Claude Code become ours, and all other records are accepted and not looked into. */
export async function takeLogs(request: unknown, translators: Translators, intake: EventsIntake): Promise<Taken> {
  const { records, items } = readLogRecords(request);
  const drafts: EventInput[] = [];
  const recordOf: number[] = [];
  for (const [place, record] of records.entries()) {
    for (const draft of translators.claudeCode.readLog(record)) {
      translators.points.heard(draft);
      drafts.push(draft);
      recordOf.push(place);
    }
  }
  const { refused, message } = await keepDrafts(drafts, intake);
  const rejected = new Set(refused.map((place) => recordOf[place])).size;
  return { items, ignored: items - new Set(recordOf).size, rejected, message: message ?? "" };
}

/** The same for metrics: points of those that are known become events. */
export async function takeMetrics(request: unknown, translators: Translators, intake: EventsIntake): Promise<Taken> {
  const { points: translator } = translators;
  const { points, items } = readMetricPoints(request, (metric) => translator.knows(metric));
  if (translator.hasFirstUsage(points)) await sleep(LOGS_GRACE_MILLIS);
  return translators.inTurn(async () => {
    const drafts = translator.translate(points);
    const { refused, message } = await keepDrafts(drafts, intake);
    return { items, ignored: items - drafts.length, rejected: refused.length, message: message ?? "" };
  });
}
