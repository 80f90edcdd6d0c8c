import { type EventQuery, StoreError } from "./event-store.ts";

export type Order = NonNullable<EventQuery["order"]>;

/** Where the next page begins. Opaque to users, so that an engine may need more than a number one day. */
export function encodeCursor(order: Order, lastSeq: number): string {
  return Buffer.from(`${order} ${lastSeq}`).toString("base64url");
}

/** The `seq` that the page before ended with. Throws a {@link StoreError} where the text was not made by {@link encodeCursor}. */
export function decodeCursor(order: Order, cursor: string): number {
  const [madeFor, digits = "", ...rest] = Buffer.from(cursor, "base64url").toString("utf8").split(" ");
  const seq = Number(digits);
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(seq) || rest.length > 0) {
    throw new StoreError("bad_cursor", "The cursor is not one that a page of events gave as its nextCursor.");
  }
  if (madeFor !== order) {
    throw new StoreError("bad_cursor", `The cursor belongs to another order than ${order}: ask for all pages in the same order.`);
  }
  return seq;
}
