import { cleanCount, cleanId, cleanName } from "./clean.ts";
import type { Instrument } from "./instrument.ts";

export interface ContextOptions {
  /** Name of the agent whose context it is. @default the agent whose work it is part of */
  readonly agent?: string;
  /** Tokens of the latest request: what the context holds now, not the sum of all requests. */
  readonly tokens: number;
  /** Messages or documents in it. */
  readonly items?: number;
  /** How many tokens it can hold; leave it out where that is unknown, and no share is shown. */
  readonly limitTokens?: number;
  /** Whose model it is for, such as `openai`: with both, `limitTokens` is filled in where that model's window is known. */
  readonly provider?: string;
  readonly model?: string;
}

/** Tells how full an agent's context is. */
export function tellContext(instrument: Instrument, options: ContextOptions): void {
  const { report } = instrument;
  try {
    const scope = instrument.scope;
    const agent = cleanName(options.agent ?? scope.agent, "a context's agent", report, "missing_agent");
    const tokens = cleanCount(options.tokens, "a context's tokens", report);
    if (tokens === undefined) return;
    const items = cleanCount(options.items, "a context's items", report);
    const limitTokens = cleanCount(options.limitTokens, "a context's limitTokens", report);
    const provider = cleanId(options.provider, "a context's provider", report);
    const model = cleanId(options.model, "a context's model", report);
    instrument.send("context_updated", { tokens, items, limitTokens, provider, model }, { ...scope, agent });
  } catch {
    report("unreadable", () => "a context's options could not be read; it is ignored");
  }
}
