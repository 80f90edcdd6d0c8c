import type { AgentEvent } from "../../events/types.ts";
import type { Restorable } from "../../folds/restorable.ts";
import type { LogRecord } from "../otlp/read-logs.ts";
import { Hook } from "./hooks/hook.ts";
import { hookMappings } from "./hooks/index.ts";
import { sessionStart } from "./hooks/session.ts";
import { CLAUDE_CODE, complete, type Draft, ID_PREFIX } from "./identity.ts";
import { LogReader } from "./logs.ts";
import { Sessions } from "./sessions.ts";

/** How long a session may be silent before it is taken to be gone: people go to lunch with one open. */
const GONE_MILLIS = 4 * 3_600_000;

export interface ClaudeCodeOptions {
  /** Keep what tools were given and gave back. @default false */
  readonly captureContent?: boolean;
}

type Saved = ReturnType<Sessions["save"]>;

/**
 * What Claude Code tells, by its hooks and by its log events, as events of ours. Each source tells what it knows best, and both may be
 * on: what both know has the same id from either, so that the store keeps it once.
 */
export class ClaudeCode implements Restorable<Saved> {
  readonly #captureContent: boolean;
  readonly #sessions = new Sessions();
  readonly #hooks = hookMappings();
  readonly #logs = new LogReader(this.#sessions);

  constructor({ captureContent = false }: ClaudeCodeOptions = {}) {
    this.#captureContent = captureContent;
  }

  save(): Saved {
    return this.#sessions.save();
  }

  restore(sessions: Saved): void {
    this.#sessions.restore(sessions);
  }

  /**
   * What a call of a hook tells: nothing where it is none, or one that tells nothing.
   *
   * @param source service that the session belongs to @default "claude-code", as in Claude Code's own export
   */
  readHook(body: unknown, source: string = CLAUDE_CODE, nowUnixMillis: number = Date.now()): readonly Draft[] {
    const hook = Hook.read(body, nowUnixMillis, this.#captureContent);
    const mapping = hook && this.#hooks.get(hook.event);
    if (hook === undefined || mapping === undefined) return [];
    const { sessionId, timeUnixMillis } = hook;
    this.#sessions.heard(sessionId, timeUnixMillis);
    const told = [...sessionStart(hook, this.#sessions), ...mapping(hook, this.#sessions)];
    const drafts = told.map((one) => complete(one, { sessionId, source, timeUnixMillis }));
    for (const draft of drafts) this.#sessions.apply(draft);
    return drafts;
  }

  /** What a log record tells: nothing where it is none of Claude Code's. */
  readLog(record: LogRecord): readonly Draft[] {
    return this.#logs.read(record);
  }

  /** Takes in an event that was kept before a restart, or one that others told about a session. */
  remember(event: AgentEvent): void {
    const { id, sessionId } = event;
    const isOurs = id.startsWith(ID_PREFIX) || (sessionId !== undefined && this.#sessions.find(sessionId) !== undefined);
    if (isOurs) this.#sessions.apply(event);
  }

  /**
   * Whether the session that this work belongs to goes on: silence alone says little, as sessions wait for people. Undefined for work of
   * others.
   */
  goesOn(start: AgentEvent, nowUnixMillis: number): boolean | undefined {
    if (start.sessionId === undefined || !start.id.startsWith(ID_PREFIX)) return undefined;
    const lastUnixMillis = this.#sessions.find(start.sessionId)?.lastUnixMillis ?? 0;
    return nowUnixMillis - Math.max(lastUnixMillis, start.timeUnixMillis) < GONE_MILLIS;
  }
}
