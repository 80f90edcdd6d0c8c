import { z } from "zod";
import { content, name, payload, text } from "../events/fields.ts";
import { eventSchemas } from "../events/schemas.ts";
import type { EventType } from "../events/types.ts";

/** What a field of an event's data holds, as far as a secret may be in it. Numbers and words out of a fixed list hold none. */
type Holds = "text" | "payload" | "content" | "name";

export interface TextField {
  readonly name: string;
  readonly holds: Holds;
  readonly isList: boolean;
}

const held = new Map<z.core.$ZodType, Holds>([
  [text, "text"],
  [payload, "payload"],
  [content, "content"],
  [name, "name"],
]);

/** The fields of every event type that hold text of somebody's own. They follow from the table of schemas, so none is forgotten. */
export const textFields: ReadonlyMap<EventType, readonly TextField[]> = new Map(
  Object.entries(eventSchemas).map(([type, { shape }]) => [
    type as EventType,
    Object.entries<z.core.$ZodType>(shape).flatMap(([field, schema]) => textFieldOf(field, schema)),
  ]),
);

function textFieldOf(field: string, schema: z.core.$ZodType): TextField[] {
  const given = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  const isList = given instanceof z.ZodArray;
  const holds = held.get(isList ? given.element : given);
  return holds === undefined ? [] : [{ name: field, holds, isList }];
}
