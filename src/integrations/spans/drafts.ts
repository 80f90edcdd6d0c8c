import { cut, MAX_NAME_CHARS } from "../../events/fields.ts";
import type { EventInput } from "../../events/types.ts";
import { argumentsHash } from "../../instrument/arguments-hash.ts";
import { firstContent } from "./content.ts";
import { type Failure, readFailure } from "./failure.ts";
import type { Handoff } from "./handoffs.ts";
import type { Meaning } from "./meaning.ts";
import type { Node } from "./node.ts";
import { firstNumber, firstText, type Span } from "./span.ts";
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
        ...taskOf(node, meaning, failure),
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
      return name === "" ? [] : [handoffDraft(node)];
  }
}

/** A handoff to the agent that the span names, or to the one whose run it is; who gave the work is for {@link namedHandoff} to say. */
export function handoffDraft(node: Node): Draft {
  const { span, meaning } = node;
  const pair = { fromAgent: clip(workerOf(node)), toAgent: clip(meaning?.name ?? span.service) };
  const data = { ...pair, outcome: "success" as const, ...timed(span), ...detail(readFailure(span)) };
  return draft(node, span.endUnixMillis, { type: "handoff_completed", data });
}

export function namedHandoff(told: Draft, { workflow }: Node, { from, to, inferred }: Handoff): Draft {
  const data = { ...told.data, fromAgent: clip(from), toAgent: clip(to), ...(inferred ? { inferred } : {}) };
  return { ...told, agent: clip(from), workflowId: told.workflowId ?? workflow?.span.spanId, data } as Draft;
}

/** The event with the agent whose work it was, which came out later. */
export function namedAgent(told: Draft, { workflow }: Node, agent: string): Draft {
  return { ...told, agent: clip(agent), workflowId: told.workflowId ?? workflow?.span.spanId } as Draft;
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
  const provider = clip(meaning.provider ?? "unknown");
  const model = clip(meaning.name);
  const millis = firstNumber(span, attributes.firstTokenMillis);
  const data = {
    provider,
    model,
    outcome: "success" as const,
    ...timed(span),
    timeToFirstTokenSeconds: millis === undefined ? firstNumber(span, attributes.firstTokenSeconds) : millis / 1_000,
    ...usage,
    costUsd: firstNumber(span, attributes.costUsd),
    finishReason: clipOptional(firstListed(firstText(span, attributes.finishReason))),
    input: firstContent(span, attributes.input),
    output: firstContent(span, attributes.output),
    ...detail(failure),
  };
  const call = draft(node, span.endUnixMillis, { type: "model_called", data });
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  // What is embedded does not stand in the agent's context.
  if (tokens === 0 || meaning.kind === "embedding") return [call];
  return [call, draft(node, span.endUnixMillis, { type: "context_updated", data: { tokens, provider, model } })];
}

/** The task that an agent's run was for. */
function taskOf(node: Node, { attributes }: Meaning, failure: Failure | undefined): Draft[] {
  const { span } = node;
  const taskId = clipOptional(firstText(span, attributes.taskId));
  if (taskId === undefined) return [];
  const task = { taskType: clipOptional(firstText(span, attributes.taskType)) };
  const end: Told =
    failure === undefined
      ? { type: "task_completed", data: { ...task, ...timed(span) } }
      : { type: "task_failed", data: { ...task, ...timed(span), ...detail(failure) } };
  return [
    { ...draft(node, span.startUnixMillis, { type: "task_assigned", data: task }), taskId },
    { ...draft(node, span.endUnixMillis, end), taskId },
  ];
}

/** Microsoft's Agent Framework writes its list of reasons as JSON. */
function firstListed(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (/^\["([^"]*)"/.exec(text)?.[1] ?? text);
}

function toolCall(span: Span, { name, attributes }: Meaning, failure: Failure | undefined): Told {
  const toolType = clipOptional(firstText(span, attributes.toolType));
  const callId = clipOptional(firstText(span, attributes.toolCallId));
  const given = firstContent(span, attributes.toolArguments);
  const data = {
    tool: clip(name),
    toolType,
    callId,
    argumentsHash: argumentsHash(given),
    arguments: given,
    result: firstContent(span, attributes.toolResult),
    outcome: "success" as const,
    ...timed(span),
    ...detail(failure),
  };
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
    agent: meaning?.kind === "workflow" ? undefined : clip(workerOf(node)),
    agentId: clipOptional(attributes && firstText(span, attributes.agentId)),
    sessionId: clipOptional(attributes && firstText(span, attributes.session)),
    workflowId: workflow?.span.spanId,
    traceId: span.traceId,
    spanId: span.spanId,
    ...told,
  } as Draft;
}

/** Whoever the span names, else the agent whose run it stands in, else the service, which often is one agent. */
export function workerOf({ span, meaning, agent }: Node): string {
  return meaning?.agent ?? agent?.meaning?.name ?? span.service;
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
  return cut(name, MAX_NAME_CHARS);
}

function clipOptional(name: string | undefined): string | undefined {
  return name === undefined ? undefined : clip(name);
}
