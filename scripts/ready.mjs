// Makes a checkout ready to run: installs what the lock file names, then builds dist, each only when something changed.
// It runs before anything is installed and on whatever Node the machine has, so it is plain JavaScript that imports nothing
// but Node itself, and uses the pinned runtime (node_modules/.bin/node) for everything after the install.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const runtime = join(root, "node_modules", ".bin", "node");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
/** Each stamp holds the hash of what its folder was made from, and goes when the folder goes. */
const installStamp = join(root, "node_modules", ".crowsnest-installed-from");
const buildStamp = join(root, "dist", ".built-from");
/** Set for the `npm ci` that runs from here, so that its `prepare` script leaves the build to its caller. */
const CALLED_FROM_READY = "CROWSNEST_CALLED_FROM_READY";

/** @param {string} sentence */
function say(sentence) {
  process.stderr.write(`crowsnest: ${sentence}\n`);
}

/** @param {string} sentence @returns {never} */
function fail(sentence) {
  say(sentence);
  process.exit(1);
}

/** @param {readonly string[]} paths relative to the root */
function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) hash.update(`${path}\0${readFileSync(join(root, path), "utf8")}\0`);
  return hash.digest("hex");
}

/** @param {string} stamp */
function read(stamp) {
  return existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
}

/** @param {string} folder relative to the root @returns {string[]} every file below it, in a fixed order */
function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`]));
}

/** @param {string} wanted hash of the lock file */
function install(wanted) {
  const installed = read(installStamp);
  if (installed === wanted && existsSync(runtime)) return;
  const why = !existsSync(join(root, "node_modules"))
    ? "first run"
    : installed === undefined
      ? "no finished install found"
      : "package-lock.json changed";
  say(`installing packages (${why}) …`);
  // npm itself has to run on the machine's own Node: the pinned one is inside the folder that npm ci deletes first.
  const own = join(root, "node_modules") + sep;
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => !`${entry}${sep}`.startsWith(own));
  const { error, status } = spawnSync("npm", ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, PATH: path.join(delimiter), [CALLED_FROM_READY]: "1" },
  });
  if (error !== undefined) fail(`npm could not be started: ${error.message}.`);
  if (status !== 0) fail("npm ci failed for the reason above, so nothing was started.");
  if (!existsSync(runtime)) {
    fail('the pinned Node is missing because npm is told to ignore scripts: run "npm rebuild node --ignore-scripts=false".');
  }
  writeFileSync(installStamp, wanted);
}

/** @param {string} lockHash a newer compiler is a reason to build anew */
function build(lockHash) {
  const wanted = `${lockHash} ${hashOf(["tsconfig.json", "tsconfig.build.json", ...filesBelow("src")])}`;
  const built = read(buildStamp);
  if (built === wanted) return;
  say(`building dist (${built === undefined ? "not built yet" : "sources changed"}) …`);
  // Built beside dist and then moved into its place, so that a failed or interrupted build leaves no half of one.
  const fresh = `dist.${process.pid}`;
  const { status } = spawnSync(runtime, [compiler, "-p", "tsconfig.build.json", "--outDir", fresh], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) {
    rmSync(join(root, fresh), { recursive: true, force: true });
    fail("the sources do not compile for the reasons above, so dist was left as it was.");
  }
  mkdirSync(join(root, fresh), { recursive: true });
  writeFileSync(join(root, fresh, ".built-from"), wanted);
  rmSync(join(root, "dist"), { recursive: true, force: true });
  renameSync(join(root, fresh), join(root, "dist"));
}

const lockHash = hashOf(["package-lock.json"]);
if (process.argv.includes("--after-install")) {
  // npm's `prepare`: what is installed now is what the lock file names, unless the tools to build with were left out.
  if (process.env[CALLED_FROM_READY] === undefined && existsSync(runtime) && existsSync(compiler)) {
    writeFileSync(installStamp, lockHash);
    build(lockHash);
  }
} else {
  install(lockHash);
  build(lockHash);
}
