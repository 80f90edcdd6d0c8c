// Checks what users get: packs the real tarball, looks at its files, lets publint and attw judge its exports and types, then
// installs it beside its declared dependencies only, loads every export and compiles against its types.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const bin = join(root, "node_modules", ".bin");
const manifest: {
  name: string;
  exports: Record<string, unknown>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const allowedFiles = /^package\/(package\.json|LICENSE|README\.md|(dist|bin)\/.+\.js|dist\/.+\.d\.ts)$/;
const problems: string[] = [];

const folder = mkdtempSync(join(tmpdir(), "crowsnest-package-"));
try {
  // dist is fresh already, so npm's own scripts are left out.
  run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], root);
  const tarball = join(folder, readdirSync(folder).find((file) => file.endsWith(".tgz")) ?? "");
  const files = run("tar", ["-tzf", tarball]).trim().split("\n");
  problems.push(...files.filter((file) => !allowedFiles.test(file)).map((file) => `${file} does not belong in the tarball`));

  run(join(bin, "publint"), ["run", tarball, "--strict"]);
  run(join(bin, "attw"), [tarball, "--profile", "esm-only", "--no-color", "--format", "ascii"]);
  install(tarball);
  useAsUsersDo();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;

/** Unpacks the tarball into a project that has what Crowsnest declares, Node's types, and nothing else. */
function install(tarball: string): void {
  const own = join(folder, "node_modules", manifest.name);
  mkdirSync(own, { recursive: true });
  run("tar", ["-xzf", tarball, "--strip-components=1", "-C", own]);
  for (const name of [...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }), "@types/node"]) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", name), link);
  }
}

function useAsUsersDo(): void {
  const entries = Object.keys(manifest.exports)
    .filter((entry) => !entry.endsWith(".json"))
    .map((entry) => manifest.name + entry.slice(1));
  for (const entry of entries) run(join(bin, "node"), ["--input-type=module", "-e", `await import("${entry}")`], folder);

  const lines = entries.map((entry, index) => `export type * as entry${index} from "${entry}";`);
  writeFileSync(join(folder, "user.mts"), `${lines.join("\n")}\n`);
  const strict = ["--strict", "--noEmit", "--module", "nodenext", "--target", "es2023", "--types", "node", "user.mts"];
  // Without skipLibCheck, so that our declarations are read in earnest; what other packages' declare is not ours to mend.
  const { stdout } = spawnSync(join(bin, "tsc"), strict, { cwd: folder, encoding: "utf8" });
  const own = [`node_modules/${manifest.name}/`, "user.mts"];
  problems.push(...stdout.split("\n").filter((line) => own.some((path) => line.startsWith(path))));
}

function run(command: string, args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) problems.push(error?.message ?? `${stdout}${stderr}`.trim());
  return stdout;
}
