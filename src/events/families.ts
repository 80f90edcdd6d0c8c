import { eventFamilies } from "./schemas.ts";
import type { EventFamily, EventType } from "./types.ts";

const familyByType = new Map<string, EventFamily>(
  Object.entries(eventFamilies).flatMap(([family, schemas]) =>
    Object.keys(schemas).map((type) => [type, family as EventFamily] as const),
  ),
);

/** Every event type, in the order of the reference page. */
export const eventTypes = [...familyByType.keys()] as EventType[];

const ownTypes = new Map<string, EventType>(eventTypes.map((type) => [type, type]));

/**
 * The vocabulary's own copy of a type that was read from somewhere; undefined where there is no such type. Folds compare types dozens of
 * times per event: text that was just parsed is compared letter by letter, this copy by where it lies in memory.
 */
export function ownType(type: string): EventType | undefined {
  return ownTypes.get(type);
}

/** The family that an event type belongs to; undefined where there is no such type. */
export function familyOf(type: EventType): EventFamily;
export function familyOf(type: string): EventFamily | undefined;
export function familyOf(type: string): EventFamily | undefined {
  return familyByType.get(type);
}
