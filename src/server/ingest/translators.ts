import type { AgentEvent } from "../../events/types.ts";
import { ClaudeCode, type ClaudeCodeOptions } from "../../integrations/claude-code/claude-code.ts";
import { PointTranslator } from "../../integrations/measurements/translate.ts";
import { SpanTranslator } from "../../integrations/spans/translate.ts";

/** What turns other systems' words into events, and what these have to remember to do it. */
export class Translators {
  readonly spans = new SpanTranslator();
  readonly points = new PointTranslator();
  readonly claudeCode: ClaudeCode;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ClaudeCodeOptions = {}) {
    this.claudeCode = new ClaudeCode(options);
  }

  /** Does one after the other: what a point adds is known once the point before it is kept. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Takes in an event that was just kept. */
  kept(event: AgentEvent): void {
    this.points.remember(event);
    // It knows what it told itself; that something was given up is told by others.
    if ("outcome" in event.data && event.data.outcome === "abandoned") this.claudeCode.remember(event);
  }
}
