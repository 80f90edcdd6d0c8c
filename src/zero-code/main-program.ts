import { readFileSync, realpathSync, statSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Programs that start others and are no agents themselves. They inherit `NODE_OPTIONS`, and are to leave the port to the app. */
const LAUNCHERS = new Set([
  "npm",
  "yarn",
  "pnpm",
  "corepack",
  "lerna",
  "nx",
  "turbo",
  "concurrently",
  "npm-run-all",
  "npm-run-all2",
  "cross-env",
  "dotenv-cli",
  "nodemon",
  "pm2",
  "tsx",
]);

/** The program that this process was started for, before it runs. */
export interface MainProgram {
  /** Of its file; of the folder where there is none, as with `node --eval`. */
  readonly url: URL;
  /** It starts other programs. */
  readonly isLauncher: boolean;
  /** Whether its modules are CommonJS; undefined where only running it would tell. */
  readonly isCommonJs: boolean | undefined;
}

export function mainProgram(path: string | undefined = process.argv[1], folder: string = process.cwd()): MainProgram {
  const url = pathToFileURL(realPath(path) ?? join(folder, "/"));
  const { name, type } = manifestOf(url);
  return { url, isLauncher: typeof name === "string" && LAUNCHERS.has(name), isCommonJs: isCommonJs(url.pathname, type) };
}

/** The `package.json` of a package as a program would find it; undefined where it would not. */
export function findPackage(name: string, from: URL): string | undefined {
  try {
    return findPackageJSON(name, from);
  } catch {
    return undefined;
  }
}

function realPath(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  try {
    const real = realpathSync(path);
    return statSync(real).isDirectory() ? join(real, "/") : real;
  } catch {
    // Node looks for its extension, or says that it is not there.
    return path;
  }
}

function manifestOf(url: URL): { readonly name?: unknown; readonly type?: unknown } {
  try {
    const path = findPackageJSON(url);
    return path === undefined ? {} : (JSON.parse(readFileSync(path, "utf8")) as object);
  } catch {
    return {};
  }
}

function isCommonJs(path: string, type: unknown): boolean | undefined {
  if (/\.[cm][jt]s$/.test(path)) return path.at(-3) === "c";
  return type === undefined ? undefined : type !== "module";
}
