/** Takes one sentence for a person. */
export type Log = (message: string) => void;

export interface TroubleOptions {
  /** Where sentences go. @default console.warn */
  readonly log?: Log | undefined;
  /** Takes out what nobody is to read. @default nothing is taken out */
  readonly redact?: (message: string) => string;
  /** How long the same kind of trouble stays quiet after it was told, in milliseconds. @default 60_000 */
  readonly quietMillis?: number;
  /** A clock in milliseconds that never goes back. @default performance.now */
  readonly now?: () => number;
}

/** Most kinds of trouble that are told apart; beyond it they share one silence. */
const MAX_KINDS = 200;

/**
 * Where things go that went wrong after the start: counted by the caller, told to a person at most once a minute per kind,
 * and never thrown into the host. A second outage is told again, with how often it happened in between.
 */
export class Trouble {
  readonly #log: Log;
  readonly #redact: (message: string) => string;
  readonly #quietMillis: number;
  readonly #now: () => number;
  readonly #told = new Map<string, { atMillis: number; suppressed: number }>();

  constructor(options: TroubleOptions = {}) {
    this.#log = options.log ?? ((message) => console.warn(message));
    this.#redact = options.redact ?? ((message) => message);
    this.#quietMillis = options.quietMillis ?? 60_000;
    this.#now = options.now ?? (() => performance.now());
  }

  /** Tells of trouble of a kind, unless the same kind was told within the last minute. Never throws. */
  tell(kind: string, describe: () => string): void {
    const key = this.#told.has(kind) || this.#told.size < MAX_KINDS ? kind : "other";
    const last = this.#told.get(key);
    const now = this.#now();
    if (last !== undefined && now - last.atMillis < this.#quietMillis) {
      last.suppressed += 1;
      return;
    }
    const again = last !== undefined && last.suppressed > 0 ? ` (${last.suppressed} more like it since it was last told)` : "";
    this.#told.set(key, { atMillis: now, suppressed: 0 });
    try {
      this.#log(`crowsnest: ${this.#redact(describe())}${again}`);
    } catch {
      // A logger that fails must not take the host down; the caller has counted the trouble already.
    }
  }
}

/** An error's message, or whatever was thrown in its place, in one line of bounded length. */
export function messageOf(error: unknown): string {
  try {
    const message = error instanceof Error ? error.message || error.name : String(error);
    return message.replaceAll(/\s+/g, " ").slice(0, 500);
  } catch {
    return "an error that cannot be printed";
  }
}
