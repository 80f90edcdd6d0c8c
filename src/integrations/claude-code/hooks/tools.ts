import { idWithin, type Told } from "../identity.ts";
import { RecentMap } from "../recent-map.ts";
import type { Sessions } from "../sessions.ts";
import { byWhom } from "./by-whom.ts";
import type { Hook } from "./hook.ts";
import { taskUpdate } from "./tasks.ts";

/** Most tools at once whose start is remembered. */
const MAX_TOOLS = 10_000;

/** When tools began, for versions of Claude Code that do not say how long they took. */
export class ToolStarts {
  readonly #starts = new RecentMap<string, number>(MAX_TOOLS);

  begin(hook: Hook): readonly Told[] {
    this.#starts.set(keyOf(hook), hook.timeUnixMillis);
    return [];
  }

  seconds(hook: Hook): number {
    const start = this.#starts.get(keyOf(hook));
    return hook.seconds("duration_ms") ?? (start === undefined ? 0 : Math.max(0, hook.timeUnixMillis - start) / 1_000);
  }
}

export function toolEnd(hook: Hook, sessions: Sessions, starts: ToolStarts): readonly Told[] {
  const tool = hook.name("tool_name") ?? "unknown";
  const callId = hook.name("tool_use_id");
  const errorMessage = hook.firstLine("error");
  const outcome = outcomeOf(hook);
  const call: Told = {
    key: toolCallKey(callId ?? String(hook.timeUnixMillis)),
    ...byWhom(hook, sessions),
    type: "tool_called",
    data: {
      tool,
      ...mcpServerOf(tool),
      callId,
      argumentsHash: hook.hashOf("tool_input"),
      arguments: hook.content("tool_input"),
      result: hook.content("tool_response"),
      outcome,
      durationSeconds: starts.seconds(hook),
      ...(outcome === "failure" ? { errorType: "ToolError", errorMessage } : {}),
    },
  };
  return [call, ...taskUpdate(hook, sessions)];
}

/** What a use of a tool is known by in hooks and in logs. */
export function toolCallKey(callId: string): string {
  return `${callId}-tool_called`;
}

/** Tools of MCP servers are called after them: `mcp__github__create_issue`. */
function mcpServerOf(tool: string): { toolType?: string; server?: string } {
  const [, server] = /^mcp__(.+?)__/.exec(tool) ?? [];
  return server === undefined ? {} : { toolType: "mcp", server };
}

function outcomeOf(hook: Hook): "success" | "failure" | "cancelled" {
  if (hook.event === "PostToolUse") return "success";
  return hook.flag("is_interrupt") ? "cancelled" : "failure";
}

function keyOf(hook: Hook): string {
  return idWithin(hook.sessionId, hook.name("tool_use_id") ?? "");
}
