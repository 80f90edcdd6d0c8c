/** A connection that bytes can be written to, and that can be ended. */
export interface Connection {
  /** Bytes that the other side has not taken yet. */
  readonly backlogBytes: number;
  write(bytes: Buffer): void;
  /** Says goodbye with a code and a reason, and ends it: when the other side has answered, or after {@link GOODBYE_MILLIS}. */
  close(code: CloseCode, reason: string): void;
}

/** Whoever does not take the goodbye within this time, and what was sent before it, is cut off. */
export const GOODBYE_MILLIS = 1_000;

/** Why a watcher is let go, as codes of RFC 6455, section 7.4.1, and of the registry that it points to. */
export const closeCodes = { goingAway: 1_001, misbehaved: 1_008, tryAgainLater: 1_013 } as const;
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
