import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The file that a package gives for one of its entries to programs that import it, or to those that require it. Node resolves only for
 * the module that asks, and this one is not where the app is.
 *
 * @param manifest path of its `package.json`
 * @throws Error where it has no such entry
 */
export function exportedFile(manifest: string, entry: string, condition: "import" | "require"): string {
  const { exports, name } = JSON.parse(readFileSync(manifest, "utf8")) as { exports?: Record<string, unknown>; name?: string };
  const file = firstMatch(exports?.[entry], condition);
  if (file === undefined) throw new Error(`this version of ${name} has no ${entry}`);
  return join(dirname(manifest), file);
}

/** By the package's own order, as Node goes through it. */
function firstMatch(target: unknown, condition: string): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  for (const [name, inner] of Object.entries(target)) {
    if (name !== condition && name !== "node" && name !== "default") continue;
    const file = firstMatch(inner, condition);
    if (file !== undefined) return file;
  }
  return undefined;
}
