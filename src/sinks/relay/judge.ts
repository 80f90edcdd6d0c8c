import { readRetryAfter } from "../retry-after.ts";
import type { Answer } from "./post.ts";

/** What a hub's answer means for the lines that it was sent. */
export type Verdict =
  /** It has them, but for so many that it will never take. */
  | { readonly kind: "taken"; readonly refused: number; readonly why: string }
  /** It cannot take them together. */
  | { readonly kind: "split"; readonly why: string }
  /** It takes them later: it is `busy`, in `trouble`, wants a `token`, or is `no_hub` at all. */
  | {
      readonly kind: "later";
      readonly reason: "busy" | "trouble" | "token" | "no_hub";
      readonly says: string;
      readonly afterMillis: number | undefined;
    };

/** As much of the hub's answer as matters here; see `POST /v1/events`. */
interface EventsAnswer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly error: string | undefined;
  readonly firstReason: string | undefined;
}

/** A hub that asks for more patience than this is asked again all the same. */
const MAX_RETRY_AFTER_MILLIS = 300_000;
/** Longest piece of an answer that is shown to a person, in characters. */
const MAX_SAID_CHARS = 200;
const OVERLOADED = new Set([408, 425, 429]);

/**
 * Reads the answer to so many lines. Never throws, whatever it was that answered.
 *
 * @param hide takes out of an answer what must not be shown to people
 */
export function judge(answer: Answer, lines: number, hide: (text: string) => string): Verdict {
  const { status } = answer;
  const events = readEventsAnswer(answer.text);
  const handled = events === undefined ? undefined : events.accepted + events.duplicates + events.rejected;
  if ((status === 202 || status === 400) && events?.error === undefined && handled === lines) {
    return { kind: "taken", refused: events?.rejected ?? 0, why: clip(hide(events?.firstReason ?? "")) };
  }
  // 401 says it all: what comes with it tells programs how to send a token.
  const says = status === 401 ? "401" : `${status}${clip(hide(sayingOf(answer.text)))}`;
  if (status === 413 || (status === 400 && events?.error !== undefined)) return { kind: "split", why: says };
  const later = (reason: "busy" | "trouble" | "token" | "no_hub"): Verdict => ({
    kind: "later",
    reason,
    says,
    afterMillis: status === 429 || status === 503 ? readRetryAfter(answer.retryAfter, MAX_RETRY_AFTER_MILLIS) : undefined,
  });
  if (OVERLOADED.has(status)) return later("busy");
  if (status === 401 || status === 403) return later("token");
  return later(status >= 500 ? "trouble" : "no_hub");
}

function readEventsAnswer(text: string): EventsAnswer | undefined {
  const { accepted, duplicates, rejected, error, errors } = readObject(text);
  if (!isCount(accepted) || !isCount(duplicates) || !isCount(rejected)) return undefined;
  const [first] = Array.isArray(errors) ? errors : [];
  const message: unknown = first?.message;
  return {
    accepted,
    duplicates,
    rejected,
    error: typeof error === "string" ? error : undefined,
    firstReason: typeof message === "string" ? message : undefined,
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What it gives as its reason. A page of HTML tells a person nothing. */
function sayingOf(text: string): string {
  const { error } = readObject(text);
  return typeof error === "string" ? `: ${error}` : "";
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function clip(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, MAX_SAID_CHARS);
}
