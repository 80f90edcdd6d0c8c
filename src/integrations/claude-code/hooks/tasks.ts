import { clip } from "../../clip.ts";
import { idWithin, type Told } from "../identity.ts";
import type { Sessions } from "../sessions.ts";
import { byWhom } from "./by-whom.ts";
import type { Hook } from "./hook.ts";
import { secondsSince } from "./session.ts";

/** Claude Code's tasks have no types; they are all of the one. */
const TASK_TYPE = "task";

export function taskCreated(hook: Hook): readonly Told[] {
  const taskId = taskIdOf(hook);
  if (taskId === undefined) return [];
  const data = { taskType: TASK_TYPE, name: hook.text("task_subject") };
  return [{ key: `${hook.turn}-task-${hook.name("task_id")}-queued`, taskId, type: "task_queued", data }];
}

export function taskCompleted(hook: Hook, sessions: Sessions): readonly Told[] {
  const taskId = taskIdOf(hook);
  if (taskId === undefined) return [];
  const start = sessions.task(taskId)?.startUnixMillis ?? hook.timeUnixMillis;
  const by = byWhom(hook, sessions);
  const teammate = hook.name("teammate_name");
  return [
    {
      key: `${hook.turn}-task-${hook.name("task_id")}-completed`,
      ...(teammate === undefined ? by : { agent: teammate }),
      taskId,
      type: "task_completed",
      data: { taskType: TASK_TYPE, durationSeconds: secondsSince(start, hook) },
    },
  ];
}

/** No hook of its own tells that an agent takes a task or that a task is struck off: the tool that does it tells. */
export function taskUpdate(hook: Hook, sessions: Sessions): readonly Told[] {
  const to = hook.name("tool_name") === "TaskUpdate" ? statusOf(hook) : undefined;
  const number = hook.within("tool_input", "taskId");
  if (to === undefined || typeof number !== "string" || number === "") return [];
  const taskId = idWithin(hook.sessionId, number);
  const task = sessions.task(taskId);
  const key = `${hook.name("tool_use_id") ?? hook.turn}-task-${to}`;
  if (to === "in_progress") {
    const owner = hook.within("tool_input", "owner");
    const by = typeof owner === "string" && owner !== "" ? { agent: clip(owner) } : byWhom(hook, sessions);
    return [{ key, ...by, taskId, type: "task_assigned", data: { taskType: TASK_TYPE, name: task?.name } }];
  }
  if (to !== "deleted") return [];
  const durationSeconds = secondsSince(task?.startUnixMillis ?? hook.timeUnixMillis, hook);
  const data = { taskType: TASK_TYPE, outcome: "cancelled" as const, durationSeconds };
  return [{ key, ...byWhom(hook, sessions), taskId, type: "task_failed", data }];
}

function statusOf(hook: Hook): unknown {
  const change = hook.within("tool_response", "statusChange");
  return typeof change === "object" && change !== null ? (change as { to?: unknown }).to : undefined;
}

/** Tasks are numbered within a session. */
function taskIdOf(hook: Hook): string | undefined {
  const id = hook.name("task_id");
  return id === undefined ? undefined : idWithin(hook.sessionId, id);
}
