import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { startByteReceiver } from "../support/byte-receiver.ts";
import { startEmbedded } from "../support/embedded.ts";
import { withEnvironment } from "../support/environment.ts";
import { keys, password, privateKey } from "../support/secrets.ts";
import { tempFolder } from "../support/temp-folder.ts";

const secrets = [...Object.values(keys), password, privateKey.split("\n")[1] ?? ""];
const everything = [...Object.values(keys), `password=${password}`, privateKey].join(" ; ");

async function startWithFile(options: { captureContent?: boolean; redact?: string[] } = {}) {
  const receiver = await startByteReceiver();
  withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
  const jsonl = join(await tempFolder(), "jsonl");
  const embedded = await startEmbedded({ traces: true, jsonl, ...options });
  return {
    ...embedded,
    receiver,
    async written() {
      await embedded.crowsnest.flush();
      const files = await readdir(jsonl);
      return (await Promise.all(files.map((file) => readFile(join(jsonl, file), "utf8")))).join("");
    },
  };
}

function secretsIn(text: string): string[] {
  return secrets.filter((secret) => text.includes(secret));
}

describe("a process of its own", () => {
  test("writes no secret into its file and exports none on its spans", async () => {
    const { crowsnest, receiver, told, written } = await startWithFile({ captureContent: true });
    const reason = `use ${everything}`;
    await crowsnest.handoff({ from: "scribe", to: "critic", reason }, async (work) => work.fail(reason));
    await crowsnest.decision({ agent: "critic", type: "approval", options: [reason] }, async (decision) =>
      decision.choose(reason, { reasoning: reason }),
    );
    const failing = crowsnest.task({ type: "deploy", agent: "scribe", reason, name: reason }, async (task) => {
      task.progress(0.5, { message: reason, step: reason });
      throw Object.assign(new Error(`connect ECONNREFUSED postgres://scribe:${password}@db`), { code: "ECONNREFUSED" });
    });
    await expect(failing).rejects.toThrow(password);
    await crowsnest.modelCall(
      { agent: "scribe", provider: "openai", model: "gpt-5", input: [{ role: "user", content: reason }] },
      (call) => call.output(reason),
    );
    await crowsnest.toolCall({ agent: "scribe", tool: "deploy", arguments: { password, note: everything } }, (call) =>
      call.result(reason),
    );
    await crowsnest.skill({ skill: "deploy", params: { password, list: [everything] } }, (skill) => skill.result(everything));
    crowsnest.emit({
      type: "error_raised",
      data: { errorType: "E", errorMessage: everything },
      attributes: { apiKey: password },
    });
    crowsnest.emit({ type: "error_raised", data: { [everything]: 1 } as never });

    const text = await written();
    expect(secretsIn(text)).toEqual([]);
    expect(text).toContain('"errorMessage":"connect ECONNREFUSED postgres://scribe:[redacted]@db"');
    expect(text).toContain('"input":"[{\\"role\\":\\"user\\"');
    const spans = receiver.received.map(({ body }) => body.toString()).join("");
    expect(secretsIn(spans)).toEqual([]);
    expect(spans).toContain("use [redacted] ; [redacted]");
    expect(spans).toContain("connect ECONNREFUSED postgres://scribe:[redacted]@db");
    // What an exception is called, and where it arose, stays.
    expect(spans).toContain('"ECONNREFUSED"');
    expect(spans).toContain("embedded.test.ts");
    expect(spans).toContain(`"code":${SpanStatusCode.ERROR}`);
    expect(told.length).toBeGreaterThan(0);
    expect(secretsIn(told.join("\n"))).toEqual([]);
    expect(secretsIn(await (await fetch(`${crowsnest.url}/metrics`)).text())).toEqual([]);
  });

  test("keeps no prompt, answer, argument or result unless asked to, and a hash of the arguments always", async () => {
    const { crowsnest, recorder, settle } = await startWithFile();
    crowsnest.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5", input: "a prompt" }, (call) =>
      call.output("an answer"),
    );
    for (const args of [{ path: "a.ts" }, { path: "a.ts" }, { path: "b.ts" }]) {
      crowsnest.toolCall({ agent: "scribe", tool: "read", arguments: args }, (call) => call.result("a result"));
    }
    const begun = crowsnest.begin("toolCall", { agent: "scribe", tool: "read" });
    begun.handle.details({ arguments: '{"path":"a.ts"}' });
    begun.end();
    await settle();
    expect(JSON.stringify(recorder.events)).not.toMatch(/a prompt|an answer|a result|a\.ts/);
    const [first, again, other, late] = recorder.of("tool_called").map(({ data }) => data.argumentsHash);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
    expect([again, late]).toEqual([first, first]);
    expect(other).not.toBe(first);
  });

  test("keeps what it is asked to, cut like all text, and leaves out what has no text", async () => {
    const { crowsnest, recorder, settle } = await startWithFile({ captureContent: true });
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    crowsnest.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5", input: "x".repeat(10_000) }, (call) =>
      call.output(circular),
    );
    crowsnest.toolCall({ agent: "scribe", tool: "read", arguments: { path: "a.ts" } }, (call) => call.result(["a", 1]));
    await settle();
    expect(recorder.of("model_called")[0]?.data.input).toBe(`${"x".repeat(1_999)}…`);
    expect(recorder.of("model_called")[0]?.data.output).toBeUndefined();
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({ arguments: '{"path":"a.ts"}', result: '["a",1]' });
  });
});
