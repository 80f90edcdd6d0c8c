import type { Told } from "../identity.ts";
import type { Sessions } from "../sessions.ts";
import { Compactions } from "./contexts.ts";
import type { Hook } from "./hook.ts";
import { notification, teammateIdle } from "./people.ts";
import { sessionEnd, turnFailure, turnStart, turnStop } from "./session.ts";
import { subagentStart, subagentStop } from "./subagents.ts";
import { taskCompleted, taskCreated } from "./tasks.ts";
import { ToolStarts, toolEnd } from "./tools.ts";

type Mapping = (hook: Hook, sessions: Sessions) => readonly Told[];

/** Hooks that tell something, and that are asked for: each call of a hook holds Claude Code up until it is answered. */
export const askedHooks = [
  "UserPromptSubmit",
  "Stop",
  "StopFailure",
  "SubagentStart",
  "SubagentStop",
  "PostToolUse",
  "PostToolUseFailure",
  "TaskCreated",
  "TaskCompleted",
  "TeammateIdle",
  "Notification",
  "PreCompact",
  "PostCompact",
  "SessionEnd",
] as const;

/** What each hook tells; those that are not listed tell nothing. */
export function hookMappings(): ReadonlyMap<string, Mapping> {
  const starts = new ToolStarts();
  const compactions = new Compactions();
  const tool: Mapping = (hook, sessions) => toolEnd(hook, sessions, starts);
  const asked: Readonly<Record<(typeof askedHooks)[number], Mapping>> = {
    UserPromptSubmit: turnStart,
    Stop: turnStop,
    StopFailure: turnFailure,
    SubagentStart: subagentStart,
    SubagentStop: subagentStop,
    PostToolUse: tool,
    PostToolUseFailure: tool,
    TaskCreated: taskCreated,
    TaskCompleted: taskCompleted,
    TeammateIdle: teammateIdle,
    Notification: notification,
    PreCompact: (hook) => compactions.begin(hook),
    PostCompact: (hook, sessions) => compactions.end(hook, sessions),
    SessionEnd: sessionEnd,
  };
  // Understood where somebody sends them all the same.
  const others: Readonly<Record<string, Mapping>> = { SessionStart: () => [], PreToolUse: (hook) => starts.begin(hook) };
  return new Map(Object.entries({ ...asked, ...others }));
}
