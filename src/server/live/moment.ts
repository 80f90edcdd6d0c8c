import { z } from "zod";

const iso = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

/**
 * A moment or a day by ISO 8601, as milliseconds since 1970. One without an offset is in UTC, and a blank before the offset was a plus
 * sign before a URL was made of it.
 */
export const moment = z.string().transform((text, context): number => {
  const restored = text.replace(/ (?=\d\d:\d\d$)/, "+");
  const complete = [restored, `${restored}Z`].find((candidate) => iso.safeParse(candidate).success);
  if (complete !== undefined) return Date.parse(complete);
  context.addIssue({ code: "custom", message: "has to be a moment by ISO 8601, such as 2026-11-20T12:00:00Z" });
  return z.NEVER;
});
