import { context, trace } from "@opentelemetry/api";
import { messageOf } from "../bus/trouble.ts";
import type { EventInput } from "../events/types.ts";
import { uuidv7 } from "../events/uuid.ts";
import { describeProblems, type Problem, parseEvent } from "../events/validate.ts";
import type { FaultReason } from "./faults.ts";
import type { Instrument } from "./instrument.ts";

/**
 * Publishes an event of the vocabulary after the fact. Names and ids that are not given come from the work around it. What does
 * not fit the vocabulary is counted, told at most once a minute, and left out; nothing is thrown.
 *
 * @returns whether the event was taken
 */
export function emit(instrument: Instrument, input: EventInput): boolean {
  try {
    const parsed = parseEvent(complete(instrument, input));
    if ("event" in parsed) {
      instrument.sendAsIs(parsed.event);
      return true;
    }
    const reason = parsed.reason === "invalid_event" ? reasonOf(parsed.problems) : parsed.reason;
    instrument.report(reason, () => `an event is left out: ${describeProblems(parsed.problems)}`);
  } catch (error) {
    // Reading the input ran into a getter that throws, or into an object that contains itself until the stack was full.
    const reason = error instanceof RangeError ? "circular" : "unreadable";
    instrument.report(reason, () => `an event is left out, as it could not be read: ${messageOf(error)}`);
  }
  return false;
}

function complete(instrument: Instrument, input: EventInput): unknown {
  if (typeof input !== "object" || input === null) return input;
  const scope = instrument.scope;
  const span = scope.traceId === undefined ? trace.getSpan(context.active())?.spanContext() : undefined;
  const inHostSpan = span !== undefined && trace.isSpanContextValid(span);
  const now = Date.now();
  return {
    id: uuidv7(now),
    timeUnixMillis: now,
    source: instrument.source,
    agent: scope.agent,
    agentId: scope.agentId,
    sessionId: scope.sessionId,
    workflowId: scope.workflowId,
    taskId: scope.taskId,
    featureId: scope.featureId,
    projectId: scope.projectId,
    traceId: inHostSpan ? span.traceId : scope.traceId,
    spanId: inHostSpan ? span.spanId : scope.spanId,
    ...input,
  };
}

function reasonOf(problems: readonly Problem[]): FaultReason {
  const reasons = problems.map(({ path, code }): FaultReason => {
    if (path.endsWith("utcome")) return "unknown_outcome";
    return code ?? "invalid_event";
  });
  return reasons.find((reason) => reason !== "invalid_event") ?? "invalid_event";
}
