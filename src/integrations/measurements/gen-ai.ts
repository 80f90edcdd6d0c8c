import { attribute } from "../../tracing/semconv.ts";
import type { Amount } from "./latest-values.ts";
import { attributeText, type Mapping, mean, pick, type Said } from "./mapping.ts";
import type { Point } from "./point.ts";

/** What is kept of a duration. */
const keptAttributes = [
  attribute.operationName,
  attribute.providerName,
  attribute.requestModel,
  attribute.agentName,
  attribute.toolName,
  attribute.errorType,
];

/** Histograms of OpenTelemetry's GenAI conventions. */
export const genAiMappings: Readonly<Record<string, Mapping>> = {
  "gen_ai.client.token.usage": tokens,
  "gen_ai.client.operation.duration": duration,
  "gen_ai.invoke_agent.duration": duration,
  "gen_ai.execute_tool.duration": duration,
  "gen_ai.workflow.duration": duration,
};

function tokens(point: Point, { value }: Amount): Said | undefined {
  const kinds: Readonly<Record<string, string>> = { input: "inputTokens", output: "outputTokens", completion: "outputTokens" };
  const kind = kinds[attributeText(point, "gen_ai.token.type") ?? ""];
  if (kind === undefined) return undefined;
  const provider = attributeText(point, attribute.providerName, "gen_ai.system") ?? "unknown";
  const model = attributeText(point, "gen_ai.response.model", attribute.requestModel) ?? "unknown";
  return { type: "usage_reported", agent: agentOf(point), data: { provider, model, [kind]: Math.round(value) } };
}

function duration(point: Point, amount: Amount): Said | undefined {
  const value = mean(amount);
  if (value === undefined) return undefined;
  const data = { name: point.metric, value, unit: "s" };
  return {
    type: "measurement_recorded",
    agent: agentOf(point),
    attributes: { ...pick(point, keptAttributes), count: amount.count ?? 1 },
    data,
  };
}

function agentOf(point: Point): string {
  return attributeText(point, attribute.agentName) ?? point.service;
}
