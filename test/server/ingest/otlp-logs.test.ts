import protobuf from "protobufjs/light.js";
import { describe, expect, test } from "vitest";
import { otlpSchema } from "../../../src/integrations/otlp/schema.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";

const NOW = Date.now();
let sequence = 0;

type Attributes = Readonly<Record<string, string | number>>;

/** A log event of Claude Code, which writes most numbers as text. */
function record(event: string, attributes: Attributes, offsetMillis = 0): object {
  sequence += 1;
  const all = { "session.id": "s-1", "event.name": event, "event.sequence": sequence, ...attributes };
  return {
    timeUnixNano: `${NOW + offsetMillis}000000`,
    body: { stringValue: `claude_code.${event}` },
    attributes: Object.entries(all).map(([key, value]) => ({
      key,
      value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
    })),
  };
}

function logsRequest(records: readonly unknown[]): object {
  const resource = { attributes: [{ key: "service.name", value: { stringValue: "claude-code" } }] };
  return {
    resourceLogs: [{ resource, scopeLogs: [{ scope: { name: "com.anthropic.claude_code.events" }, logRecords: records }] }],
  };
}

async function send({ hub }: TestHub, body: unknown, type = "application/json"): Promise<{ status: number; answer: string }> {
  const response = await fetch(`${hub.url}/v1/logs`, {
    method: "POST",
    headers: { "content-type": type },
    body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body),
  });
  return { status: response.status, answer: await response.text() };
}

const apiRequest = () =>
  record("api_request", {
    model: "claude-opus-5",
    input_tokens: "10",
    output_tokens: 30,
    cache_read_tokens: "900",
    cache_creation_tokens: "60",
    cost_usd: "0.05",
    duration_ms: "1500",
    "agent.name": "Explore",
  });

describe("POST /v1/logs", () => {
  test("Claude Code's requests to models count by agent, with tokens and cost, once", async () => {
    const hub = await startTestHub();
    const request = logsRequest([apiRequest()]);
    expect(await send(hub, request)).toEqual({ status: 200, answer: "{}" });
    expect((await send(hub, request)).status).toBe(200);
    const data = {
      provider: "anthropic",
      inputTokens: 970,
      outputTokens: 30,
      cacheReadTokens: 900,
      cacheWriteTokens: 60,
      costUsd: 0.05,
    };
    expect((await hub.hub.query({})).events).toMatchObject([
      {
        type: "model_called",
        agent: "Explore",
        sessionId: "s-1",
        source: "claude-code",
        data: { ...data, durationSeconds: 1.5 },
      },
      { type: "context_updated", agent: "Explore", data: { tokens: 1_000 } },
    ]);
    expect(await hub.metric('agent_cost_usd_total{service="claude-code",agent="Explore",model="claude-opus-5"}')).toBe(0.05);
  });

  test("so do its tools, errors, compactions and subagents", async () => {
    const hub = await startTestHub();
    const records = [
      record("tool_result", { tool_name: "Bash", success: "false", duration_ms: 20, error: "exit 1", tool_use_id: "t-1" }),
      record("api_error", { model: "m", status_code: "529", error: "Overloaded", duration_ms: "10" }),
      record("compaction", { success: "true", pre_tokens: 150_000, post_tokens: 20_000, duration_ms: 9_000 }),
      record("subagent_completed", { agent_type: "Explore", duration_ms: "4000", model: "m" }, 1),
    ];
    expect((await send(hub, logsRequest(records))).answer).toBe("{}");
    const byType = new Map((await hub.hub.query({})).events.map((event) => [event.type, event]));
    expect(byType.get("tool_called")).toMatchObject({
      agent: "claude-code",
      data: { tool: "Bash", callId: "t-1", outcome: "failure", durationSeconds: 0.02, errorMessage: "exit 1" },
    });
    expect(byType.get("error_raised")).toMatchObject({ data: { errorType: "529", errorMessage: "Overloaded" } });
    expect(byType.get("context_compacted")).toMatchObject({ data: { tokensBefore: 150_000, tokensAfter: 20_000 } });
    expect(byType.get("agent_started")).toMatchObject({ agent: "Explore", timeUnixMillis: NOW + 1 - 4_000 });
    expect(byType.get("agent_completed")).toMatchObject({ agent: "Explore", data: { durationSeconds: 4 } });
    expect(await hub.metric('agent_active{service="claude-code",agent="Explore"}')).toBe(0);
  });

  test("in protobuf as well", async () => {
    const hub = await startTestHub();
    const type = protobuf.Root.fromJSON(otlpSchema).lookupType("LogsRequest");
    const request = logsRequest([record("tool_result", { tool_name: "Read", success: "true" })]);
    const body = type.encode(type.fromObject({ ...request })).finish();
    expect(await send(hub, body, "application/x-protobuf")).toEqual({ status: 200, answer: "" });
    expect((await hub.hub.query({})).events).toMatchObject([{ type: "tool_called", data: { tool: "Read", outcome: "success" } }]);
  });

  test("other logs, prompts among them, are accepted and not kept; what cannot be read is told", async () => {
    const hub = await startTestHub();
    const records = [record("user_prompt", { prompt: "hello" }), { body: { stringValue: "a line" } }, null, 7];
    expect(await send(hub, logsRequest(records))).toEqual({ status: 200, answer: "{}" });
    expect((await hub.hub.query({})).events).toEqual([]);
    const old = { ...record("tool_result", { tool_name: "Bash" }), timeUnixNano: "5" };
    expect(JSON.parse((await send(hub, logsRequest([old]))).answer)).toMatchObject({
      partialSuccess: { rejectedLogRecords: "1" },
    });
  });
});
