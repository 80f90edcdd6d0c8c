import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PROGRAM = `import(${JSON.stringify(inRepository("src/cli/main.ts"))}).then(({ run }) => run(process.argv.slice(1)))`;

let home: string;
beforeEach(async () => {
  home = await tempFolder();
});

const file = () => join(home, ".claude", "settings.json");

async function claudeCode(...args: readonly string[]) {
  const env = {
    HOME: home,
    CLAUDE_CONFIG_DIR: undefined,
    CROWSNEST_TOKEN: undefined,
    OTEL_SERVICE_NAME: undefined,
    FORCE_COLOR: undefined,
  };
  const program = runNode(["--eval", PROGRAM, "--", "claude-code", ...args], { env });
  const { code } = await program.ended;
  return { code, ...program.output };
}

async function write(text: string): Promise<void> {
  await mkdir(join(home, ".claude"), { recursive: true });
  await writeFile(file(), text);
}

describe("crowsnest claude-code", () => {
  test("setup prints what has to be there, and writes nothing", async () => {
    const { code, stdout, stderr } = await claudeCode(
      "setup",
      "--hub",
      "http://hub:9464/",
      "--token",
      "secret",
      "--service",
      "mine",
    );
    expect(code).toBe(0);
    const printed = JSON.parse(stdout) as { env: Record<string, string>; hooks: Record<string, [{ hooks: [object] }]> };
    expect(printed.env).toMatchObject({
      CLAUDE_CODE_ENABLE_TELEMETRY: "1",
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://hub:9464",
      OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer secret",
      OTEL_SERVICE_NAME: "mine",
    });
    expect(printed.hooks.Stop?.[0].hooks[0]).toEqual({
      type: "http",
      url: "http://hub:9464/hooks/claude-code",
      timeout: 2,
      headers: { Authorization: "Bearer $CROWSNEST_TOKEN", "crowsnest-service": "mine" },
      allowedEnvVars: ["CROWSNEST_TOKEN"],
    });
    expect(stderr).toContain(`To have this added to ${file()}, say --write.`);
    expect(await readdir(home)).toEqual([]);
  });

  test("setup --write shows the difference, keeps a backup and the rest, and changes nothing the second time", async () => {
    const before =
      '{\n    "model": "opus",\n    "hooks": {\n        "Stop": [{ "hooks": [{ "type": "command", "command": "say done" }] }]\n    }\n}';
    await write(before);
    await chmod(file(), 0o640);
    const first = await claudeCode("setup", "--write");
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toMatch(/^\+ {8}"OTEL_LOGS_EXPORTER": "otlp",$/m);
    const after = JSON.parse(await readFile(file(), "utf8")) as { model: string; hooks: { Stop: { hooks: object[] }[] } };
    expect(after.model).toBe("opus");
    expect(after.hooks.Stop.map(({ hooks }) => hooks[0])).toMatchObject([{ command: "say done" }, { type: "http" }]);
    expect((await stat(file())).mode & 0o777).toBe(0o640);
    expect(await readFile(`${file()}.before-crowsnest`, "utf8")).toBe(before);
    const second = await claudeCode("setup", "--write");
    expect(second.stdout).toBe(`${file()} is as it should be already; nothing was written\n`);
    expect(await readdir(join(home, ".claude"))).toEqual(["settings.json", "settings.json.before-crowsnest"]);
  });

  test("remove shows what it would take out, and takes it out", async () => {
    await write('{\n  "model": "opus"\n}\n');
    await claudeCode("setup", "--write");
    const written = await readFile(file(), "utf8");
    expect((await claudeCode("remove")).stdout).toMatch(/^-.*OTEL_LOGS_EXPORTER/m);
    expect(await readFile(file(), "utf8")).toBe(written);
    expect((await claudeCode("remove", "--write")).code).toBe(0);
    expect(await readFile(file(), "utf8")).toBe('{\n  "model": "opus"\n}\n');
  });

  test("a settings file that is made is for its owner alone; a link stays a link", async () => {
    expect((await claudeCode("setup", "--write")).code).toBe(0);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    const link = join(home, "link.json");
    await symlink(file(), link);
    expect((await claudeCode("setup", "--write", "--settings", link, "--hub", "http://hub:1")).code).toBe(0);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file(), "utf8")).toContain("http://hub:1/hooks/claude-code");
  });

  test.each([
    ["{ not json", "is not JSON"],
    ["[]", "has to hold one JSON object"],
    ['{"hooks":{"Stop":7}}', "hooks.Stop has to be a list there, but is 7"],
    ['{"env":{"OTEL_LOGS_EXPORTER":"console"}}', "OTEL_LOGS_EXPORTER is"],
  ])("settings that cannot be merged are left as they are, in one sentence: %s", async (text, problem) => {
    await write(text);
    const { code, stderr, stdout } = await claudeCode("setup", "--write");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(problem);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(await readFile(file(), "utf8")).toBe(text);
    expect(await readdir(join(home, ".claude"))).toEqual(["settings.json"]);
  });

  test.each([
    [["--hub", "hub:9464x"], "--hub takes an address such as http://127.0.0.1:9464"],
    [["--token", "a,b"], "--token has a comma in it"],
    [["--settings", join(inRepository("package.json"), "settings.json"), "--write"], "cannot be written"],
  ])("what is wrong with %j is told in one sentence", async (args, problem) => {
    const { code, stderr } = await claudeCode("setup", ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(problem);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});
