import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startTestHub } from "../support/hub.ts";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";
import { appOf, importFlags, runInheriting, runRegistered } from "./registered.ts";

const HEAVY = ["express", "zod", "prom-client", "@opentelemetry", "systeminformation", "better-sqlite3", "@langchain", "ai"];
const team = appOf("openai-agents.ts");

/** A program where no framework is installed. */
async function programElsewhere(text: string, folders = ""): Promise<string> {
  const folder = join(await tempFolder(), folders);
  await mkdir(folder, { recursive: true });
  const path = join(folder, "program.mjs");
  await writeFile(path, text);
  return path;
}

describe("what the environment says", () => {
  test("a hub gets everything, also from an app that ends at once", async () => {
    const { hub, metric } = await startTestHub();
    const app = await runRegistered(team, { env: { CROWSNEST_HUB: hub.url } });
    expect(await app.ended).toEqual({ code: 0, signal: null });
    expect(app.output.stderr).toBe("");
    const labels = 'service="app",from_agent="author",to_agent="critic",outcome="success"';
    expect(await metric(`agent_handoffs_total{${labels}}`)).toBe(1);
  });

  test("a wrong option is told in one sentence, and the app runs as without it", async () => {
    const app = await runRegistered(team, { env: { CROWSNEST_PORT: "banana" } });
    expect(await app.ended).toEqual({ code: 0, signal: null });
    expect(app.output.stdout).toBe("ran: good\n");
    expect(app.output.stderr).toBe(
      'crowsnest: this process runs without it: CROWSNEST_PORT takes a port from 0 (any free one) to 65535, or off, but is "banana"\n',
    );
  });

  test("a port that is taken is told in one sentence, and the hub gets everything all the same", async () => {
    const { hub, metric } = await startTestHub();
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await until("the other program", () => other.listening || undefined);
    const port = String((other.address() as AddressInfo).port);
    const app = await runRegistered(team, { env: { CROWSNEST_HUB: hub.url, CROWSNEST_PORT: port } });
    expect((await app.ended).code).toBe(0);
    expect(app.output.stderr).toMatch(/^crowsnest: \/metrics and \/health are not served: port \d+ .* is in use[^\n]*\n$/);
    expect(await metric('agent_workflows_total{service="app",workflow="Agent workflow",outcome="success"}')).toBe(1);
  });

  test("only the frameworks that it names are attached to", async () => {
    const app = await runRegistered(team, { args: ["stay"], env: { CROWSNEST_INSTRUMENT: " ai-sdk, langchain" } });
    await app.ran();
    expect(await app.metrics()).not.toContain("agent_handoffs_total{");
  });

  test("a framework that it names is attached to also where it is not found, as in a bundle", async () => {
    const bundle = await programElsewhere(`await import(${JSON.stringify(team)}); setInterval(() => {}, 1_000);`);
    const app = await runRegistered(bundle, { env: { CROWSNEST_INSTRUMENT: "openai-agents" } });
    await app.ran();
    expect(await app.metrics()).toContain('agent_workflows_total{service="app",workflow="Agent workflow",outcome="success"} 1');
  });

  test("LangChain cannot be attached to where it is not found, and that is told in one sentence", async () => {
    const app = await runRegistered(await programElsewhere(""), { env: { CROWSNEST_INSTRUMENT: "langchain" } });
    expect((await app.ended).code).toBe(0);
    expect(app.output.stderr).toBe("crowsnest: langchain is not seen: @langchain/core is not installed where the app is\n");
  });

  test("off attaches to none and starts nothing", async () => {
    const app = await runRegistered(team, { env: { CROWSNEST_INSTRUMENT: "off", CROWSNEST_PORT: "banana" } });
    expect((await app.ended).code).toBe(0);
    expect(app.output.stderr).toBe("");
  });

  test("a framework that nobody knows is told with those that there are", async () => {
    const app = await runRegistered(team, { env: { CROWSNEST_INSTRUMENT: "ai-sdk,crewai" } });
    expect((await app.ended).code).toBe(0);
    expect(app.output.stderr).toBe(
      "crowsnest: this process runs without it: CROWSNEST_INSTRUMENT takes off, or a list of openai-agents, langchain, ai-sdk, " +
        'but has "crewai"\n',
    );
  });
});

