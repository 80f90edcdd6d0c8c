import type { Request } from "express";
import { z } from "zod";

/** Parameters that several endpoints take, as they come in a URL. */

/** What was left empty asks for nothing, as forms leave it, and a page that has had no event yet its last id: it is not 0. */
export function withoutEmpty(query: Request["query"]): object {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ""));
}

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
