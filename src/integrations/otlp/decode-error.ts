/** A body that is no such message, or one of too many parts. */
export class DecodeError extends Error {
  readonly code: "malformed" | "too_many_parts";

  constructor(code: DecodeError["code"], message: string) {
    super(message);
    this.name = "DecodeError";
    this.code = code;
  }
}
