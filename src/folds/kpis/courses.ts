import type { AgentEvent } from "../../events/types.ts";
import { type Ends, isOver, noteEnd } from "../ends.ts";
import { putLast } from "../put-last.ts";
import { closeOne, endTaskOf, type Features, featureOf, spendOn } from "./features.ts";
import type { KpiTaker } from "./taker.ts";

/** Most tasks that are open at once, and most whose feature is remembered; those that were heard of longest ago give way. */
const MAX_TASKS = 20_000;

/** A task from its queue to its end. Plain data. */
interface Course {
  /** When it was queued, or else assigned. */
  startedMillis: number;
  /** The last attempt that its progress told; the first is 1. */
  attempt: number;
  featureId: string | undefined;
  /** What was spent on it while nobody had said which feature it belongs to. */
  costUsd: number | undefined;
}

export interface Courses {
  readonly open: Map<string, Course>;
  /** Features of tasks, also of tasks that have ended: a call may be told late. */
  readonly featureIds: Map<string, string>;
  readonly features: Features;
  readonly ends: Ends;
}

export function newCourses(): Courses {
  return { open: new Map(), featureIds: new Map(), features: new Map(), ends: new Map() };
}

/** Follows tasks: how long they took, how often they were tried, and which feature pays for the models that they used. */
export function applyToCourses(courses: Courses, event: AgentEvent, unixMillis: number, taker: KpiTaker): void {
  switch (event.type) {
    case "task_queued":
      return start(courses, event, unixMillis, taker);
    case "task_assigned":
      return start(courses, event, unixMillis - (event.data.queueDurationSeconds ?? 0) * 1_000, taker);
    case "task_progressed": {
      const course = courses.open.get(event.taskId as string);
      if (course !== undefined) course.attempt = Math.max(course.attempt, event.data.attempt ?? 1);
      return;
    }
    case "task_completed":
    case "task_failed":
      return end(courses, event, unixMillis, taker);
    case "model_called":
    case "usage_reported":
      if (event.data.costUsd !== undefined) spend(courses, event, event.data.costUsd, taker);
  }
}

function start(courses: Courses, event: AgentEvent, unixMillis: number, taker: KpiTaker): void {
  const taskId = event.taskId as string;
  if (isOver(courses.ends, taskId, event.timeUnixMillis)) return;
  const course = courses.open.get(taskId) ?? newCourse(unixMillis);
  for (const { featureId } of putLast(courses.open, taskId, course, MAX_TASKS)) {
    // A task that is no longer followed must not keep its feature from being completed.
    if (featureId !== undefined) closeOne(featureOf(courses.features, featureId));
  }
  // Whichever is told first: a queue and an assignment of two services may come in either order.
  course.startedMillis = Math.min(course.startedMillis, unixMillis);
  assignTo(courses, taskId, event.featureId, course, taker);
}

function end(
  courses: Courses,
  event: Extract<AgentEvent, { type: "task_completed" | "task_failed" }>,
  unixMillis: number,
  taker: KpiTaker,
): void {
  const taskId = event.taskId as string;
  const course = courses.open.get(taskId);
  const isDone = event.type === "task_completed";
  noteEnd(courses.ends, taskId, event.timeUnixMillis, course !== undefined);
  taker.add("tasks_finished", 1, unixMillis);
  taker.add("task_retries", event.data.retries ?? Math.max(0, (course?.attempt ?? 1) - 1), unixMillis);
  if (isDone) {
    const startedMillis = course?.startedMillis ?? unixMillis - event.data.durationSeconds * 1_000;
    taker.add("tasks_completed", 1, unixMillis);
    taker.add("completion_seconds", Math.max(0, unixMillis - startedMillis) / 1_000, unixMillis);
  }
  if (course !== undefined) assignTo(courses, taskId, event.featureId, course, taker);
  courses.open.delete(taskId);
  const featureId = course?.featureId ?? event.featureId ?? courses.featureIds.get(taskId);
  if (featureId === undefined) return;
  const feature = featureOf(courses.features, featureId);
  if (course?.featureId !== undefined) closeOne(feature);
  endTaskOf(feature, isDone, unixMillis, taker);
}

/** The feature of a task is the one that was named first. */
function assignTo(courses: Courses, taskId: string, featureId: string | undefined, course: Course, taker: KpiTaker): void {
  if (featureId === undefined || course.featureId !== undefined) return;
  course.featureId = featureId;
  putLast(courses.featureIds, taskId, featureId, MAX_TASKS);
  const feature = featureOf(courses.features, featureId);
  feature.openTasks += 1;
  if (course.costUsd !== undefined) spendOn(feature, course.costUsd, taker);
  course.costUsd = undefined;
}

function spend(courses: Courses, event: AgentEvent, costUsd: number, taker: KpiTaker): void {
  const { taskId } = event;
  const featureId = event.featureId ?? (taskId === undefined ? undefined : courses.featureIds.get(taskId));
  if (featureId !== undefined) return spendOn(featureOf(courses.features, featureId), costUsd, taker);
  const course = taskId === undefined ? undefined : courses.open.get(taskId);
  if (course !== undefined) course.costUsd = (course.costUsd ?? 0) + costUsd;
}

function newCourse(startedMillis: number): Course {
  return { startedMillis, attempt: 1, featureId: undefined, costUsd: undefined };
}
