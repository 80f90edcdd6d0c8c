import { z } from "zod";
import { eventTypes } from "../../events/families.ts";
import { listOfNames, nearNames } from "../../events/near-names.ts";
import type { EventType } from "../../events/types.ts";
import { isEventType, typeOf } from "../../integrations/shapes/type-names.ts";

/** Longest part of a name that is repeated to whoever gave it, in characters. */
const MAX_SHOWN = 100;

/**
 * An event type as somebody asks for it: by its own name, or by the one that another system has for it. Of an unknown name it is said
 * which ones are near.
 */
export const eventType = eventTypeOf(eventTypes);

/** The same, of some types only. */
export function eventTypeOf<Type extends EventType>(types: readonly Type[]) {
  return z.string().transform((name, context): Type => {
    const type = typeOf(name);
    const found = types.find((each) => each === type);
    if (found !== undefined) return found;
    const why = isEventType(type) ? "is not among those that are looked at here" : "is no event type";
    context.addIssue({
      code: "custom",
      message: `names ${JSON.stringify(name.slice(0, MAX_SHOWN))}, which ${why}${hint(name, types)}`,
    });
    return z.NEVER;
  });
}

function hint(name: string, types: readonly EventType[]): string {
  const near = nearNames(name, types);
  if (near.length > 0) return `; near it ${near.length === 1 ? "is" : "are"} ${listOfNames(near, "and")}`;
  return types.length === eventTypes.length
    ? "; docs/reference/events.md lists them"
    : `; there are ${listOfNames(types, "and", types.length)}`;
}
