import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { startHubFromCommandLine } from "crowsnest/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { inRepository, type RunningProgram, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

/** Runs an example on the sources, on a free port and with a folder of its own. */
async function runExample(file: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<RunningProgram> {
  const data = join(await tempFolder(), "data");
  const hooks = inRepository("test/examples/resolve-sources.ts");
  return runNode(["--import", hooks, inRepository(`examples/${file}`), ...args], {
    env: { CROWSNEST_PORT: "0", CROWSNEST_DATA: data, NODE_ENV: undefined, ...env },
  });
}

describe("npm start", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("serves what the team does, and stops cleanly on %s", async (signal) => {
    const program = await runExample("start.ts");
    const [, url] = await program.saw(/^listening (http:\S+) /m);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    await until("model calls in /metrics", async () => {
      const page = await (await fetch(`${url}/metrics`)).text();
      return /^agent_model_calls_total\{service="test-factory",agent="\w+".* [1-9]/m.test(page) || undefined;
    });
    const stoppedAt = performance.now();
    program.child.kill(signal);
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - stoppedAt).toBeLessThan(5_000);
    expect(program.output.stderr).toBe("");
  });

  test("says in one sentence that its port is busy, and which option moves it", async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void busy.close());
    const { port } = busy.address() as AddressInfo;
    const program = await runExample("start.ts", ["--port", String(port)]);
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.output.stderr).toMatch(new RegExp(`^crowsnest: port ${port} .* is in use .*--port .*\n$`));
    expect(program.output.stdout).toBe("");
  });

  test("names a flag that does not exist, without a stack", async () => {
    const program = await runExample("start.ts", ["--prot", "1"]);
    expect((await program.ended).code).toBe(1);
    expect(program.output.stderr).toMatch(/^crowsnest: --prot is not an option; did you mean \S+\n$/);
  });

  test.each([
    [["--port", "x"], "--port takes a port"],
    [["--port"], "--port takes a port"],
    [["9464"], "9464 is not an option"],
    [["--config", "missing.yaml"], "--config names missing.yaml, which does not exist"],
  ])("names what is wrong with %j", async (args, sentence) => {
    await expect(startHubFromCommandLine(args)).rejects.toThrow(sentence);
  });

  test("takes every option as a flag", async () => {
    const folder = await tempFolder();
    const hub = await startHubFromCommandLine([
      "--port",
      "0",
      "--data",
      folder,
      "--metric-prefix=yolo",
      "--host-metrics",
      "false",
    ]);
    onTestFinished(() => hub.close());
    hub.attach({ service: "test" }).handoff({ from: "writer", to: "critic" }, () => "approved");
    await hub.flush();
    expect(await (await fetch(`${hub.url}/metrics`)).text()).toContain('yolo_handoffs_total{service="test"');
  });
});

describe("the quickstart", () => {
  test("runs to its end and shows the handoff in its metrics", async () => {
    const program = await runExample("quickstart.ts");
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(program.output.stdout).toMatch(
      /^agent_handoffs_total\{.*from_agent="writer",to_agent="critic",outcome="success"\} 1$/m,
    );
    expect(program.output.stderr).toBe("");
  });
});
