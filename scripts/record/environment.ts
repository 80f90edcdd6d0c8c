import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Recording } from "./recordings.ts";

const execute = promisify(execFile);
const MAX_OUTPUT_BYTES = 64 * 1_024 * 1_024;

/** A folder outside the checkout, with the libraries of one recording in it. */
export interface Environment {
  readonly folder: string;
  /** Runs the recording's program there, with nothing of the caller's environment but its PATH. */
  run(variables: Readonly<Record<string, string>>): Promise<void>;
}

/** Installs exactly the versions that the recording names, or takes what an earlier call installed. */
export async function prepareEnvironment(name: string, recording: Recording): Promise<Environment> {
  const folder = join(await realpath(tmpdir()), "crowsnest-record", name);
  const stamp = join(folder, "installed.json");
  const packages = JSON.stringify(recording.packages);
  const isInstalled = existsSync(stamp) && (await readFile(stamp, "utf8")) === packages;
  const command = recording.language === "python" ? join(folder, "bin", "python") : process.execPath;
  if (!isInstalled) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await install(folder, command, recording);
    await writeFile(stamp, packages);
  }
  // A copy, so that the traces of errors show nothing of where the checkout is, and Node finds the packages.
  const programs = join(folder, "programs");
  await cp(join(import.meta.dirname, "programs"), programs, { recursive: true });
  return {
    folder,
    async run(variables) {
      const options = { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...variables }, maxBuffer: MAX_OUTPUT_BYTES };
      await execute(command, [join(programs, recording.program)], options);
    },
  };
}

async function install(folder: string, command: string, { language, packages }: Recording): Promise<void> {
  const options = { cwd: folder, maxBuffer: MAX_OUTPUT_BYTES };
  if (language === "python") {
    const wanted = Object.entries(packages).map(([name, version]) => `${name}==${version}`);
    await execute("python3", ["-m", "venv", folder]);
    await execute(command, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted], options);
    return;
  }
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await execute("npm", ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", ...wanted], options);
}
