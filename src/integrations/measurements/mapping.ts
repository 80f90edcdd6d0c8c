import type { EventAttributes, EventInput } from "../../events/types.ts";
import type { Amount } from "./latest-values.ts";
import type { Point } from "./point.ts";

/** What a point tells, before it is an event. */
export type Said = Pick<EventInput, "type" | "data"> & {
  readonly agent: string;
  readonly sessionId?: string | undefined;
  readonly attributes?: EventAttributes;
};

/** What the amount that a metric grew by tells; undefined where that is nothing. */
export type Mapping = (point: Point, amount: Amount) => Said | undefined;

/** The first of the attributes that is a text with something in it. */
export function attributeText({ attributes }: Point, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}

/** Those of the attributes that are there. Never all of them: senders add who a user is. */
export function pick({ attributes }: Point, names: readonly string[]): EventAttributes {
  const picked: EventAttributes = {};
  for (const name of names) {
    const value = attributes.get(name);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") picked[name] = value;
  }
  return picked;
}

/** What one took on average; undefined where there were none. */
export function mean({ value, count }: Amount): number | undefined {
  return count === undefined || count === 0 ? undefined : value / count;
}
