import { MAX_NAME_CHARS } from "../../events/fields.ts";
import type { EventInput } from "../../events/types.ts";
import { type Failure, readFailure } from "./failure.ts";
import type { Handoff } from "./handoffs.ts";
import type { Meaning } from "./meaning.ts";
import { firstNumber, firstText, type Span } from "./span.ts";
import type { Node } from "./tree.ts";
import { readUsage } from "./usage.ts";

type Told = Pick<EventInput, "type" | "data">;

/** An event that a span tells, complete but not yet checked. */
export type Draft = EventInput & { readonly id: string; readonly timeUnixMillis: number; readonly spanId: string };

/** The events that a span tells by what it is; none for what is passed by. */
export function draftsOf(node: Node, meaning: Meaning): Draft[] {
  const { span } = node;
  const failure = readFailure(span);
  const name = clip(meaning.name);
  switch (meaning.kind) {
    case "agent":
      return [
        draft(node, span.startUnixMillis, { type: "agent_started", data: {} }),
        draft(node, span.endUnixMillis, {
          type: "agent_completed",
          data: { outcome: "success", ...timed(span), ...detail(failure) },
        }),
      ];
    case "agentCreation":
      return [draft(node, span.endUnixMillis, { type: "agent_registered", data: modelOf(span, meaning) })];
    case "workflow": {
      const end: Told =
        failure === undefined
          ? { type: "workflow_completed", data: { name, ...timed(span) } }
          : { type: "workflow_failed", data: { name, ...timed(span), ...detail(failure) } };
      return [
        draft(node, span.startUnixMillis, { type: "workflow_started", data: { name } }),
        draft(node, span.endUnixMillis, end),
      ];
    }
    case "tool":
      return [draft(node, span.endUnixMillis, toolCall(span, meaning, failure))];
    case "model":
    case "embedding":
      return modelCall(node, meaning, failure);
    case "handoff":
      return [];
  }
}

export function handoffDraft(node: Node, { from, to, inferred }: Handoff): Draft {
  const { span } = node;
  const pair = { fromAgent: clip(from), toAgent: clip(to), ...(inferred ? { inferred } : {}) };
  const data = { ...pair, outcome: "success" as const, ...timed(span), ...detail(readFailure(span)) };
  return { ...draft(node, span.endUnixMillis, { type: "handoff_completed", data }), agent: clip(from) };
}

export function errorDraft(node: Node): Draft | undefined {
  const failure = readFailure(node.span);
  if (failure === undefined) return undefined;
  const { errorType, errorMessage } = failure;
  const data = { errorType: clip(errorType), errorMessage };
  return draft(node, node.span.endUnixMillis, { type: "error_raised", data });
}

function modelCall(node: Node, meaning: Meaning, failure: Failure | undefined): Draft[] {
  const { span } = node;
  const { attributes } = meaning;
  const usage = readUsage(span, attributes);
  const provider = clip(firstText(span, attributes.provider) ?? "unknown");
  const millis = firstNumber(span, attributes.firstTokenMillis);
  const data = {
    provider,
    model: clip(meaning.name),
    outcome: "success" as const,
    ...timed(span),
    timeToFirstTokenSeconds: millis === undefined ? firstNumber(span, attributes.firstTokenSeconds) : millis / 1_000,
    ...usage,
    costUsd: firstNumber(span, attributes.costUsd),
    finishReason: clipOptional(firstText(span, attributes.finishReason)),
    ...detail(failure),
  };
  const call = draft(node, span.endUnixMillis, { type: "model_called", data });
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  // What is embedded does not stand in the agent's context.
  if (tokens === 0 || meaning.kind === "embedding") return [call];
  return [call, draft(node, span.endUnixMillis, { type: "context_updated", data: { tokens } })];
}

function toolCall(span: Span, { name, attributes }: Meaning, failure: Failure | undefined): Told {
  const toolType = clipOptional(firstText(span, attributes.toolType));
  const callId = clipOptional(firstText(span, attributes.toolCallId));
  const data = { tool: clip(name), toolType, callId, outcome: "success" as const, ...timed(span), ...detail(failure) };
  return { type: "tool_called", data };
}

function draft(node: Node, timeUnixMillis: number, told: Told): Draft {
  const { span, meaning } = node;
  const attributes = meaning?.attributes;
  const workflow = meaning?.kind === "workflow" ? node : node.workflow;
  return {
    // A span that is exported again tells the same events, which the store knows by these.
    id: `${span.traceId}-${span.spanId}-${told.type}`,
    timeUnixMillis,
    source: clip(span.service),
    agent: agentOf(node),
    agentId: clipOptional(attributes && firstText(span, attributes.agentId)),
    sessionId: clipOptional(attributes && firstText(span, attributes.session)),
    workflowId: workflow?.span.spanId,
    traceId: span.traceId,
    spanId: span.spanId,
    ...told,
  } as Draft;
}

/** Whoever the span names, else the agent whose run it stands in, else the service, which often is one agent. */
function agentOf({ span, meaning, agent }: Node): string | undefined {
  if (meaning?.kind === "workflow") return undefined;
  return clip(meaning?.agent ?? agent?.meaning?.name ?? span.service);
}

function modelOf(span: Span, { attributes }: Meaning): { model?: string } {
  const model = firstText(span, attributes.model);
  return model === undefined ? {} : { model: clip(model) };
}

function timed({ durationSeconds }: Span): { durationSeconds: number } {
  return { durationSeconds };
}

function detail(failure: Failure | undefined): Partial<Failure> {
  if (failure === undefined) return {};
  return { ...failure, errorType: clip(failure.errorType) };
}

function clip(name: string): string {
  // Half a character at the cut would be text that not every store and parser takes.
  return name.length <= MAX_NAME_CHARS ? name : name.slice(0, MAX_NAME_CHARS).replace(/[\ud800-\udbff]$/, "");
}

function clipOptional(name: string | undefined): string | undefined {
  return name === undefined ? undefined : clip(name);
}
