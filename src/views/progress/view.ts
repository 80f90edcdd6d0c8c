import { z } from "zod";
import { defineView } from "../view.ts";
import { progressAnswer, progressDetail, progressStatus, tellHistory, tellRun } from "./answer.ts";
import { applyProgress, keyOf, MAX_RUNS, progressTypes, type Runs } from "./apply.ts";

export const progressView = defineView({
  summary: "How far runs and tasks are, the one that moved last first; one run by its id comes with its steps.",
  version: 3,
  types: progressTypes,
  query: z.strictObject({
    run: z.string().optional().describe("Id of a run, or of a task."),
    status: progressStatus.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_RUNS).default(100),
  }),
  answer: z.object({ runs: z.array(progressAnswer), run: progressDetail.optional() }),
  initial: (): Runs => new Map(),
  apply: applyProgress,
  read(runs, { run: id, status, limit }, now) {
    if (id !== undefined) {
      const one = runs.get(keyOf("run", id)) ?? runs.get(keyOf("task", id));
      if (one === undefined) return { runs: [] };
      const told = tellRun(one, now);
      return { runs: [told], run: { ...told, history: tellHistory(one) } };
    }
    return {
      runs: [...runs.values()]
        .sort((one, other) => other.lastMillis - one.lastMillis)
        .map((one) => tellRun(one, now))
        .filter((one) => status === undefined || one.status === status)
        .slice(0, limit),
    };
  },
});
