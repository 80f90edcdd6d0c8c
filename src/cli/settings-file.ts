import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { SettingsError } from "../integrations/claude-code/merge-settings.ts";

/** A file that may hold a token is for its owner alone. */
const NEW_FILE_MODE = 0o600;

/** A settings file as it is: its text, what that says, and where it really lies. */
export interface SettingsFile {
  /** What a link leads to. */
  readonly path: string;
  /** Undefined where there is none yet. */
  readonly text: string | undefined;
  readonly settings: object;
}

/** @throws SettingsError where it cannot be read or is no object of JSON */
export function readSettings(path: string): SettingsFile {
  try {
    if (!existsSync(path)) return { path, text: undefined, settings: {} };
    const text = readFileSync(path, "utf8");
    return { path: realpathSync(path), text, settings: parse(text, path) };
  } catch (error) {
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

/** The settings as text, as far as possible in the form that the file has. */
export function writeText(settings: object, before: string | undefined): string {
  const indent = /^([ \t]+)"/m.exec(before ?? "")?.[1] ?? "  ";
  return `${JSON.stringify(settings, null, indent)}${before === undefined || before.endsWith("\n") ? "\n" : ""}`;
}

/**
 * Replaces the file in one step, so that nobody ever reads half of it, and keeps what it was beside it.
 *
 * @returns where the backup is; undefined where there was nothing to keep
 * @throws SettingsError where it cannot be written; then it is as it was
 */
export function replaceFile({ path, text: before }: SettingsFile, text: string): string | undefined {
  const fresh = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const mode = before === undefined ? NEW_FILE_MODE : statSync(path).mode & 0o777;
    const backup = before === undefined ? undefined : freeName(path);
    if (backup !== undefined) copyFileSync(path, backup);
    writeFileSync(fresh, text, { mode: NEW_FILE_MODE });
    chmodSync(fresh, mode);
    renameSync(fresh, path);
    return backup;
  } catch (error) {
    removeIfMade(fresh);
    throw new SettingsError(`${path} cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}

function removeIfMade(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be, there is nothing to be removed.
  }
}

function parse(text: string, path: string): object {
  if (text.trim() === "") return {};
  let settings: unknown;
  try {
    settings = JSON.parse(text);
  } catch (error) {
    throw new SettingsError(`${path} is not JSON (${(error as Error).message}); nothing was written`);
  }
  if (typeof settings === "object" && settings !== null && !Array.isArray(settings)) return settings;
  throw new SettingsError(`${path} has to hold one JSON object; nothing was written`);
}

/** The first backup is the state before Crowsnest, so no later one takes its place. */
function freeName(path: string): string {
  let name = `${path}.before-crowsnest`;
  for (let count = 2; existsSync(name); count += 1) name = `${path}.before-crowsnest-${count}`;
  return name;
}
