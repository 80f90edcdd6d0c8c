import { toProtobuf } from "./otlp-protobuf.ts";
import { chatSpan, tracesRequest } from "./otlp-spans.ts";

/** One of the ways by which events come in by HTTP. */
export interface WayIn {
  readonly name: string;
  readonly path: string;
  readonly contentType: string;
  /** What is answered when everything was kept. */
  readonly kept: number;
  /** A body of one event by an agent of that name. */
  body(agent: string): Buffer;
}

/** An event that is in order. */
export function honestEvent(agent: string): object {
  return { type: "tool_called", source: "honest", agent, data: { tool: "search", outcome: "success", durationSeconds: 0.1 } };
}

function honestSpans(agent: string): object {
  return tracesRequest(
    [chatSpan({ attributes: { "gen_ai.operation.name": "execute_tool", "gen_ai.agent.name": agent } })],
    "honest",
  );
}

export const waysIn: readonly WayIn[] = [
  {
    name: "an event in JSON",
    path: "/v1/events",
    contentType: "application/json",
    kept: 202,
    body: (agent) => Buffer.from(JSON.stringify(honestEvent(agent))),
  },
  {
    name: "lines of NDJSON",
    path: "/v1/events",
    contentType: "application/x-ndjson",
    kept: 202,
    body: (agent) => Buffer.from(`${JSON.stringify(honestEvent(agent))}\n`),
  },
  {
    name: "OTLP in JSON",
    path: "/v1/traces",
    contentType: "application/json",
    kept: 200,
    body: (agent) => Buffer.from(JSON.stringify(honestSpans(agent))),
  },
  {
    name: "OTLP in protobuf",
    path: "/v1/traces",
    contentType: "application/x-protobuf",
    kept: 200,
    body: (agent) => toProtobuf("TracesRequest", honestSpans(agent)),
  },
];
