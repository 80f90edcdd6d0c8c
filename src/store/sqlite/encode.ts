import type { AgentEvent } from "../../events/types.ts";
import type { RejectReason } from "../event-store.ts";

/**
 * Events on their way to the writer's thread: one list per column, because lists of plain strings and numbers cross between
 * threads for a third of what objects cost.
 */
export interface EventColumns {
  readonly id: string[];
  readonly type: string[];
  readonly timeUnixMillis: number[];
  readonly source: string[];
  readonly agent: (string | null)[];
  readonly session: (string | null)[];
  readonly workflow: (string | null)[];
  readonly task: (string | null)[];
  readonly trace: (string | null)[];
  /** The whole event as JSON; nothing serialises it a second time. */
  readonly event: string[];
}

export function emptyColumns(): EventColumns {
  return {
    id: [],
    type: [],
    timeUnixMillis: [],
    source: [],
    agent: [],
    session: [],
    workflow: [],
    task: [],
    trace: [],
    event: [],
  };
}

export interface Rejection {
  readonly reason: RejectReason;
  readonly message: string;
}

/**
 * Adds one event to the columns, or says why it cannot be kept and leaves them as they were. Events come parsed, but one that
 * was changed since (made circular, say) must not take down the commit that its neighbours are in. Never throws.
 */
export function encodeEvent(event: AgentEvent, columns: EventColumns, maxEventChars: number): Rejection | undefined {
  try {
    const { id, type, timeUnixMillis, source, agent, sessionId, workflowId, taskId, traceId } = event;
    if (typeof id !== "string" || typeof type !== "string" || typeof source !== "string" || !Number.isFinite(timeUnixMillis)) {
      return { reason: "not_json", message: "An event needs an id, a type, a source and a time." };
    }
    const json = JSON.stringify(event);
    if (json.length > maxEventChars) {
      return {
        reason: "too_large",
        message: `An event's JSON is ${json.length} characters long; at most ${maxEventChars} are kept.`,
      };
    }
    columns.id.push(id);
    columns.type.push(type);
    columns.timeUnixMillis.push(timeUnixMillis);
    columns.source.push(source);
    columns.agent.push(textOrNull(agent));
    columns.session.push(textOrNull(sessionId));
    columns.workflow.push(textOrNull(workflowId));
    columns.task.push(textOrNull(taskId));
    columns.trace.push(textOrNull(traceId));
    columns.event.push(json);
    return undefined;
  } catch (error) {
    return { reason: "not_json", message: `An event cannot be written as JSON: ${firstLine(error)}.` };
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** V8 draws a picture of a circle over several lines; the first one says it. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : "it threw no error").split("\n", 1)[0] ?? "";
}
