import { z } from "zod";

/** Longest list in one answer: a thousand tasks are half a megabyte. */
const PAGE_ITEMS = 1_000;

/** What lists that may be long take in a query. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(PAGE_ITEMS)
    .optional()
    .describe(`Most of them in the answer, 1 to ${PAGE_ITEMS}. [default: ${PAGE_ITEMS}]`),
  cursor: z.string().max(1_000).optional().describe("`nextCursor` of the page before."),
};

export const nextCursor = z
  .string()
  .optional()
  .describe(
    "Where there are more. The pages of such a list come in the order of ids, so that what changes meanwhile moves nothing.",
  );

/**
 * One page of a list. One that fits on a page comes as it is; of a longer one come those that follow in the order of their ids. All of
 * it is asked for with a limit of infinity, which no URL can say.
 */
export function pageOf<Item extends { readonly id: string }>(
  items: readonly Item[],
  { limit = PAGE_ITEMS, cursor }: { readonly limit?: number | undefined; readonly cursor?: string | undefined },
): { page: readonly Item[]; nextCursor?: string } {
  if (cursor === undefined && items.length <= limit) return { page: items };
  const sorted = items.filter(({ id }) => cursor === undefined || id > cursor).sort(byId);
  const page = sorted.slice(0, limit);
  const last = page.at(-1);
  return sorted.length > page.length && last !== undefined ? { page, nextCursor: last.id } : { page };
}

/** The order of pages: by code units, which is the same everywhere and takes a tenth of the time of an alphabet's. */
export function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

/** All of a list, however long it is. */
export const wholeList = { limit: Number.POSITIVE_INFINITY } as const;
