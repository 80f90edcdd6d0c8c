import type { LogRecord } from "../otlp/read-logs.ts";
import { compactionKey } from "./hooks/contexts.ts";
import { turnErrorKey } from "./hooks/session.ts";
import { runId } from "./hooks/subagents.ts";
import { toolCallKey } from "./hooks/tools.ts";
import { CLAUDE_CODE, complete, type Draft, type Told } from "./identity.ts";
import { LogAttributes } from "./log-attributes.ts";
import { RecentMap } from "./recent-map.ts";
import type { Sessions } from "./sessions.ts";

type Mapping = (read: LogAttributes, key: string) => readonly Told[];

const PREFIX = "claude_code.";
/** Most turns and subagents whose records are counted, and most records of one. */
const MAX_COUNTED = 2_000;
const MAX_RECORDS = 200;

/**
 * What Claude Code's log events tell; those that are not listed tell nothing that is counted here. Attributes are those of its page on
 * monitoring: https://code.claude.com/docs/en/monitoring-usage
 */
export class LogReader {
  readonly #sessions: Sessions;
  readonly #counted = new RecentMap<string, string[]>(MAX_COUNTED);
  readonly #mappings: Readonly<Record<string, Mapping>> = {
    api_request: (read, key) => this.#request(read, key),
    api_error: (read, key) => this.#requestError(read, key),
    tool_result: (read, key) => this.#tool(read, key),
    tool_decision: (read, key) => this.#refusal(read, key),
    skill_activated: (read, key) => skill(read, key),
    compaction: (read, key) => this.#compaction(read, key),
    subagent_completed: (read, key) => this.#subagent(read, key),
  };

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  /** The events that a record tells; the same record again makes the same ids. */
  read(record: LogRecord): readonly Draft[] {
    const event = record.name.startsWith(PREFIX) ? record.name.slice(PREFIX.length) : "";
    const mapping = Object.hasOwn(this.#mappings, event) ? this.#mappings[event] : undefined;
    if (mapping === undefined) return [];
    const read = new LogAttributes(record);
    const { sessionId } = read;
    if (sessionId !== undefined) this.#sessions.heard(sessionId, record.timeUnixMillis);
    // A session that is resumed counts its events from 0 again, so the time is part of what tells them apart.
    const key = `${record.timeKey}-${read.number("event.sequence") ?? "x"}`;
    const about = { sessionId, source: record.service, timeUnixMillis: record.timeUnixMillis };
    return mapping(read, key).map((told) => complete({ ...this.#byWhom(read), ...told }, about));
  }

  #request(read: LogAttributes, key: string): readonly Told[] {
    const { sessionId, agentId } = read;
    const agent = read.name("agent.name");
    if (sessionId !== undefined && agentId !== undefined && agent !== undefined) this.#sessions.name(sessionId, agentId, agent);
    const cacheReadTokens = read.number("cache_read_tokens");
    const cacheWriteTokens = read.number("cache_creation_tokens");
    // Anthropic counts cached tokens beside the input.
    const inputTokens = (read.number("input_tokens") ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0);
    const outputTokens = read.number("output_tokens");
    const usage = { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd: read.number("cost_usd") };
    const timeToFirstTokenSeconds = read.number("ttft_ms") === undefined ? undefined : read.seconds("ttft_ms");
    const call: Told = {
      key: `${key}-model_called`,
      type: "model_called",
      data: { ...modelOf(read), outcome: "success", timeToFirstTokenSeconds, ...usage },
    };
    // Titles, summaries and the like are asked for beside the conversation: they do not stand in an agent's context.
    if (read.isAside) return [call];
    // Without the model: how large its window is depends on the subscription there.
    const data = { tokens: inputTokens + (outputTokens ?? 0) };
    return [call, { key: `${key}-context_updated`, type: "context_updated", data }];
  }

  #requestError(read: LogAttributes, key: string): readonly Told[] {
    const failure = { errorType: read.name("status_code") ?? "ApiError", errorMessage: read.text("error") };
    // The turn of the main agent ends with it, which a hook tells as well.
    const turn = read.isMain ? read.name("prompt.id") : undefined;
    return [
      { key: `${key}-model_called`, type: "model_called", data: { ...modelOf(read), outcome: "failure", ...failure } },
      { key: turn === undefined ? `${key}-error_raised` : turnErrorKey(turn), type: "error_raised", data: failure },
    ];
  }

  #tool(read: LogAttributes, key: string): readonly Told[] {
    const failed = read.text("success") === "false";
    const failure = failed ? { errorType: read.name("error_type") ?? "ToolError", errorMessage: read.text("error") } : {};
    const callId = read.name("tool_use_id");
    const data = {
      tool: read.name("tool_name") ?? "unknown",
      callId,
      outcome: failed ? ("failure" as const) : ("success" as const),
      durationSeconds: read.seconds("duration_ms"),
      ...failure,
    };
    return [{ key: callId === undefined ? `${key}-tool_called` : toolCallKey(callId), type: "tool_called", data }];
  }

  /** A rule, a hook or a classifier refused a tool; that a person did is no policy's doing. */
  #refusal(read: LogAttributes, key: string): readonly Told[] {
    const source = read.name("source") ?? "unknown";
    if (read.text("decision") !== "reject" || source.startsWith("user_")) return [];
    return [
      {
        key: `${key}-safety_blocked`,
        type: "safety_blocked",
        data: { policy: `permission_${source}`, action: read.text("tool_name") },
      },
    ];
  }

  /** The time that it took is told by a hook as well, how much it saved is not. */
  #compaction(read: LogAttributes, key: string): readonly Told[] {
    const [tokensBefore, tokensAfter] = [read.number("pre_tokens"), read.number("post_tokens")];
    if (tokensBefore === undefined || tokensAfter === undefined) return [];
    const turn = read.name("prompt.id") ?? key;
    const count = this.#count(`${read.sessionId} ${turn}`, key);
    const durationSeconds = read.seconds("duration_ms");
    return [
      { key: `${key}-context_compacted`, type: "context_compacted", data: { tokensBefore, tokensAfter } },
      { key: compactionKey(turn, count), type: "context_refreshed", data: { durationSeconds, tokens: tokensAfter } },
    ];
  }

  #subagent(read: LogAttributes, key: string): readonly Told[] {
    const { sessionId = "none", agentId = key } = read;
    const agent = this.#sessions.subagent(sessionId, agentId)?.agent ?? read.name("agent_type") ?? "subagent";
    const fromAgent = this.#sessions.mainAgent(sessionId);
    const durationSeconds = read.seconds("duration_ms");
    const model = read.name("model");
    const operationId = runId(sessionId, agentId, this.#count(`${sessionId} ${agentId}`, key));
    const run = { agent, agentId, operationId };
    const handoff = { agent: fromAgent, agentId: undefined, operationId };
    const pair = { fromAgent, toAgent: agent };
    const timeUnixMillis = Math.round(read.timeUnixMillis - durationSeconds * 1_000);
    const end = { outcome: "success" as const, durationSeconds };
    const started = model === undefined ? {} : { model };
    return [
      { key: "handoff_started", ...handoff, timeUnixMillis, type: "handoff_started", data: pair },
      { key: "agent_started", ...run, timeUnixMillis, type: "agent_started", data: started },
      { key: "agent_completed", ...run, type: "agent_completed", data: end },
      { key: "handoff_completed", ...handoff, type: "handoff_completed", data: { ...pair, ...end } },
    ];
  }

  /** Which of a kind a record is, counted from 1; the same for one that is sent again. */
  #count(kind: string, record: string): number {
    const records = this.#counted.get(kind) ?? [];
    const known = records.indexOf(record);
    if (known >= 0) return known + 1;
    if (records.length < MAX_RECORDS) records.push(record);
    this.#counted.set(kind, records);
    return records.length;
  }

  /** Who did it, and which of those; hooks know what a user calls an agent of theirs, which the logs call `custom`. */
  #byWhom(read: LogAttributes): { agent: string; agentId: string | undefined } {
    const { sessionId, agentId } = read;
    const told = read.name("agent.name");
    if (agentId === undefined) {
      const main = sessionId === undefined ? CLAUDE_CODE : this.#sessions.mainAgent(sessionId);
      return { agent: told ?? main, agentId: sessionId };
    }
    const known = sessionId === undefined ? undefined : this.#sessions.subagent(sessionId, agentId)?.agent;
    return { agent: known ?? told ?? "subagent", agentId };
  }
}

function skill(read: LogAttributes, key: string): readonly Told[] {
  const name = read.name("skill.name");
  if (name === undefined) return [];
  return [{ key: `${key}-skill_invoked`, type: "skill_invoked", data: { skill: name, outcome: "success" } }];
}

function modelOf(read: LogAttributes): { provider: string; model: string; durationSeconds: number } {
  return { provider: "anthropic", model: read.name("model") ?? "unknown", durationSeconds: read.seconds("duration_ms") };
}
