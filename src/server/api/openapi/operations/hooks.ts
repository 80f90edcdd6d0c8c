import { z } from "zod";
import { type Operation, refusals, refusedSending as refused } from "../operation.ts";

export const hookOperations: readonly Operation[] = [
  {
    method: "post",
    path: "/hooks/alertmanager",
    tag: "Sending",
    summary: "Keeps alerts that Alertmanager's webhook tells.",
    takes: { "application/json": z.looseObject({ version: z.literal("4"), alerts: z.array(z.looseObject({})) }) },
    answers: {
      ...refusals(refused),
      202: {
        description: "They are durable.",
        content: { "application/json": z.object({ accepted: z.number().int(), duplicates: z.number().int() }) },
      },
      400: refused("The body is not Alertmanager's message."),
      413: refused("The body is too large."),
      415: refused("The body is of another type or encoding."),
      429: refused("More events wait to be kept than may; Alertmanager sends them again."),
      500: refused("The alerts could not be taken."),
      503: refused("Events cannot be kept at the moment; Alertmanager sends them again."),
    },
  },
  {
    method: "post",
    path: "/hooks/claude-code",
    tag: "Sending",
    summary: "Takes calls of Claude Code's hooks.",
    description:
      "The answer is 200 and `{}` whatever happens, so that nothing here changes what an agent does; what is lost is counted.",
    takes: { "application/json": z.looseObject({ hook_event_name: z.string() }) },
    answers: { ...refusals(refused), 200: { description: "Always.", content: { "application/json": z.object({}) } } },
  },
];
