import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { run } from "../../src/cli/main.ts";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PROGRAM = `import(${JSON.stringify(inRepository("src/cli/main.ts"))}).then(({ run }) => run(process.argv.slice(1)))`;

/** The command line in a process of its own. */
function crowsnest(args: readonly string[], options: Parameters<typeof runNode>[1] = {}) {
  return runNode(["--eval", PROGRAM, "--", ...args], options);
}

/** The command line in this process; what it said, and the exit code that it set. */
async function runHere(args: readonly string[]): Promise<{ said: string; exitCode: typeof process.exitCode }> {
  const before = process.exitCode;
  let said = "";
  const note = (text: unknown) => {
    said += `${String(text)}\n`;
    return true;
  };
  vi.spyOn(console, "error").mockImplementation(note);
  vi.spyOn(process.stderr, "write").mockImplementation(note);
  vi.spyOn(process.stdout, "write").mockImplementation(note);
  await run(args);
  vi.restoreAllMocks();
  const { exitCode } = process;
  process.exitCode = before;
  return { said: said.trim(), exitCode };
}

test.each(["SIGINT", "SIGTERM"] as const)("serve says where it listens, works, and ends well on %s", async (signal) => {
  const data = await tempFolder();
  const program = crowsnest(["serve", "--port", "0", "--data", data]);
  const [, url] = await program.saw(/^listening (http:\/\/127\.0\.0\.1:\d+)/m);
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  program.child.kill(signal);
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.output.stderr).toBe("");
});

test("a port that is taken is told in one sentence, with the port and what moves it", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const { said, exitCode } = await runHere(["serve", "--port", String(port), "--data", await tempFolder()]);
  expect(said).toBe(
    `crowsnest: port ${port} on 127.0.0.1 is in use by another program; --port (CROWSNEST_PORT) moves it (0 takes any free port)`,
  );
  expect(exitCode).toBe(1);
});

test.each([
  [["--port", "-1"], "crowsnest: --port takes a port from 0 (any free one) to 65535, or off, but is -1"],
  [
    ["--metric-prefix", "9x"],
    '--metric-prefix takes letters, digits and underscores (at most 40), beginning with a letter, but is "9x"',
  ],
  [["--config", "/no/such.yaml"], "crowsnest: --config names /no/such.yaml, which does not exist"],
])("a wrong flag %j is told as it was written", async (args, message) => {
  const { said, exitCode } = await runHere(["serve", ...args]);
  expect(said).toContain(message);
  expect(said).not.toContain("\n");
  expect(exitCode).toBe(1);
});

test("a flag that there is not is told, with the one that was probably meant", async () => {
  const { said, exitCode } = await runHere(["serve", "--prot", "1"]);
  expect(said).toContain("unknown option '--prot'");
  expect(said).toContain("--port");
  expect(exitCode).toBe(2);
});

test("--help lists every option with its variable and its default", async () => {
  const { said, exitCode } = await runHere(["serve", "--help"]);
  expect(said).toContain("--metric-prefix <value>");
  expect(said).toContain("CROWSNEST_METRIC_PREFIX");
  expect(said).toContain("[default: 9464]");
  expect(exitCode).toBe(0);
});

test("options come from flags, then from variables, then from the file", async () => {
  const folder = await tempFolder();
  const file = join(folder, "crowsnest.config.yaml");
  await writeFile(file, "port: 1\nservice: from-file\nmetricPrefix: from_file\nhostMetrics: false\n");
  const program = crowsnest(["serve", "--config", file, "--port", "0"], {
    cwd: folder,
    env: { CROWSNEST_SERVICE: "from-variable", CROWSNEST_DATA: join(folder, "data") },
  });
  const [, url] = await program.saw(/^listening (\S+)/m);
  expect(await (await fetch(`${url}/health`)).json()).toMatchObject({ service: "from-variable" });
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain("from_file_handoffs_in_progress");
  expect(metrics).not.toContain("process_cpu");
});

test("a file that is no YAML, and an option in it that there is not, are told with the file's name", async () => {
  const folder = await tempFolder();
  const broken = join(folder, "broken.yaml");
  await writeFile(broken, "port: [1\n");
  expect((await runHere(["serve", "--config", broken])).said).toContain(`${broken} cannot be read as YAML`);
  const wrong = join(folder, "wrong.yaml");
  await writeFile(wrong, "prot: 1\n");
  expect((await runHere(["serve", "--config", wrong])).said).toContain(`prot in ${wrong} is not an option; did you mean port`);
});
