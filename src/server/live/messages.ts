import { z } from "zod";
import { issueText } from "../../events/issue-text.ts";
import { filterSchema } from "./filter.ts";
import { moment } from "./moment.ts";

const messageSchema = z.strictObject({
  subscribe: filterSchema.optional(),
  pause: z.boolean({ error: "has to be true or false" }).optional(),
  resumeFrom: z
    .int({ error: "has to be the seq of an event" })
    .nonnegative({ error: "has to be the seq of an event" })
    .optional(),
  since: moment.optional(),
});

/** What a watcher may say on a WebSocket; what it says at once is done in this order. */
export type Message = z.output<typeof messageSchema>;

const forms = '{"subscribe": {…}}, {"pause": true}, {"resumeFrom": seq} and {"since": "2026-11-20T12:00:00Z"}';
const filterNames = Object.keys(filterSchema.shape).join(", ");

/** Reads a message, or says in one sentence what is wrong with it. */
export function readMessage(text: string): Message | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: `a message has to be JSON; there are ${forms}` };
  }
  const { success, data, error } = messageSchema.safeParse(value, { error: issueText });
  if (!success) return { error: describe(error.issues[0]) };
  if (Object.keys(data).length === 0) return { error: `the message is empty; there are ${forms}` };
  const wishes = [data.pause, data.resumeFrom, data.since].filter((wish) => wish !== undefined);
  return wishes.length > 1 ? { error: "pause, resumeFrom and since exclude each other" } : data;
}

function describe(issue: z.core.$ZodIssue | undefined): string {
  const path = issue?.path.map(String).join(".") ?? "";
  if (issue === undefined || path === "") return `the message is not understood; there are ${forms}`;
  if (issue.code === "unrecognized_keys")
    return `${path} has no ${issue.keys.map((key) => JSON.stringify(key.slice(0, 100))).join(", ")}; there are ${filterNames}`;
  return `${path}: ${issue.message}`;
}
