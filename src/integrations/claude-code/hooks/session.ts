import { basename } from "node:path";
import type { Outcome } from "../../../events/fields.ts";
import { CLAUDE_CODE, idWithin, type Told } from "../identity.ts";
import type { Run, Session, Sessions } from "../sessions.ts";
import type { Hook } from "./hook.ts";
import { subagentEnd } from "./subagents.ts";

/** Hooks that only a session calls that goes on: late ones of a session that has ended must not begin it anew. */
const opening = new Set(["SessionStart", "UserPromptSubmit", "PreToolUse", "SubagentStart", "PreCompact", "TaskCreated"]);

/**
 * A session is a run of a workflow, called after the project's folder. Claude Code calls no hook by HTTP when a session starts, so the
 * first that is heard of it begins it.
 */
export function sessionStart(hook: Hook, sessions: Sessions): readonly Told[] {
  if (!opening.has(hook.event) || sessions.isOpen(hook.sessionId)) return [];
  const name = basename(hook.name("cwd") ?? "");
  return [
    {
      key: `${hook.timeUnixMillis}-workflow_started`,
      type: "workflow_started",
      data: { name: name === "" ? CLAUDE_CODE : name },
    },
  ];
}

export function sessionEnd(hook: Hook, sessions: Sessions): readonly Told[] {
  const session = sessions.find(hook.sessionId);
  if (session?.workflow === undefined) return [];
  const { name, startUnixMillis } = session.workflow;
  const key = `${startUnixMillis}-workflow_ended`;
  const data = { name, durationSeconds: secondsSince(startUnixMillis, hook) };
  const end: Told =
    session.failure === undefined
      ? { key, type: "workflow_completed", data }
      : { key, type: "workflow_failed", data: { ...data, errorType: session.failure } };
  return [...unfinished(hook, session), end];
}

/** A prompt of the user begins a run of the main agent; what was going on was interrupted, as nobody said how it ended. */
export function turnStart(hook: Hook, sessions: Sessions): readonly Told[] {
  const operationId = idWithin(hook.sessionId, hook.turn);
  const before = sessions.find(hook.sessionId)?.turn;
  // Claude Code also prompts itself, in the middle of a turn.
  if (before?.operationId === operationId) return [];
  const ids = { agent: hook.agent, agentId: hook.sessionId, operationId };
  const start: Told = { key: "agent_started", ...ids, type: "agent_started", data: {} };
  return before === undefined ? [start] : [turnEnd(hook, before, "cancelled"), start];
}

export function turnStop(hook: Hook, sessions: Sessions): readonly Told[] {
  return [turnEnd(hook, runOf(hook, sessions), "success")];
}

/** The model could not be reached, or would not answer. Its errors are told by the logs as well, and count once. */
export function turnFailure(hook: Hook, sessions: Sessions): readonly Told[] {
  const run = runOf(hook, sessions);
  const errorType = hook.name("error") ?? "unknown";
  const errorMessage = hook.firstLine("error_details") ?? hook.firstLine("last_assistant_message");
  const error: Told = {
    key: turnErrorKey(hook.turn),
    agent: run.agent,
    agentId: hook.sessionId,
    type: "error_raised",
    data: { errorType, errorMessage },
  };
  return [turnEnd(hook, run, "failure", { errorType, errorMessage }), error];
}

/** What a turn failed with, whoever tells it. */
export function turnErrorKey(turn: string): string {
  return `${turn}-turn_error`;
}

export function secondsSince(unixMillis: number, { timeUnixMillis }: Hook): number {
  return Math.max(0, timeUnixMillis - unixMillis) / 1_000;
}

function runOf(hook: Hook, sessions: Sessions): Run {
  const session = sessions.find(hook.sessionId);
  if (session?.turn !== undefined) return session.turn;
  const operationId = idWithin(hook.sessionId, hook.turn);
  return { agent: hook.agent, operationId, startUnixMillis: hook.timeUnixMillis };
}

function turnEnd(
  hook: Hook,
  run: Run,
  outcome: Outcome,
  failure: { errorType?: string; errorMessage?: string | undefined } = {},
): Told {
  const data = { outcome, durationSeconds: secondsSince(run.startUnixMillis, hook), ...failure };
  const ids = { agent: run.agent, agentId: hook.sessionId, operationId: run.operationId };
  return { key: "agent_completed", ...ids, type: "agent_completed", data };
}

/** Runs that end with their session. */
function unfinished(hook: Hook, { turn, openRuns, mainAgent }: Session): readonly Told[] {
  const subagents = [...openRuns].flatMap(([agentId, run]) => subagentEnd(hook, mainAgent, agentId, run, "cancelled"));
  return turn === undefined ? subagents : [...subagents, turnEnd(hook, turn, "cancelled")];
}
