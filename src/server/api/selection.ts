import { z } from "zod";
import type { Selection } from "../../export/selection.ts";
import { eventType } from "./event-type.ts";
import { listOf, moment } from "./parameters.ts";

const name = z.string().max(200);
const id = z.string().max(200);

/** Which events are meant, as a URL or a command line says it. All given conditions must hold. */
export const selectionParameters = {
  types: listOf(eventType).optional().describe("Event types, by their own names or by those that other systems have for them."),
  agents: listOf(name).optional().describe("Names of agents."),
  services: listOf(name).optional().describe("Services that told the events."),
  workflow: id.optional().describe("Id of a workflow run."),
  task: id.optional().describe("Id of a task."),
  session: id.optional().describe("Id of a session."),
  trace: id.optional().describe("W3C trace id."),
  since: moment.optional().describe("From this moment on."),
  until: moment.optional().describe("Until before this moment."),
};

const parameters = z.object(selectionParameters);

/** Holds parameters to a period that has a length: one that ends before it begins is a slip, and no question that nothing answers. */
export function aPeriod<Schema extends z.ZodObject>(schema: Schema): Schema {
  return schema.refine(({ since, until }) => !(Date.parse(String(since)) >= Date.parse(String(until))), {
    path: ["until"],
    error: "has to be after since",
  });
}

/** The same as the store is asked. */
export function selectionOf(given: z.output<typeof parameters>): Selection {
  const { types, agents, services, workflow, task, session, trace, since, until } = given;
  const wanted = {
    types,
    agents,
    sources: services,
    workflowId: workflow,
    taskId: task,
    sessionId: session,
    traceId: trace,
    sinceUnixMillis: since === undefined ? undefined : Date.parse(since),
    untilUnixMillis: until === undefined ? undefined : Date.parse(until),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
}
