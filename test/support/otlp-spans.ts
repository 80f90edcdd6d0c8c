import { randomBytes } from "node:crypto";

export interface OtlpSpan {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | number>>;
  readonly [field: string]: unknown;
}

/** A request for traces in OTLP's JSON: spans of half a second that have just ended. */
export function tracesRequest(spans: readonly OtlpSpan[], service = "py", nowMillis = Date.now()): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ "service.name": service }) },
        scopeSpans: [{ scope: { name: "tests" }, spans: spans.map((span) => complete(span, nowMillis)) }],
      },
    ],
  };
}

/** A call of a model by an agent: 120 tokens in, 30 out. */
export function chatSpan(more: Partial<OtlpSpan> = {}): OtlpSpan {
  return {
    name: "chat gpt-5",
    attributes: {
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": "gpt-5",
      "gen_ai.agent.name": "pyagent",
      "gen_ai.usage.input_tokens": 120,
      "gen_ai.usage.output_tokens": 30,
    },
    ...more,
  };
}

function complete({ attributes = {}, ...span }: OtlpSpan, nowMillis: number): object {
  return {
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    kind: 3,
    startTimeUnixNano: `${nowMillis - 500}000000`,
    endTimeUnixNano: `${nowMillis}000000`,
    status: {},
    attributes: attributesOf(attributes),
    ...span,
  };
}

function attributesOf(attributes: Readonly<Record<string, string | number>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === "number" ? { intValue: String(value) } : { stringValue: value },
  }));
}
