import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderWith, repositoryRoot, runNode } from "./support.ts";

/** Runs the script on a machine whose PATH leads to an empty folder: nothing that the tests need, and nothing to install it with. */
function onBareMachine(env: NodeJS.ProcessEnv) {
  return runNode([join(repositoryRoot, "scripts/system.mjs")], { PATH: folderWith({}), ...env });
}

describe("system tools for the tests", () => {
  it("says plainly what is skipped where programs are missing and cannot be installed", () => {
    const { status, stderr } = onBareMachine({});
    expect(stderr).toBe(
      "crowsnest: prometheus, promtool, alertmanager, amtool and redis-server cannot be found: the tests that run them are skipped.\n",
    );
    expect(status).toBe(0);
  });

  it("skips nothing when CI is set, and fails in one sentence instead", () => {
    const { status, stderr } = onBareMachine({ CI: "true" });
    expect(stderr).toBe(
      "crowsnest: prometheus, promtool, alertmanager, amtool and redis-server cannot be found or installed here, and with CI set no test may be skipped.\n",
    );
    expect(status).toBe(1);
  });
});
