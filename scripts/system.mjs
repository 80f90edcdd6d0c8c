// Sees to it that what the tests need beyond npm is on this machine: a real Prometheus and a real Alertmanager with their tools, a real Redis.
// Where it may (root, apt-get) it installs Debian's packages; elsewhere it says what will be skipped; with CI set nothing may be.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Programs by the package of Debian's that brings them. Debian calls the Alertmanager differently from everybody else. */
const packages = {
  prometheus: [["prometheus"], ["promtool"]],
  "prometheus-alertmanager": [["alertmanager", "prometheus-alertmanager"], ["amtool"]],
  "redis-server": [["redis-server"]],
};

/** @param {string} tool */
function onPath(tool) {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** @param {readonly string[]} args @returns {boolean} whether it went well */
function aptGet(...args) {
  const { status } = spawnSync("apt-get", ["-q", ...args], {
    // RUNLEVEL=1 keeps Debian from starting the service that comes with the package: the tests start their own.
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    stdio: ["ignore", "ignore", 2],
  });
  return status === 0;
}

/** @returns {[name: string, programs: string[][]][]} packages of which a program is missing, and which */
function missing() {
  return Object.entries(packages).flatMap(([name, programs]) => {
    const absent = programs.filter((names) => !names.some(onPath));
    return absent.length === 0 ? [] : [/** @type {[string, string[][]]} */ ([name, absent])];
  });
}

const wanted = missing().map(([name]) => name);
if (wanted.length > 0 && process.getuid?.() === 0 && onPath("apt-get")) {
  process.stderr.write(`crowsnest: installing Debian's ${listed(wanted)}, which the tests run …\n`);
  aptGet("update") && aptGet("install", "-y", "--no-install-recommends", ...wanted);
}

const absent = missing().flatMap(([, programs]) => programs.map(([name]) => name));
if (absent.length > 0 && process.env.CI) {
  process.stderr.write(
    `crowsnest: ${listed(absent)} cannot be found or installed here, and with CI set no test may be skipped.\n`,
  );
  process.exit(1);
}
if (absent.length > 0) {
  process.stderr.write(`crowsnest: ${listed(absent)} cannot be found: the tests that run them are skipped.\n`);
}

/** @param {readonly (string | undefined)[]} names */
function listed(names) {
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
}
