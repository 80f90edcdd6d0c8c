/** A connection that bytes can be written to, and that can be ended. */
export interface Connection {
  /** Bytes that the other side has not taken yet. */
  readonly backlogBytes: number;
  write(bytes: Buffer): void;
  /** Ends it; code and reason are told to the other side where it can be told. */
  close(code: CloseCode, reason: string): void;
}

/** Why a watcher is let go, as codes of RFC 6455, section 7.4.1, and of the registry that it points to. */
export const closeCodes = { goingAway: 1_001, misbehaved: 1_008, tryAgainLater: 1_013 } as const;
export type CloseCode = (typeof closeCodes)[keyof typeof closeCodes];
