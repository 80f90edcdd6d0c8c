// Records what the real Claude Code tells a hub: the bodies of its hooks and of its OTLP export. It talks to a scripted model on this
// machine only. Install it somewhere (npm install @anthropic-ai/claude-code) and name its program:
//   node scripts/record/claude-code/record.ts path/to/claude
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Delivery, startReceiver } from "./receiver.ts";
import { type Scenario, scenarios, scripts } from "./scenarios.ts";
import { startScriptedModel } from "./scripted-model.ts";

const [program] = process.argv.slice(2);
if (program === undefined) throw new Error("name the program: node scripts/record/claude-code/record.ts path/to/claude");
const target = resolve(import.meta.dirname, "../../../test/fixtures/claude-code");
const model = await startScriptedModel(scripts);

/** All that Claude Code may tell by HTTP, so that the recording shows what is there and not only what is used. */
const hookEvents = [
  ...["UserPromptSubmit", "Stop", "StopFailure", "SessionStart", "SessionEnd", "SubagentStart", "SubagentStop"],
  ...["PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest", "PermissionDenied", "Notification"],
  ...["TaskCreated", "TaskCompleted", "TeammateIdle", "PreCompact", "PostCompact"],
];

mkdirSync(target, { recursive: true });
for (const [name, scenario] of Object.entries(scenarios)) {
  const deliveries = await record(program, scenario);
  writeFileSync(join(target, `${name}.jsonl`), `${deliveries.map((delivery) => JSON.stringify(delivery)).join("\n")}\n`);
  console.log(`${name}: ${deliveries.length} requests`);
}
model.close();

async function record(command: string, { protocol, starts }: Scenario): Promise<object[]> {
  const receiver = await startReceiver();
  const folder = mkdtempSync(join(tmpdir(), "claude-code-"));
  const [home, cwd] = [join(folder, "home"), join(folder, "project")];
  mkdirSync(join(home, ".claude", "agents"), { recursive: true });
  mkdirSync(cwd);
  writeFileSync(join(home, ".claude", "settings.json"), JSON.stringify(settings(`${receiver.url}/hooks/claude-code`)));
  writeFileSync(join(home, ".claude/agents/scribe.md"), "---\nname: scribe\ndescription: Writes things down.\n---\nYou write.\n");
  let session: string | undefined;
  for (const { prompt, resumes = false } of starts) {
    const more = resumes && session !== undefined ? ["--resume", session] : [];
    session = await run(command, ["-p", prompt, "--output-format", "json", ...more], cwd, {
      ...environment(receiver.url, protocol),
      HOME: home,
    });
  }
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
  return receiver.deliveries.map((delivery) => toFixture(delivery, folder));
}

function settings(url: string): object {
  const hook = { type: "http", url, timeout: 5 };
  return {
    permissions: { allow: ["Bash", "Read", "Write", "Agent", "SendMessage", "TaskCreate", "TaskUpdate"] },
    hooks: Object.fromEntries(hookEvents.map((event) => [event, [{ hooks: [hook] }]])),
  };
}

function environment(endpoint: string, protocol: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? "",
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: "not-a-key",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    CLAUDE_CODE_ENABLE_TASKS: "1",
    CLAUDE_CODE_ENABLE_TODO_TOOLS: "1",
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: "2000",
    OTEL_LOGS_EXPORT_INTERVAL: "500",
    // Whatever else it would like to reach is not there.
    HTTP_PROXY: "http://127.0.0.1:9",
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  };
}

function run(command: string, args: readonly string[], cwd: string, env: Record<string, string>): Promise<string> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "inherit"], timeout: 60_000 });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += String(chunk);
  });
  return new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", () => done((JSON.parse(output) as { session_id: string }).session_id));
  });
}

/** What varies from machine to machine is made the same; bodies in JSON stand as such, so that a change can be read. */
function toFixture({ afterMillis, path, contentType, body }: Delivery, folder: string): object {
  const about = { afterMillis, path, contentType };
  if (!contentType.includes("json")) return { ...about, base64: body.toString("base64") };
  const text = body
    .toString()
    .replaceAll(folder, "/tmp/claude-code")
    .replaceAll(folder.replaceAll("/", "-"), "-tmp-claude-code")
    .replace(/("key":"user\.id","value":\{"stringValue":")[0-9a-f]+/g, "$10000")
    .replace(/("key":"os\.version","value":\{"stringValue":")[^"]+/g, "$16.0");
  return { ...about, json: JSON.parse(text, withoutNoise) as unknown };
}

/** Claude Code logs each hook that it runs and each plugin that it has; one of each kind shows what they look like. */
function withoutNoise(key: string, value: unknown): unknown {
  if (key !== "logRecords" || !Array.isArray(value)) return value;
  const seen = new Set<string>();
  return value.filter(({ body }: { body: { stringValue: string } }) => {
    const isNoise = /hook_|plugin_loaded/.test(body.stringValue) && seen.has(body.stringValue);
    seen.add(body.stringValue);
    return !isNoise;
  });
}
