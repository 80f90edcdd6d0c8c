import type { AnyWork, Place, Work } from "../instrument/face.ts";

/** Runs a function where the work's names and ids hold. */
export function within(inside: AnyWork | Place, tell: () => void): void {
  if ("run" in inside) (inside as Work<unknown>).run(tell);
  else tell();
}
