import { z } from "zod";
import { progressDetail } from "../../../views/progress/answer.ts";
import { endpoint } from "../endpoint.ts";
import { Problem } from "../problem.ts";

export const progressEndpoint = endpoint({
  path: "/api/progress/{run}",
  tag: "Progress",
  summary: "How far one run or task is, step by step.",
  params: z.strictObject({ run: z.string().min(1).max(200) }),
  query: z.strictObject({}),
  answer: progressDetail,
  missing: "Nothing is known of a run or a task with this id; the last 2,000 that told of their progress are kept.",
  handle({ params: { run: id } }, context) {
    const { run } = context.views.read("progress", { run: id, limit: 1 });
    if (run === undefined) throw new Problem(404, `there is no run or task with the id ${id} among the last 2000`);
    return run;
  },
});
