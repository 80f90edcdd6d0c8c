import { z } from "zod";
import { workflowGraph } from "../../../views/workflows/answer.ts";
import { endpoint } from "../endpoint.ts";
import { Problem } from "../problem.ts";

export const workflowEndpoint = endpoint({
  path: "/api/workflows/{id}",
  tag: "Fleet",
  summary: "One run of a workflow as a graph, with a status per node.",
  params: z.strictObject({ id: z.string().min(1).max(200) }),
  query: z.strictObject({}),
  answer: workflowGraph,
  missing: "No run with this id is kept; the last 500 are.",
  handle({ params: { id } }, context) {
    const { graph } = context.views.read("workflows", { id, limit: 1 });
    if (graph === undefined) throw new Problem(404, `there is no run of a workflow with the id ${id} among the last 500`);
    return graph;
  },
});
