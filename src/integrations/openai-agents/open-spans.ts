import type { SpanError } from "@openai/agents";
import type { AnyWork, Place } from "../../instrument/face.ts";
import type { TraceNotes } from "./mapping.ts";

/** A span of the SDK that has begun and not ended. */
export interface OpenSpan {
  readonly trace: TraceNotes;
  /** What happens inside of it belongs to this. */
  readonly inside: AnyWork | Place;
  readonly agent: string | undefined;
  readonly run: string | undefined;
  end(error: SpanError | null): void;
  abandon(): void;
}

/** Most spans that are followed at once. */
const MAX_OPEN = 10_000;

/** What has begun and not ended, by the SDK's ids. Bounded: the oldest is given up, as it is the likeliest never to end. */
export class OpenSpans {
  readonly #open = new Map<string, OpenSpan>();
  readonly #byTrace = new Map<string, Set<string>>();
  readonly #maxOpen: number;

  constructor(maxOpen: number = MAX_OPEN) {
    this.#maxOpen = maxOpen;
  }

  get size(): number {
    return this.#open.size;
  }

  has(id: string): boolean {
    return this.#open.has(id);
  }

  hasTrace(traceId: string): boolean {
    return this.#byTrace.has(traceId);
  }

  find(id: string): OpenSpan | undefined {
    return this.#open.get(id);
  }

  add(id: string, span: OpenSpan): void {
    if (this.#open.size >= this.#maxOpen) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.take(oldest)?.abandon();
    }
    this.#open.set(id, span);
    const ids = this.#byTrace.get(span.trace.id);
    if (ids === undefined) this.#byTrace.set(span.trace.id, new Set([id]));
    else ids.add(id);
  }

  /** Takes one that ends. */
  take(id: string): OpenSpan | undefined {
    const span = this.#open.get(id);
    if (span === undefined) return undefined;
    this.#open.delete(id);
    const ids = this.#byTrace.get(span.trace.id);
    ids?.delete(id);
    if (ids?.size === 0) this.#byTrace.delete(span.trace.id);
    return span;
  }

  /** Takes everything of a trace that has not ended, innermost first. */
  takeAll(traceId: string): OpenSpan[] {
    return [...(this.#byTrace.get(traceId) ?? [])].reverse().flatMap((id) => this.take(id) ?? []);
  }
}
