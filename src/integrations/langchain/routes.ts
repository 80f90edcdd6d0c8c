import { MAX_NAME_CHARS } from "../../events/fields.ts";
import { property } from "../property.ts";

/** Most parts of an output that are looked at. */
const MAX_PARTS = 1_000;

/** The nodes that an output names: by commands, and in any way at all. */
export interface Routes {
  readonly commands: readonly string[];
  readonly names: readonly string[];
}

/** Reads a node's or a branch's output: names, `Send`s, `Command`s, or several of them. Callbacks get it under `output`. */
export function routesOf(output: unknown): Routes {
  const given = property(output, "output") ?? output;
  const parts = Array.isArray(given) ? given.slice(0, MAX_PARTS) : [given];
  const commands = parts.flatMap((part) => (property(part, "lg_name") === "Command" ? targets(property(part, "goto")) : []));
  return { commands, names: [...commands, ...parts.flatMap(target)] };
}

function targets(goto: unknown): string[] {
  return (Array.isArray(goto) ? goto.slice(0, MAX_PARTS) : [goto]).flatMap(target);
}

function target(part: unknown): string[] {
  const name = property(part, "lg_name") === "Send" ? property(part, "node") : part;
  return typeof name === "string" && name !== "" && name.length <= MAX_NAME_CHARS ? [name] : [];
}
