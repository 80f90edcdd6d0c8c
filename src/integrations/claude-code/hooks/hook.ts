import { MAX_AMOUNT } from "../../../events/fields.ts";
import { argumentsHash } from "../../../instrument/arguments-hash.ts";
import { cleanContent } from "../../../instrument/content.ts";
import { clip } from "../../clip.ts";
import { CLAUDE_CODE } from "../identity.ts";

type Fields = Readonly<Record<string, unknown>>;

/** One call of a hook, as Claude Code posts it. Fields are those of its page on hooks: https://code.claude.com/docs/en/hooks */
export class Hook {
  readonly event: string;
  readonly sessionId: string;
  /** When it came: hooks carry no time of their own. */
  readonly timeUnixMillis: number;
  readonly #fields: Fields;
  readonly #captureContent: boolean;

  /** Undefined for what is no call of a hook. */
  static read(body: unknown, timeUnixMillis: number, captureContent: boolean): Hook | undefined {
    if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
    const { hook_event_name: event, session_id: sessionId } = body as Fields;
    if (typeof event !== "string" || typeof sessionId !== "string" || sessionId === "") return undefined;
    return new Hook(body as Fields, event, clip(sessionId), timeUnixMillis, captureContent);
  }

  private constructor(fields: Fields, event: string, sessionId: string, timeUnixMillis: number, captureContent: boolean) {
    this.#fields = fields;
    this.event = event;
    this.sessionId = sessionId;
    this.timeUnixMillis = timeUnixMillis;
    this.#captureContent = captureContent;
  }

  /** From a prompt to the end of its answer; versions that do not tell it have a turn for each moment. */
  get turn(): string {
    return this.name("prompt_id") ?? String(this.timeUnixMillis);
  }

  /** The subagent that it is about; undefined for the main agent. */
  get agentId(): string | undefined {
    return this.name("agent_id");
  }

  /** What the agent is called: a type of subagent, or what the main agent was started as. */
  get agent(): string {
    return this.name("agent_type") ?? CLAUDE_CODE;
  }

  text(key: string): string | undefined {
    const value = this.#fields[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  name(key: string): string | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : clip(text);
  }

  /** What an error says first: what follows may be a whole page of a tool's output. */
  firstLine(key: string): string | undefined {
    return this.text(key)?.split("\n", 1)[0];
  }

  seconds(key: string): number | undefined {
    const value = this.#fields[key];
    return typeof value === "number" && value >= 0 && value <= MAX_AMOUNT ? value / 1_000 : undefined;
  }

  flag(key: string): boolean {
    return this.#fields[key] === true;
  }

  /** A field of a field. */
  within(key: string, inner: string): unknown {
    const value = this.#fields[key];
    return typeof value === "object" && value !== null ? (value as Fields)[inner] : undefined;
  }

  /** What a tool was given or gave back, where that is asked for. */
  content(key: string): string | undefined {
    return cleanContent(this.#fields[key], this.#captureContent);
  }

  hashOf(key: string): string | undefined {
    return argumentsHash(this.#fields[key]);
  }
}
