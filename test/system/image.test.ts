import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** One instruction of the Dockerfile, its continued lines joined. */
interface Instruction {
  readonly stage: string;
  readonly name: string;
  readonly text: string;
}

const instructions = readDockerfile();
const manifest = JSON.parse(readFileSync(inRepository("package.json"), "utf8"));

describe("the Dockerfile", () => {
  test("builds on the very Node that everything else runs on", () => {
    const bases = instructions.filter(({ name }) => name === "FROM").map(({ text }) => text.split(" ")[0] ?? "");
    const stages = new Set(instructions.map(({ stage }) => stage));
    expect(bases.filter((base) => !stages.has(base))).toEqual([`node:${manifest.devDependencies.node}-slim`]);
  });

  test("ends in the hub, which runs without rights and says how it is", () => {
    expect(instructions.at(-1)?.stage).toBe("hub");
    expect(textOf("runtime", "USER")).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(textOf("runtime", "HEALTHCHECK")).toMatch(/CMD \["node", "deploy\/healthy\.js"\]$/);
    expect(textOf("hub", "ENTRYPOINT")).toBe('["node", "bin/crowsnest.js"]');
    expect(textOf("hub", "CMD")).toBe('["serve"]');
  });

  test("keeps V8's young generation small, in words that Node takes", async () => {
    const variables = instructions.filter(({ name }) => name === "ENV").flatMap(({ text }) => text.split(" "));
    const options = variables.find((variable) => variable.startsWith("NODE_OPTIONS="))?.slice("NODE_OPTIONS=".length);
    const survivors = "const kept = []; for (let i = 0; i < 1e6; i += 1) kept.push({ i });";
    const size = `require("node:v8").getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space").space_size`;
    const program = runNode(["--eval", `${survivors} console.log(${size})`], { env: { NODE_OPTIONS: options } });
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(Number(program.output.stdout)).toBeLessThanOrEqual(16 * 1_048_576);
  });

  test("leaves nothing in the images that only building needs, and nothing that installs", () => {
    const copied = (stage: string) => instructions.filter((each) => each.stage === stage && each.name === "COPY");
    expect(copied("runtime").map(({ text }) => text)).toEqual([
      "package.json LICENSE ./",
      "--from=build /app/dist ./dist",
      "bin ./bin",
      "deploy/healthy.js ./deploy/healthy.js",
    ]);
    expect(copied("hub").map(({ text }) => text)).toEqual(["--from=modules /app/node_modules ./node_modules"]);
    expect(textOf("modules", "RUN")).toContain("npm ci --omit=dev --ignore-scripts");
    expect(textOf("runtime", "RUN")).toContain("rm -rf /usr/local/lib/node_modules");
    for (const { stage, name } of instructions) {
      if (["runtime", "hub", "team"].includes(stage)) expect(name, `${stage} downloads nothing`).not.toBe("ADD");
    }
  });

  test("copies only what is there and what .dockerignore lets through", async () => {
    const ignore = await readFile(inRepository(".dockerignore"), "utf8");
    const letThrough = ignore.split("\n").flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
    const sources = instructions
      .filter(({ name, text }) => name === "COPY" && !text.startsWith("--from="))
      .flatMap(({ text }) => text.split(" ").slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(inRepository(source)), source).toBe(true);
      expect(letThrough, source).toContain(source);
    }
    for (const path of letThrough) expect(sources, `${path} is copied`).toContain(path);
  });
});

describe("what the image holds", () => {
  test("is enough to run a hub that is ready, and that the health check finds ready", { timeout: 120_000 }, async () => {
    const app = await assembleApp();
    const hub = runNode(["bin/crowsnest.js", "serve", "--port", "0", "--data", join(app, "data")], {
      cwd: app,
      env: { PATH: dirname(process.execPath), CROWSNEST_OTLP_PORT: "0", CROWSNEST_OTLP_GRPC_PORT: "0", CROWSNEST_WS_PORT: "0" },
    });
    const [, port = ""] = await hub.saw(/^listening http:\/\/127\.0\.0\.1:(\d+)/m);
    const healthy = () => runNode(["deploy/healthy.js"], { cwd: app, env: { CROWSNEST_PORT: port } });

    expect(await healthy().ended).toEqual({ code: 0, signal: null });
    hub.child.kill("SIGTERM");
    expect(await hub.ended).toEqual({ code: 0, signal: null });
    expect(hub.output.stderr).toBe("");

    const afterwards = healthy();
    expect(await afterwards.ended).toEqual({ code: 1, signal: null });
    expect(afterwards.output.stderr).toBe(`the hub does not answer on port ${port}\n`);
  });
});

/** A folder with what the stages of the Dockerfile put into the hub's image. */
async function assembleApp(): Promise<string> {
  const app = await tempFolder();
  for (const path of ["package.json", "bin", "deploy/healthy.js"])
    await cp(inRepository(path), join(app, path), { recursive: true });
  const compiler = inRepository("node_modules/typescript/bin/tsc");
  run(process.execPath, [compiler, "-p", inRepository("tsconfig.build.json"), "--outDir", join(app, "dist")], app);
  if (process.env["CROWSNEST_SLOW"] === undefined) await copyLockedModules(app);
  else {
    for (const path of ["package-lock.json", ".npmrc"]) await cp(inRepository(path), join(app, path));
    run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], app);
  }
  return app;
}

/** What `npm ci --omit=dev` would install, taken from what is installed here. */
async function copyLockedModules(app: string): Promise<void> {
  const lock = JSON.parse(await readFile(inRepository("package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  const needed = Object.entries(lock.packages).filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional);
  for (const [path] of needed) {
    // Binaries for other platforms are locked, too, but not installed.
    if (!existsSync(inRepository(path))) continue;
    await mkdir(join(app, path), { recursive: true });
    await cp(inRepository(path), join(app, path), {
      recursive: true,
      filter: (source) => !source.slice(inRepository(path).length).includes("node_modules"),
    });
  }
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr } = spawnSync(program, [...args], { cwd, encoding: "utf8" });
  expect(status, `${program}: ${stdout}${stderr}`).toBe(0);
}

function textOf(stage: string, name: string): string {
  return instructions.find((instruction) => instruction.stage === stage && instruction.name === name)?.text ?? "";
}

function readDockerfile(): Instruction[] {
  const text = readFileSync(inRepository("deploy/Dockerfile"), "utf8")
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/ *\\\n\s*/g, " ");
  let stage = "";
  return text.split("\n").flatMap((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    if (name === "FROM") stage = / AS (\S+)$/.exec(rest)?.[1] ?? "";
    return name === "" ? [] : [{ stage, name, text: rest }];
  });
}
