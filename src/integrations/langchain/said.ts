import { property } from "../property.ts";

/** Messages as they are kept: who says what. They are looked at only where somebody wants them kept, as only then they become JSON. */
export class Said {
  readonly #messages: readonly unknown[];

  constructor(messages: readonly unknown[]) {
    this.#messages = messages;
  }

  toJSON(): unknown {
    return this.#messages.map((message) => {
      const toolCalls = property(message, "tool_calls");
      return {
        role: property(message, "type"),
        content: property(message, "content"),
        ...(Array.isArray(toolCalls) && toolCalls.length > 0 ? { toolCalls } : {}),
      };
    });
  }
}
