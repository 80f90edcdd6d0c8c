import type { EventOf } from "../../events/types.ts";
import { putLast } from "../../folds/put-last.ts";

/** Most tasks whose course is remembered. */
const MAX_TASKS = 20_000;

export const taskTypes = ["task_queued", "task_assigned", "task_progressed", "task_completed", "task_failed"] as const;
export type TaskEvent = EventOf<(typeof taskTypes)[number]>;

/** Each task is one of these. */
export interface TaskCounts {
  open: number;
  completed: number;
  failed: number;
}

/** How far a task has come, and what it is a part of. */
export interface Course {
  readonly featureId: string | undefined;
  readonly projectId: string | undefined;
  readonly status: keyof TaskCounts;
  /** When it ended; where nothing was told of it before, just after that, so that a start in the same millisecond is no second try. */
  readonly endedMillis: number | undefined;
}

/** By the task's id. */
export type Courses = Map<string, Course>;

/** Moves a task on. Not every event of a task says what it is a part of; one of which none did is not followed. */
export function nextCourse(
  courses: Courses,
  event: TaskEvent,
  timeUnixMillis: number,
): { readonly before?: Course | undefined; readonly after?: Course; readonly forgotten: readonly Course[] } {
  const taskId = event.taskId as string;
  const before = courses.get(taskId);
  const featureId = event.featureId ?? before?.featureId;
  const projectId = event.projectId ?? before?.projectId;
  if (featureId === undefined && projectId === undefined) return { forgotten: [] };
  const after = { featureId, projectId, ...stageAfter(before, event, timeUnixMillis) };
  return { before, after, forgotten: putLast(courses, taskId, after, MAX_TASKS) };
}

/** What has ended is open again only where it is queued or given to an agent after that, or is given in the same millisecond: a second try. */
function stageAfter(before: Course | undefined, { type }: TaskEvent, atMillis: number): Pick<Course, "status" | "endedMillis"> {
  const endedMillis = before?.endedMillis;
  if (type === "task_completed" || type === "task_failed") {
    if (before !== undefined && atMillis < (endedMillis ?? atMillis)) return { status: before.status, endedMillis };
    return {
      status: type === "task_completed" ? "completed" : "failed",
      endedMillis: before === undefined ? atMillis + 1 : atMillis,
    };
  }
  const againFromMillis = (endedMillis ?? Number.POSITIVE_INFINITY) + (type === "task_assigned" ? 0 : 1);
  const isAgain = type !== "task_progressed" && atMillis >= againFromMillis;
  if (before === undefined || isAgain) return { status: "open", endedMillis: undefined };
  return { status: before.status, endedMillis };
}
