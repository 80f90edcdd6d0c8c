import type { AgentEvent } from "../events/types.ts";
import { copyOf, type Restorable } from "./restorable.ts";

/** How full one agent's context is. */
export interface ContextFill {
  readonly source: string;
  readonly agent: string;
  tokens: number;
  items: number | undefined;
  limitTokens: number | undefined;
  /** The model whose limit it is, where that was told. */
  limitModel: string | undefined;
  updatedUnixMillis: number;
}

const MAX_AGENTS = 5_000;

/** The size of each agent's latest request, and its limit where that is known. */
export class ContextFills implements Restorable<ReadonlyMap<string, ContextFill>> {
  #fills = new Map<string, ContextFill>();

  save(): ReadonlyMap<string, ContextFill> {
    return copyOf(this.#fills);
  }

  restore(fills: ReadonlyMap<string, ContextFill>): void {
    this.#fills = new Map(fills);
  }

  all(): IterableIterator<ContextFill> {
    return this.#fills.values();
  }

  /**
   * The agent whose context is fullest, among those that told of theirs since the given moment (one that has long finished worries
   * nobody) and whose limit is known: without a limit there is no share.
   */
  fullestSince(unixMillis: number): { readonly agent: string; readonly ratio: number } | undefined {
    let fullest: { agent: string; ratio: number } | undefined;
    for (const { agent, tokens, limitTokens, updatedUnixMillis } of this.#fills.values()) {
      if (limitTokens === undefined || limitTokens === 0 || updatedUnixMillis < unixMillis) continue;
      const ratio = tokens / limitTokens;
      if (fullest === undefined || ratio > fullest.ratio) fullest = { agent, ratio };
    }
    return fullest;
  }

  apply(event: AgentEvent): void {
    switch (event.type) {
      case "context_updated":
        return this.#set(event, event.data.tokens, event.data.items, event.data.limitTokens, event.data.model);
      case "context_compacted":
        return this.#set(event, event.data.tokensAfter, event.data.itemsAfter, undefined);
      case "context_refreshed":
        if (event.data.tokens !== undefined) this.#set(event, event.data.tokens, event.data.items, undefined);
    }
  }

  #set(
    { source, agent, timeUnixMillis }: AgentEvent,
    tokens: number,
    items: number | undefined,
    limitTokens: number | undefined,
    model?: string,
  ): void {
    if (agent === undefined) return;
    const key = `${source}\u0000${agent}`;
    const fill = this.#fills.get(key);
    if (fill !== undefined) {
      fill.tokens = tokens;
      fill.items = items ?? fill.items;
      setLimit(fill, limitTokens, model);
      fill.updatedUnixMillis = Math.max(fill.updatedUnixMillis, timeUnixMillis);
    } else if (this.#fills.size < MAX_AGENTS) {
      this.#fills.set(key, { source, agent, tokens, items, limitTokens, limitModel: model, updatedUnixMillis: timeUnixMillis });
    }
  }
}

/** A limit holds until another is told, or until the agent asks another model, whose limit is not known. */
function setLimit(fill: ContextFill, limitTokens: number | undefined, model: string | undefined): void {
  const isOtherModel = model !== undefined && fill.limitModel !== undefined && model !== fill.limitModel;
  if (limitTokens === undefined && !isOtherModel) return;
  fill.limitTokens = limitTokens;
  fill.limitModel = model;
}
