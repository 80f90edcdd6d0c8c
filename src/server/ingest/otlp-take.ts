import { claudeCodeDrafts } from "../../integrations/otlp/claude-code.ts";
import { readLogRecords } from "../../integrations/otlp/read-logs.ts";
import { readSpans } from "../../integrations/otlp/read-spans.ts";
import type { SpanTranslator } from "../../integrations/spans/translate.ts";
import type { EventsIntake } from "./events-router.ts";
import { keepDrafts } from "./otlp-keep.ts";

/** What became of a request's spans or records. */
export interface Taken {
  /** All of them, those that tell nothing of agents included. */
  readonly items: number;
  /** Those that are none, or whose events cannot be kept, and why the first of them not. */
  readonly rejected: number;
  readonly message: string;
}

/**
 * Takes a decoded request for traces, whichever way it came: its spans become events. Resolves once those are durable.
 *
 * @throws DecodeError where it is too large, StoreError where its events cannot be kept; then none of them counts
 */
export async function takeTraces(request: unknown, translator: SpanTranslator, intake: EventsIntake): Promise<Taken> {
  const { spans, rejected, reason } = readSpans(request);
  for (let span = 0; span < rejected; span += 1) intake.refused("invalid_span");
  const drafts = translator.translate(spans);
  const { refused, message } = await keepDrafts(drafts, intake);
  const spanIds = new Set(refused.map((place) => drafts[place]?.spanId));
  return { items: spans.length + rejected, rejected: rejected + spanIds.size, message: reason ?? message ?? "" };
}

/** The same for logs: events of Claude Code become ours, and all other records are accepted and not looked into. */
export async function takeLogs(request: unknown, intake: EventsIntake): Promise<Taken> {
  const records = readLogRecords(request);
  const drafts = records.flatMap(claudeCodeDrafts);
  const { refused, message } = await keepDrafts(drafts, intake);
  const keys = new Set(refused.map((place) => drafts[place]?.operationId));
  return { items: records.length, rejected: keys.size, message: message ?? "" };
}
