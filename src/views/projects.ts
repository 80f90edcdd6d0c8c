import { z } from "zod";
import { touch } from "../folds/put-last.ts";
import { moment, momentOf } from "./parts/answer.ts";
import { defineView } from "./view.ts";

const MAX_PROJECTS = 1_000;
const MAX_FEATURES = 10_000;

interface Entry {
  readonly id: string;
  name: string;
  status: string | undefined;
  description: string | undefined;
  /** Of a feature. */
  projectId: string | undefined;
  readonly createdMillis: number;
}

export interface State {
  readonly projects: Map<string, Entry>;
  readonly features: Map<string, Entry>;
}

const project = z
  .object({
    id: z.string(),
    name: z.string(),
    status: z.string().nullable(),
    description: z.string().nullable(),
    createdAt: moment,
  })
  .meta({ id: "Project" });
const feature = project.extend({ projectId: z.string().nullable() }).meta({ id: "Feature" });

/** Told again, a project or a feature is the same one with new words. */
export const projectsView = defineView({
  summary: "Projects and their features.",
  version: 1,
  types: ["project_created", "feature_created"],
  query: z.strictObject({}),
  answer: z.object({ projects: z.array(project), features: z.array(feature) }),
  initial: (): State => ({ projects: new Map(), features: new Map() }),
  apply(state, event, timeUnixMillis) {
    if (event.type !== "project_created" && event.type !== "feature_created") return;
    const isProject = event.type === "project_created";
    const id = (isProject ? event.projectId : event.featureId) as string;
    const entry = touch(isProject ? state.projects : state.features, id, isProject ? MAX_PROJECTS : MAX_FEATURES, () => ({
      id,
      name: event.data.name,
      status: undefined,
      description: undefined,
      projectId: undefined,
      createdMillis: timeUnixMillis,
    }));
    entry.name = event.data.name;
    entry.status = event.data.status ?? entry.status;
    entry.description = event.data.description ?? entry.description;
    if (!isProject) entry.projectId = event.projectId ?? entry.projectId;
  },
  read: ({ projects, features }) => ({
    projects: [...projects.values()].map(answerOf),
    features: [...features.values()].map((entry) => ({ ...answerOf(entry), projectId: entry.projectId ?? null })),
  }),
});

function answerOf({ id, name, status, description, createdMillis }: Entry) {
  return { id, name, status: status ?? null, description: description ?? null, createdAt: momentOf(createdMillis) };
}
