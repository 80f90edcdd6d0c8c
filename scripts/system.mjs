// Sees to it that what the tests need beyond npm is on this machine: a real Prometheus and its promtool. Where it may
// (root, apt-get) it installs Debian's package; elsewhere it says what will be skipped; with CI set nothing may be.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const tools = ["prometheus", "promtool"];

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

const missing = () => tools.filter((tool) => !onPath(tool));

if (missing().length > 0 && process.getuid?.() === 0 && onPath("apt-get")) {
  process.stderr.write("crowsnest: installing Debian's prometheus, which the tests scrape with …\n");
  aptGet("update") && aptGet("install", "-y", "--no-install-recommends", "prometheus");
}

const absent = missing().join(" and ");
if (absent !== "" && process.env.CI) {
  process.stderr.write(`crowsnest: ${absent} cannot be found or installed here, and with CI set no test may be skipped.\n`);
  process.exit(1);
}
if (absent !== "") {
  process.stderr.write(`crowsnest: ${absent} cannot be found: the tests that scrape with a real Prometheus are skipped.\n`);
}
