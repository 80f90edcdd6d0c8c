import { clip } from "../clip.ts";
import type { Amount } from "../measurements/latest-values.ts";
import { attributeText, type Mapping, pick, type Said } from "../measurements/mapping.ts";
import type { Point } from "../measurements/point.ts";
import { CLAUDE_CODE } from "./identity.ts";

/** What is kept of a point; who the user is, is not. */
const keptAttributes = ["type", "start_type", "decision", "source", "tool_name", "language", "query_source", "model", "effort"];

/** Claude Code's counters. Attributes are those of its page on monitoring: https://code.claude.com/docs/en/monitoring-usage */
export const claudeCodeMetrics: Readonly<Record<string, Mapping>> = {
  "claude_code.token.usage": (point, { value }) => {
    const data = tokensOf(attributeText(point, "type"), Math.round(value));
    return data === undefined ? undefined : usage(point, data);
  },
  "claude_code.cost.usage": (point, { value }) => usage(point, { costUsd: value }),
  "claude_code.session.count": measured("sessions"),
  "claude_code.lines_of_code.count": measured("lines"),
  "claude_code.commit.count": measured("commits"),
  "claude_code.pull_request.count": measured("pull requests"),
  "claude_code.code_edit_tool.decision": measured("decisions"),
  "claude_code.active_time.total": measured("s"),
};

/** Input tokens include the cached ones here, and are counted beside them there. */
function tokensOf(type: string | undefined, tokens: number): Readonly<Record<string, number>> | undefined {
  switch (type) {
    case "input":
      return { inputTokens: tokens };
    case "output":
      return { outputTokens: tokens };
    case "cacheRead":
      return { inputTokens: tokens, cacheReadTokens: tokens };
    case "cacheCreation":
      return { inputTokens: tokens, cacheWriteTokens: tokens };
    default:
      return undefined;
  }
}

function usage(point: Point, data: Readonly<Record<string, number>>): Said {
  const model = clip(attributeText(point, "model") ?? "unknown");
  return { type: "usage_reported", ...whose(point), data: { provider: "anthropic", model, ...data } };
}

function measured(unit: string): Mapping {
  return (point: Point, { value }: Amount) => ({
    type: "measurement_recorded",
    ...whose(point),
    attributes: pick(point, keptAttributes),
    data: { name: point.metric, value, unit },
  });
}

function whose(point: Point): { agent: string; sessionId: string | undefined } {
  const sessionId = attributeText(point, "session.id");
  return {
    agent: attributeText(point, "agent.name") ?? CLAUDE_CODE,
    sessionId: sessionId === undefined ? undefined : clip(sessionId),
  };
}
