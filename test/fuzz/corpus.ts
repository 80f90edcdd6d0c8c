import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exampleList } from "../helpers/examples.ts";
import { toProtobuf } from "../support/otlp-protobuf.ts";
import { chatSpan, tracesRequest } from "../support/otlp-spans.ts";

/** A body that is in order, and where it goes. */
export interface Seed {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

const JSON_TYPE = "application/json";
const FIXTURES = join(import.meta.dirname, "../fixtures");

/** Bodies for `/v1/events`: every type of event, in our shape and in those of others, alone, in arrays and in lines. */
export function eventSeeds(): Seed[] {
  const now = Date.now();
  const native = exampleList.flatMap(({ minimal, full }) => [
    { ...minimal, timeUnixMillis: now },
    { ...full, id: `id-${full.type}`, source: "fuzz" },
  ]);
  const foreign = [
    {
      event_type: "task_assignment",
      timestamp: new Date(now).toISOString(),
      payload: { task_id: "T-1", agent_id: "a", est_cost: 1 },
    },
    {
      event_type: "task_queued",
      event_data: { task_id: "T-1", feature: "checkout" },
      metadata: { run: 7 },
      timestamp: now / 1_000,
    },
    {
      event_type: "decision_point",
      agent_id: "a",
      payload: { decision_type: "x", confidence: 0.5, options_considered: ["a", "b"] },
    },
    { milestone_type: "purchase", status: "completed", duration_ms: 1_500, timestamp: now },
    {
      specversion: "1.0",
      id: "1",
      source: "/a",
      type: "com.example.handoff",
      data: { sender: "a", receiver: "b", status: "ok" },
    },
  ];
  const all: readonly object[] = [...native, ...foreign];
  const lines = all.map((event) => JSON.stringify(event)).join("\n");
  return [
    ...all.map((event) => seed("/v1/events", JSON_TYPE, JSON.stringify(event))),
    seed("/v1/events", JSON_TYPE, JSON.stringify(all)),
    ...[0, 20, 40].map((from) => seed("/v1/events", JSON_TYPE, JSON.stringify(all.slice(from, from + 20)))),
    seed("/v1/events", "application/x-ndjson", lines),
    seed("/v1/events", "application/x-ndjson", `${lines.replaceAll("\n", "\r\n\r\n")}\n`),
  ];
}

/** Bodies for OTLP in both of its forms, and for hooks: made here, and those that real programs sent. */
export function otlpSeeds(): Seed[] {
  const made: readonly object[] = [
    tracesRequest([chatSpan(), { name: "GET /" }]),
    tracesRequest([
      { name: "invoke_agent scribe", attributes: { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "scribe" } },
      { name: "execute_tool transfer_to_critic", attributes: { "gen_ai.operation.name": "execute_tool" }, status: { code: 2 } },
      { name: "agent", attributes: { "openinference.span.kind": "AGENT", "agent.name": "a", "llm.token_count.prompt": 7 } },
      { name: "w.workflow", attributes: { "traceloop.span.kind": "workflow", "traceloop.entity.name": "w" } },
    ]),
    logsRequest("api_request", { model: "m", input_tokens: "10", cost_usd: "0.05", duration_ms: "1500" }),
    logsRequest("tool_result", { tool_name: "Bash", success: "false", error: "exit 1" }),
    metricsRequest(),
  ];
  return [...made.flatMap(otlpSeedsOf), ...filesIn(FIXTURES).flatMap(recordedSeeds)];
}

/** What real programs sent, as it stands in a fixture: a request of OTLP in protobuf, or a line for each request. */
function recordedSeeds(file: string): Seed[] {
  if (file.endsWith(".bin")) return [{ path: "/v1/traces", contentType: "application/x-protobuf", body: readFileSync(file) }];
  if (!file.endsWith(".jsonl")) return [];
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.flatMap((line) => {
    const { path, contentType, json } = JSON.parse(line) as { path?: string; contentType?: string; json?: unknown };
    return path === undefined || contentType === undefined || json === undefined
      ? []
      : [seed(path, contentType, JSON.stringify(json))];
  });
}

const requests = {
  resourceSpans: ["/v1/traces", "TracesRequest"],
  resourceLogs: ["/v1/logs", "LogsRequest"],
  resourceMetrics: ["/v1/metrics", "MetricsRequest"],
} as const;

/** None where it is no request of OTLP. */
function otlpSeedsOf(request: unknown): Seed[] {
  if (typeof request !== "object" || request === null) return [];
  for (const [field, [path, message]] of Object.entries(requests)) {
    if (!Object.hasOwn(request, field)) continue;
    const asJson = seed(path, JSON_TYPE, JSON.stringify(request));
    return [asJson, { path, contentType: "application/x-protobuf", body: toProtobuf(message, request) }];
  }
  return [];
}

function seed(path: string, contentType: string, text: string): Seed {
  return { path, contentType, body: Buffer.from(text) };
}

function logsRequest(event: string, attributes: Readonly<Record<string, string>>): object {
  const all = { "session.id": "s-1", "event.name": event, ...attributes };
  const record = {
    timeUnixNano: `${Date.now()}000000`,
    body: { stringValue: `claude_code.${event}` },
    attributes: Object.entries(all).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  };
  return { resourceLogs: [{ resource: { attributes: [] }, scopeLogs: [{ logRecords: [record] }] }] };
}

function metricsRequest(): object {
  const timeUnixNano = `${Date.now()}000000`;
  const attributes = [{ key: "model", value: { stringValue: "m" } }];
  const point = { timeUnixNano, startTimeUnixNano: timeUnixNano, attributes, asDouble: 0.5 };
  const metrics = [
    { name: "claude_code.cost.usage", sum: { aggregationTemporality: 1, isMonotonic: true, dataPoints: [point] } },
  ];
  return { resourceMetrics: [{ resource: { attributes: [] }, scopeMetrics: [{ metrics }] }] };
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
