import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a folder and those it lies in, where they are missing. Throws what the system says. Node's own `recursive` is not used
 * because it never returns for a path in a folder such as /proc, which exists and lets nothing be made in it.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else made it in the meantime, which is as good.
    if (!existsSync(folder)) throw error;
  }
}
