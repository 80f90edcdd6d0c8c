import { hash } from "node:crypto";
import { asText } from "./content.ts";

/** Enough of a hash to see that the arguments are the same as before. */
const HASH_CHARS = 16;

/** Stands for a tool's arguments, which are kept only where somebody asks for it: equal ones have an equal hash, so that loops show. */
export function argumentsHash(args: unknown): string | undefined {
  const text = asText(args);
  return text === undefined || text === "" ? undefined : hash("sha256", text, "hex").slice(0, HASH_CHARS);
}
