import { MAX_AMOUNT } from "../../events/fields.ts";
import { clip } from "../clip.ts";
import type { LogRecord } from "../otlp/read-logs.ts";

/** Reads attributes that are numbers in some versions and text in others. */
export class LogAttributes {
  readonly #record: LogRecord;

  constructor(record: LogRecord) {
    this.#record = record;
  }

  get timeUnixMillis(): number {
    return this.#record.timeUnixMillis;
  }

  get sessionId(): string | undefined {
    return this.name("session.id");
  }

  /** The subagent that it is about; undefined for the main agent. */
  get agentId(): string | undefined {
    return this.name("agent_id");
  }

  /** Asked for by the main agent's conversation rather than by a subagent's or beside both. */
  get isMain(): boolean {
    const source = this.text("query_source") ?? "sdk";
    return this.agentId === undefined && (source === "sdk" || source.startsWith("repl_main_thread"));
  }

  /** Asked for beside any conversation: `compact`, a session's title, and so on. */
  get isAside(): boolean {
    const source = this.text("query_source") ?? "sdk";
    return !this.isMain && !source.startsWith("agent:") && source !== "hook_agent";
  }

  text(key: string): string | undefined {
    const value = this.#record.attributes.get(key);
    return value === undefined || value === "" ? undefined : String(value);
  }

  name(key: string): string | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : clip(text);
  }

  number(key: string): number | undefined {
    const text = this.text(key);
    const number = Number(text);
    return text !== undefined && number >= 0 && number <= MAX_AMOUNT ? number : undefined;
  }

  seconds(key: string): number {
    return (this.number(key) ?? 0) / 1_000;
  }
}
