import { randomBytes } from "node:crypto";
import protobuf from "protobufjs/light.js";
import { otlpSchema } from "../../src/integrations/otlp/schema.ts";

const request = protobuf.Root.fromJSON(otlpSchema).lookupType("TracesRequest");

/** OTLP requests in protobuf, of so many runs of an agent each: a run is five spans, of which one tells nothing of agents. */
export function spanBodies(bodies: number, runsEach: number): Buffer[] {
  return Array.from({ length: bodies }, () => {
    const spans = Array.from({ length: runsEach }, run).flat();
    const resource = { attributes: attributesOf({ "service.name": "bench", "telemetry.sdk.language": "python" }) };
    const message = request.fromObject({ resourceSpans: [{ resource, scopeSpans: [{ scope: { name: "bench" }, spans }] }] });
    return Buffer.from(request.encode(message).finish());
  });
}

export const SPANS_PER_RUN = 5;

function run(_: unknown, index: number): object[] {
  const agent = `agent-${index % 10}`;
  const trace = { traceId: randomBytes(16) };
  const [root, outer] = [randomBytes(8), randomBytes(8)];
  const tokens = { "gen_ai.usage.input_tokens": 1_200, "gen_ai.usage.output_tokens": 140 };
  const model = {
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5",
    "gen_ai.response.id": `resp-${index}`,
    ...tokens,
  };
  const chat = { "gen_ai.operation.name": "chat", "gen_ai.agent.name": agent, ...model };
  const tool = {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "read_file",
    "gen_ai.tool.call.id": `call-${index}`,
  };
  const http = { "http.request.method": "POST", "server.address": "api.example.com", "http.response.status_code": 200 };
  return [
    span({ ...trace, spanId: outer, parentSpanId: root, name: "chat gpt-5" }, chat),
    span({ ...trace, spanId: randomBytes(8), parentSpanId: outer, name: "POST" }, http),
    span({ ...trace, spanId: randomBytes(8), parentSpanId: root, name: "execute_tool read_file" }, tool),
    span({ ...trace, spanId: randomBytes(8), parentSpanId: root, name: "chat gpt-5" }, chat),
    span(
      { ...trace, spanId: root, name: `invoke_agent ${agent}` },
      { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent },
    ),
  ];
}

function span(fields: object, attributes: Readonly<Record<string, string | number>>): object {
  const endMillis = Date.now();
  return {
    ...fields,
    kind: 3,
    startTimeUnixNano: `${endMillis - 500}000000`,
    endTimeUnixNano: `${endMillis}000000`,
    attributes: attributesOf(attributes),
  };
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: value } : { stringValue: value },
  }));
}
