import type { ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";
import { attribute } from "./semconv.ts";

/** Instrumentation scopes whose spans say what this process tells by events, and how many integrations see to that. */
const scopes = new Map<string, number>();

/** From now on, this process tells by events what the spans of a scope say. Returns how to end that. */
export function tellInsteadOf(scope: string): () => void {
  scopes.set(scope, (scopes.get(scope) ?? 0) + 1);
  let isTelling = true;
  return () => {
    if (!isTelling) return;
    isTelling = false;
    const others = (scopes.get(scope) ?? 1) - 1;
    if (others > 0) scopes.set(scope, others);
    else scopes.delete(scope);
  };
}

/** Whether this process tells by events what the spans of a scope say. */
export function isToldByEvents(scope: string): boolean {
  return scopes.has(scope);
}

/** Marks the spans of those scopes on their way out, so that a hub that gets events and spans counts nothing twice. */
export class MarkingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    if (scopes.size > 0) {
      for (const span of spans) if (scopes.has(span.instrumentationScope.name)) span.attributes[attribute.told] = true;
    }
    this.#exporter.export(spans, done);
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
