import type { EventOf } from "../../events/types.ts";
import { touch } from "../../folds/put-last.ts";
import { type Course, type Courses, nextCourse, type TaskCounts, type TaskEvent } from "./courses.ts";

const MAX_PROJECTS = 1_000;
const MAX_FEATURES = 10_000;

/** A project or a feature. One that nobody created is known by its id, from the first event that names it. */
export interface Entry {
  readonly id: string;
  name: string | undefined;
  status: string | undefined;
  description: string | undefined;
  /** Of a feature. */
  projectId: string | undefined;
  createdMillis: number | undefined;
  /** Of a project, its tasks that are of no feature. */
  readonly tasks: TaskCounts;
}

export interface State {
  readonly projects: Map<string, Entry>;
  readonly features: Map<string, Entry>;
  readonly courses: Courses;
}

export type CreatedEvent = EventOf<"project_created" | "feature_created">;

/** Told again, it is the same one with new words. */
export function applyCreated(state: State, event: CreatedEvent, timeUnixMillis: number): void {
  const isFeature = event.type === "feature_created";
  const entry = isFeature ? featureOf(state, event.featureId as string) : projectOf(state, event.projectId as string);
  entry.name = event.data.name;
  entry.status = event.data.status ?? entry.status;
  entry.description = event.data.description ?? entry.description;
  entry.createdMillis = Math.min(entry.createdMillis ?? timeUnixMillis, timeUnixMillis);
  if (!isFeature || event.projectId === undefined) return;
  entry.projectId = event.projectId;
  projectOf(state, event.projectId);
}

/** A task counts for its feature, or for its project where it has no feature. */
export function applyTask(state: State, event: TaskEvent, timeUnixMillis: number): void {
  const { before, after, forgotten } = nextCourse(state.courses, event, timeUnixMillis);
  if (after === undefined) return;
  if (after.projectId !== undefined) projectOf(state, after.projectId);
  if (after.featureId !== undefined) featureOf(state, after.featureId).projectId ??= after.projectId;
  if (before !== undefined) count(state, before, -1);
  count(state, after, 1);
  // What is open and forgotten would be open for ever. It counts again once it is heard of.
  for (const course of forgotten) if (course.status === "open") count(state, course, -1);
}

function count({ features, projects }: State, { featureId, projectId, status }: Course, by: 1 | -1): void {
  const entry = featureId === undefined ? projects.get(projectId as string) : features.get(featureId);
  // Its feature may have been forgotten and come back since, without what it counted.
  if (entry !== undefined) entry.tasks[status] = Math.max(0, entry.tasks[status] + by);
}

function projectOf({ projects }: State, id: string): Entry {
  return touch(projects, id, MAX_PROJECTS, () => newEntry(id));
}

function featureOf({ features }: State, id: string): Entry {
  return touch(features, id, MAX_FEATURES, () => newEntry(id));
}

function newEntry(id: string): Entry {
  return {
    id,
    name: undefined,
    status: undefined,
    description: undefined,
    projectId: undefined,
    createdMillis: undefined,
    tasks: { open: 0, completed: 0, failed: 0 },
  };
}
