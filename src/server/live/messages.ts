import { z } from "zod";
import { compileFilter, type Filter, filterSchema } from "./filter.ts";

/** What a watcher may say on a WebSocket. */
const messageSchema = z.union([
  z.strictObject({ subscribe: filterSchema }),
  z.strictObject({ pause: z.boolean() }),
  z.strictObject({ resumeFrom: z.number().int().nonnegative() }),
]);

export type Message = { readonly subscribe: Filter } | { readonly pause: boolean } | { readonly resumeFrom: number };

const forms = '{"subscribe": {…}}, {"pause": true} and {"resumeFrom": seq}';

/** Reads a message, or says in one sentence what is wrong with it. */
export function readMessage(text: string): Message | { readonly error: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { error: `a message has to be JSON; there are ${forms}` };
  }
  const parsed = messageSchema.safeParse(value);
  if (!parsed.success) return { error: describe(value, parsed.error) };
  return "subscribe" in parsed.data ? { subscribe: compileFilter(parsed.data.subscribe) } : parsed.data;
}

function describe(value: unknown, error: z.ZodError): string {
  if (typeof value === "object" && value !== null && "subscribe" in value) {
    const problem = filterSchema.safeParse(value.subscribe).error?.issues[0];
    if (problem !== undefined) return `subscribe${problem.path.map((part) => `.${String(part)}`).join("")}: ${problem.message}`;
  }
  return `${error.issues[0]?.message ?? "not understood"}; there are ${forms}`;
}
