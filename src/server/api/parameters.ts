import { z } from "zod";

/** Parameters that several endpoints take, as they come in a URL. */

/** `a,b`, and the same name given twice, are both lists. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]).flatMap((part) => String(part).split(",")).filter((part) => part !== ""),
    z.array(item).max(200),
  );
}

export const limit = z.coerce.number().int().min(1).max(1_000).default(100).describe("Most items in the answer, 1 to 1000.");
export const cursor = z.string().max(200).optional().describe("`nextCursor` of the page before.");
export const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: "has to be a moment by ISO 8601, such as 2026-11-20T12:00:00Z, or a day in UTC, such as 2026-11-20",
});
