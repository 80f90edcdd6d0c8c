import { MAX_NAME_CHARS } from "../../events/fields.ts";
import type { EventInput } from "../../events/types.ts";
import type { Attributes } from "../spans/span.ts";

/** A log record that may be an event of Claude Code. */
export interface LogRecord {
  /** Such as `claude_code.api_request`. */
  readonly name: string;
  readonly service: string;
  readonly timeUnixMillis: number;
  /** As exact as it came: tells records of one session apart. */
  readonly timeKey: string;
  readonly attributes: Attributes;
}

type Told = Pick<EventInput, "type" | "data"> & { readonly agent?: string; readonly timeUnixMillis?: number };
type Mapping = (read: Reader) => readonly Told[];

const PREFIX = "claude_code.";

/**
 * What Claude Code's log events tell; those that are not listed tell nothing that is counted here. Attributes are those of its page on
 * monitoring: https://code.claude.com/docs/en/monitoring-usage
 */
const mappings: Readonly<Record<string, Mapping>> = {
  api_request(read) {
    const cacheReadTokens = read.number("cache_read_tokens");
    const cacheWriteTokens = read.number("cache_creation_tokens");
    // Anthropic counts cached tokens beside the input.
    const inputTokens = (read.number("input_tokens") ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
    const outputTokens = read.number("output_tokens");
    const usage = { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd: read.number("cost_usd") };
    return [
      { type: "model_called", data: { ...modelOf(read), outcome: "success", ...usage } },
      { type: "context_updated", data: { tokens: inputTokens + (outputTokens ?? 0) } },
    ];
  },
  api_error(read) {
    const failure = { errorType: read.name("status_code") ?? "ApiError", errorMessage: read.text("error") };
    return [
      { type: "model_called", data: { ...modelOf(read), outcome: "failure", ...failure } },
      { type: "error_raised", data: failure },
    ];
  },
  tool_result(read) {
    const failed = read.text("success") === "false";
    const failure = failed ? { errorType: read.name("error_type") ?? "ToolError", errorMessage: read.text("error") } : {};
    const data = {
      tool: read.name("tool_name") ?? "unknown",
      callId: read.name("tool_use_id"),
      outcome: failed ? ("failure" as const) : ("success" as const),
      durationSeconds: read.seconds("duration_ms"),
      ...failure,
    };
    return [{ type: "tool_called", data }];
  },
  compaction(read) {
    const [tokensBefore, tokensAfter] = [read.number("pre_tokens"), read.number("post_tokens")];
    if (tokensBefore === undefined || tokensAfter === undefined) return [];
    const data = { tokensBefore, tokensAfter, durationSeconds: read.seconds("duration_ms") };
    return [{ type: "context_compacted", data }];
  },
  subagent_completed(read) {
    const agent = read.name("agent_type") ?? "subagent";
    const durationSeconds = read.seconds("duration_ms");
    const model = read.name("model");
    return [
      {
        type: "agent_started",
        agent,
        timeUnixMillis: Math.round(read.record.timeUnixMillis - durationSeconds * 1_000),
        data: model === undefined ? {} : { model },
      },
      { type: "agent_completed", agent, data: { outcome: "success", durationSeconds } },
    ];
  },
};

/** The events that a record tells, complete but not yet checked; the same record again makes the same ids. */
export function claudeCodeDrafts(record: LogRecord): EventInput[] {
  const event = record.name.startsWith(PREFIX) ? record.name.slice(PREFIX.length) : "";
  const mapping = Object.hasOwn(mappings, event) ? mappings[event] : undefined;
  if (mapping === undefined) return [];
  const read = new Reader(record);
  const sessionId = read.name("session.id");
  // A session that is resumed counts its events from 0 again, so the time is part of what tells them apart.
  const key = `claude-code-${sessionId ?? "none"}-${record.timeKey}-${read.number("event.sequence") ?? "x"}`;
  return mapping(read).map(
    ({ agent, timeUnixMillis, ...told }) =>
      ({
        id: clip(`${key}-${told.type}`),
        timeUnixMillis: timeUnixMillis ?? record.timeUnixMillis,
        source: clip(record.service),
        agent: agent ?? read.name("agent.name") ?? clip(record.service),
        sessionId,
        operationId: clip(key),
        ...told,
      }) as EventInput,
  );
}

/** Reads attributes that are numbers in some versions and text in others. */
class Reader {
  readonly record: LogRecord;

  constructor(record: LogRecord) {
    this.record = record;
  }

  text(key: string): string | undefined {
    const value = this.record.attributes.get(key);
    return value === undefined || value === "" ? undefined : String(value);
  }

  name(key: string): string | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : clip(text);
  }

  number(key: string): number | undefined {
    const number = Number(this.text(key));
    return Number.isFinite(number) && number >= 0 ? number : undefined;
  }

  seconds(key: string): number {
    return (this.number(key) ?? 0) / 1_000;
  }
}

function modelOf(read: Reader): { provider: string; model: string; durationSeconds: number } {
  return { provider: "anthropic", model: read.name("model") ?? "unknown", durationSeconds: read.seconds("duration_ms") };
}

function clip(name: string): string {
  return name.slice(0, MAX_NAME_CHARS);
}
