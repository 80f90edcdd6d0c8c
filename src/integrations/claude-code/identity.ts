import { hash } from "node:crypto";
import { MAX_NAME_CHARS } from "../../events/fields.ts";
import type { EventInput } from "../../events/types.ts";
import { clip } from "../clip.ts";

/** What Claude Code calls itself as a service, and what its main agent is called here unless it was started as another. */
export const CLAUDE_CODE = "claude-code";

/** What the ids of all events begin with that Claude Code tells. */
export const ID_PREFIX = `${CLAUDE_CODE}-`;

/** An event that one of Claude Code's sources tells, complete but not yet checked. */
export type Draft = EventInput & { readonly id: string; readonly timeUnixMillis: number; readonly source: string };

/** What a source tells of one thing that happened, before it is known whose session it was. */
export type Told = Pick<EventInput, "type" | "data"> & {
  /** With the operation or else the session, what makes the event's id: the same whichever source tells it, so that the store keeps it once. */
  readonly key: string;
  readonly agent?: string | undefined;
  readonly agentId?: string | undefined;
  readonly operationId?: string | undefined;
  readonly taskId?: string | undefined;
  readonly timeUnixMillis?: number;
};

/** What is told of a session, as an event. */
export function complete(told: Told, about: { sessionId: string | undefined; source: string; timeUnixMillis: number }): Draft {
  const { key, ...rest } = told;
  const { sessionId, source, timeUnixMillis } = about;
  const id = shortened(`${ID_PREFIX}${told.operationId ?? sessionId ?? "none"}-${key}`);
  return { id, timeUnixMillis, source: clip(source), sessionId, workflowId: sessionId, ...rest } as Draft;
}

/** An id of Claude Code's that is unique within its session only. */
export function idWithin(sessionId: string, id: string): string {
  return shortened(`${sessionId}-${id}`);
}

function shortened(id: string): string {
  return id.length <= MAX_NAME_CHARS ? id : `${ID_PREFIX}${hash("sha256", id, "hex")}`;
}
