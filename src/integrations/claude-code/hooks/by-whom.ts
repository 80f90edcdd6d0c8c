import type { Sessions } from "../sessions.ts";
import type { Hook } from "./hook.ts";

/** The agent that a hook is about, and which of those it is. */
export function byWhom(hook: Hook, sessions: Sessions): { agent: string; agentId: string } {
  const { agentId } = hook;
  if (agentId !== undefined) return { agent: hook.agent, agentId };
  const { sessionId } = hook;
  return { agent: hook.name("agent_type") ?? sessions.mainAgent(sessionId), agentId: sessionId };
}
