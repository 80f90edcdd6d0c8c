import { appendFile, mkdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startTestHub } from "../../support/hub.ts";
import { startHubProcess } from "../../support/hub-process.ts";
import { toProtobuf } from "../../support/otlp-protobuf.ts";
import { chatSpan, type OtlpSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { send } from "../../support/send.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

const trace = { traceId: "5b8efff798038103d269b633813fc60c" };
const run: OtlpSpan = {
  ...trace,
  spanId: "00000000000000aa",
  name: "invoke_agent scribe",
  attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "scribe" },
};
const chat = chatSpan();
const call: OtlpSpan = {
  ...chat,
  ...trace,
  spanId: "00000000000000bb",
  parentSpanId: "00000000000000aa",
  attributes: {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.usage.input_tokens": 120,
    "gen_ai.input.messages": "my secret wish",
  },
};

async function post(url: string, spans: readonly OtlpSpan[]): Promise<number> {
  const json = { "content-type": "application/json" };
  return (await send(`${url}/v1/traces`, json, JSON.stringify(tracesRequest(spans)))).status;
}

describe("a call whose agent comes in a later request", () => {
  test("is on disk when it is answered, without what was said, and counts once its agent has come", async () => {
    const { hub, data, metric } = await startTestHub();
    expect(await post(hub.url, [call])).toBe(200);
    expect((await hub.query({})).events).toEqual([]);
    const file = join(data, "waiting-spans.jsonl");
    const text = await readFile(file, "utf8");
    expect(text).toContain("model_called");
    expect(text).not.toContain("my secret wish");
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    expect(await post(hub.url, [run])).toBe(200);
    expect(await metric('crowsnest_otlp_ignored_total{signal="traces"}')).toBeUndefined();
    expect((await hub.query({ types: ["model_called"] })).events).toMatchObject([
      { agent: "scribe", spanId: "00000000000000bb", data: { inputTokens: 120 } },
    ]);
    const tokens = { service: "py", agent: "scribe", provider: "openai", model: "gpt-5", token_type: "input" };
    const labels = Object.entries(tokens).map(([label, value]) => `${label}="${value}"`);
    expect(await metric(`agent_model_tokens_total{${labels.join(",")}}`)).toBe(120);
    await until("the file to be empty", async () => (await stat(file)).size === 0);
  });

  test("does not wait for another process's span, which may be told to somebody else", async () => {
    const { hub } = await startTestHub();
    // OTLP's flags: 0x100 says that 0x200 is meant.
    expect(await post(hub.url, [{ ...call, flags: 0x301 }])).toBe(200);
    const protobuf = toProtobuf("TracesRequest", tracesRequest([{ ...call, spanId: "00000000000000cc", flags: 0x301 }]));
    expect((await send(`${hub.url}/v1/traces`, { "content-type": "application/x-protobuf" }, protobuf)).status).toBe(200);
    expect((await hub.query({ types: ["model_called"] })).events).toMatchObject([{ agent: "py" }, { agent: "py" }]);
  });

  test("is not lost by a hub that is killed before", async () => {
    const data = join(await tempFolder(), "data");
    const before = await startHubProcess(data);
    expect(await post(before.url, [call])).toBe(200);
    await before.kill();
    const { hub } = await startTestHub({ data });
    expect(await post(hub.url, [run])).toBe(200);
    expect((await hub.query({ types: ["model_called"] })).events).toMatchObject([{ agent: "scribe" }]);
  });

  test("counts as the service's at once where nothing can be written down", async () => {
    const data = join(await tempFolder(), "data");
    const { hub: first } = await startTestHub({ data });
    await first.close();
    await rm(join(data, "waiting-spans.jsonl"));
    await mkdir(join(data, "waiting-spans.jsonl"));
    const { hub, told } = await startTestHub({ data });
    expect(told.join("\n")).toContain("calls do not wait for their agent");
    expect(await post(hub.url, [call])).toBe(200);
    expect((await hub.query({ types: ["model_called"] })).events).toMatchObject([{ agent: "py" }]);
  });
});

test("a line that a crash cut short is passed over", async () => {
  const data = join(await tempFolder(), "data");
  const { hub: first } = await startTestHub({ data });
  expect(await post(first.url, [call])).toBe(200);
  await first.close();
  await appendFile(join(data, "waiting-spans.jsonl"), '{"kind":"tool","na');
  const { hub } = await startTestHub({ data });
  expect(await post(hub.url, [run])).toBe(200);
  expect((await hub.query({ types: ["model_called"] })).events).toHaveLength(1);
});
