import type { Outcome } from "../../../events/fields.ts";
import { idWithin, type Told } from "../identity.ts";
import type { Run, Sessions } from "../sessions.ts";
import type { Hook } from "./hook.ts";

/** A subagent runs under its type's name, and its run is a handoff from the main agent: hooks do not tell who else may have asked. */
export function subagentStart(hook: Hook, sessions: Sessions): readonly Told[] {
  const agentId = hook.agentId;
  const agent = hook.name("agent_type");
  if (agentId === undefined || agent === undefined) return [];
  const known = sessions.subagent(hook.sessionId, agentId);
  // Told again before it ended, it is the same run.
  const operationId = known?.open?.operationId ?? runId(hook.sessionId, agentId, (known?.runs ?? 0) + 1);
  const handoff = { fromAgent: sessions.mainAgent(hook.sessionId), toAgent: agent };
  return [
    { key: "handoff_started", operationId, agent: handoff.fromAgent, type: "handoff_started", data: handoff },
    { key: "agent_started", operationId, agent, agentId, type: "agent_started", data: {} },
  ];
}

export function subagentStop(hook: Hook, sessions: Sessions): readonly Told[] {
  const agentId = hook.agentId;
  const agent = hook.name("agent_type");
  // Claude Code's own helpers, such as the one that compacts, have no type.
  if (agentId === undefined || agent === undefined) return [];
  const known = sessions.subagent(hook.sessionId, agentId);
  const operationId = runId(hook.sessionId, agentId, Math.max(1, known?.runs ?? 1));
  const run = known?.open ?? { agent, operationId, startUnixMillis: hook.timeUnixMillis };
  return subagentEnd(hook, sessions.mainAgent(hook.sessionId), agentId, run, "success");
}

/** The end of a run and of the handoff that began it. */
export function subagentEnd(hook: Hook, fromAgent: string, agentId: string, run: Run, outcome: Outcome): readonly Told[] {
  const { agent, operationId, startUnixMillis } = run;
  const durationSeconds = Math.max(0, hook.timeUnixMillis - startUnixMillis) / 1_000;
  return [
    { key: "agent_completed", operationId, agent, agentId, type: "agent_completed", data: { outcome, durationSeconds } },
    {
      key: "handoff_completed",
      operationId,
      agent: fromAgent,
      type: "handoff_completed",
      data: { fromAgent, toAgent: agent, outcome, durationSeconds },
    },
  ];
}

/** What ties a run together: the subagent and the number of its run, which logs count as well. */
export function runId(sessionId: string, agentId: string, run: number): string {
  return idWithin(sessionId, `${agentId}-${run}`);
}
