import { z } from "zod";
import { count, moment, momentOrNull, share } from "../parts/answer.ts";
import { byId } from "../parts/page.ts";
import { addNumbers, ratio } from "../parts/sums.ts";
import { defineView } from "../view.ts";
import { type TaskCounts, taskTypes } from "./courses.ts";
import { applyCreated, applyTask, type Entry, type State } from "./entries.ts";

const tasks = z.object({ total: count, open: count, completed: count, failed: count });

const project = z
  .object({
    id: z.string(),
    name: z.string().describe("The id, where nobody told its name."),
    status: z.string().nullable().describe("As it was told."),
    description: z.string().nullable(),
    createdAt: moment.nullable().describe("Null where only features and tasks have named it."),
    tasks: tasks.describe("Of a project, those of its features included."),
    completedRatio: share.describe("Of all its tasks, what is completed."),
  })
  .meta({ id: "Project" });
const feature = project.extend({ projectId: z.string().nullable() }).meta({ id: "Feature" });

export const projectsView = defineView({
  summary: "Projects and their features, and how far their tasks have come.",
  version: 2,
  types: ["project_created", "feature_created", ...taskTypes],
  query: z.strictObject({}),
  answer: z.object({ projects: z.array(project), features: z.array(feature) }),
  initial: (): State => ({ projects: new Map(), features: new Map(), courses: new Map() }),
  apply(state, event, timeUnixMillis) {
    switch (event.type) {
      case "project_created":
      case "feature_created":
        return applyCreated(state, event, timeUnixMillis);
      case "task_queued":
      case "task_assigned":
      case "task_progressed":
      case "task_completed":
      case "task_failed":
        return applyTask(state, event, timeUnixMillis);
    }
  },
  read({ projects, features }) {
    const counts = new Map([...projects].map(([id, entry]) => [id, { ...entry.tasks }]));
    for (const entry of features.values()) {
      const ofProject = counts.get(entry.projectId ?? "");
      if (ofProject !== undefined) addNumbers(ofProject, entry.tasks);
    }
    return {
      projects: inOrder(projects).map((entry) => answerOf(entry, counts.get(entry.id) ?? entry.tasks)),
      features: inOrder(features).map((entry) => ({ ...answerOf(entry, entry.tasks), projectId: entry.projectId ?? null })),
    };
  },
});

function inOrder(entries: ReadonlyMap<string, Entry>): Entry[] {
  return [...entries.values()].sort(byId);
}

function answerOf({ id, name, status, description, createdMillis }: Entry, counts: TaskCounts): z.output<typeof project> {
  const total = counts.open + counts.completed + counts.failed;
  return {
    id,
    name: name ?? id,
    status: status ?? null,
    description: description ?? null,
    createdAt: momentOrNull(createdMillis),
    tasks: { total, ...counts },
    completedRatio: ratio(counts.completed, total),
  };
}
