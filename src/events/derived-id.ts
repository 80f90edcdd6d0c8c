import { createHash } from "node:crypto";

/**
 * The id of an event that follows from another one: the same whoever works it out, and however often, so that it is kept once. A UUID of
 * version 8 by name (RFC 9562, section 5.8 and appendix B.2), with SHA-256.
 *
 * @param causeId the id of the event that it follows from
 * @param what tells it from others that follow from the same one
 */
export function derivedId(causeId: string, what: string): string {
  const bytes = createHash("sha256").update(`${causeId}\n${what}`).digest();
  bytes[6] = 0x80 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const digits = bytes.toString("hex", 0, 16);
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join("-");
}