describe("a process that has no framework", () => {
  test("loads nothing but the few lines that find that out", async () => {
    const watcher = await programElsewhere(`
      import { registerHooks } from "node:module";
      globalThis.loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
    `);
    const app = await programElsewhere("console.log(JSON.stringify(loaded))");
    const { ended, output } = runNode(["--import", watcher, ...importFlags, app]);
    expect((await ended).code).toBe(0);
    expect(output.stderr).toBe("");
    const loaded = JSON.parse(output.stdout) as string[];
    expect(loaded.some((url) => url.endsWith("/src/register.ts"))).toBe(true);
    expect(HEAVY.filter((name) => loaded.some((url) => url.includes(`/node_modules/${name}/`)))).toEqual([]);
  });

  test("starts Crowsnest once its code asks for it", async () => {
    const app = await programElsewhere(`
      const { getCrowsnest } = await import(${JSON.stringify(inRepository("src/index.ts"))});
      const crowsnest = await getCrowsnest();
      await crowsnest.handoff({ from: "author", to: "critic" }, async () => "good");
      console.log("ran: good");
      setInterval(() => {}, 1_000);
    `);
    const program = await runRegistered(app);
    await program.ran();
    expect(await program.metrics()).toContain('agent_handoffs_total{service="app",from_agent="author",to_agent="critic"');
  });
});

describe("NODE_OPTIONS", () => {
  test("reach the agents through programs that have none, which stay quiet and leave the port alone", async () => {
    const { hub, metric } = await startTestHub();
    const launcher = await programElsewhere(`
      import { spawn } from "node:child_process";
      spawn(process.execPath, [${JSON.stringify(team)}], { stdio: "inherit" });
    `);
    const program = await runInheriting([launcher], { env: { CROWSNEST_HUB: hub.url } });
    expect((await program.ended).code).toBe(0);
    expect(program.output).toEqual({ stdout: "ran: good\n", stderr: "" });
    expect(await metric('agent_workflows_total{service="app",workflow="Agent workflow",outcome="success"}')).toBe(1);
  });

  test("reach the agents through a tool that lies among the app's own packages", async () => {
    const tool = await programElsewhere(
      `import { spawn } from "node:child_process";
      spawn(process.execPath, [${JSON.stringify(team)}], { stdio: "inherit" });`,
      "node_modules/tsx",
    );
    await writeFile(join(tool, "..", "package.json"), '{ "name": "tsx", "type": "module" }');
    await mkdir(join(tool, "..", "..", "ai"));
    await writeFile(join(tool, "..", "..", "ai", "package.json"), '{ "name": "ai" }');
    const program = await runInheriting([tool]);
    expect((await program.ended).code).toBe(0);
    expect(program.output).toEqual({ stdout: "ran: good\n", stderr: "" });
  });

  test("start one Crowsnest in a process, and none in its worker threads", async () => {
    const program = await runInheriting([appOf("with-worker.ts")]);
    expect((await program.ended).code).toBe(0);
    expect(program.output).toEqual({ stdout: "ran: worked\n", stderr: "" });
  });

  test("together with the flag count everything once", async () => {
    const again = `${importFlags[3]}?again`;
    const program = await runInheriting(["--import", again, team, "stay"]);
    await program.ran();
    const page = await program.metrics();
    expect(page).toContain('agent_workflows_total{service="app",workflow="Agent workflow",outcome="success"} 1\n');
    expect(program.output.stderr).toBe("");
  });
});

describe("the app's own calls", () => {
  test("reach the same instance", async () => {
    const app = await runRegistered(appOf("own-calls.ts"));
    expect(await app.ran()).toMatch(/^good true http:\/\/127\.0\.0\.1:\d+$/);
  });

  test("go on where an option is wrong, and tell nobody", async () => {
    const app = await runRegistered(appOf("own-calls.ts"), { env: { CROWSNEST_REDACT: "(" } });
    expect(await app.ran()).toBe("good true undefined");
    expect((await app.ended).code).toBe(0);
    expect(app.output.stderr.split("\n")).toHaveLength(2);
  });
});
