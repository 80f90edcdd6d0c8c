import type { Told } from "../identity.ts";
import type { Sessions } from "../sessions.ts";
import { byWhom } from "./by-whom.ts";
import type { Hook } from "./hook.ts";

/** Notifications that say that the work stands still until a person has answered. */
const waiting = new Set([
  "permission_prompt",
  "worker_permission_prompt",
  "elicitation_dialog",
  "elicitation_url_dialog",
  "agent_needs_input",
]);

/**
 * A person is asked. A request for permission alone does not tell that: where nobody sits before the terminal it is refused at once, and
 * rules may answer it. Claude Code notifies once it has waited for a while, which is when it counts.
 */
export function notification(hook: Hook, sessions: Sessions): readonly Told[] {
  const kind = hook.name("notification_type");
  const by = byWhom(hook, sessions);
  // Nothing in it tells one notification of a turn from the next.
  const key = `${hook.turn}-${hook.timeUnixMillis}-${kind}`;
  if (kind === "idle_prompt") return [{ key, ...by, type: "agent_heartbeat", data: { status: "idle" } }];
  if (kind === undefined || !waiting.has(kind)) return [];
  return [{ key, ...by, type: "hitl_escalated", data: { priority: "medium", reason: hook.text("message") } }];
}

export function teammateIdle(hook: Hook): readonly Told[] {
  const agent = hook.name("teammate_name");
  if (agent === undefined) return [];
  return [{ key: `${hook.turn}-${hook.timeUnixMillis}-${agent}-idle`, agent, type: "agent_heartbeat", data: { status: "idle" } }];
}
