import type { TraceProvider, TracingProcessor } from "@openai/agents";
import { createTraceProcessor } from "./index.ts";
import type { FlushableFace } from "./processor.ts";

/** Where all copies of the SDK in a process keep the one place that their traces go through. */
const PROVIDER = Symbol.for("openai.agents.core.traceProvider");

const holder = globalThis as { [PROVIDER]?: TraceProvider | undefined };

/** Sees every run of this process, whenever the SDK is loaded and whatever processors the host sets. Loads nothing. */
export function attachToAll(crowsnest: FlushableFace): void {
  const existing = holder[PROVIDER];
  if (existing !== undefined) return addProcessor(existing, crowsnest);
  Object.defineProperty(globalThis, PROVIDER, {
    configurable: true,
    get: () => undefined,
    set(provider: TraceProvider) {
      Object.defineProperty(globalThis, PROVIDER, { value: provider, writable: true, configurable: true });
      addProcessor(provider, crowsnest);
    },
  });
}

function addProcessor(provider: TraceProvider, crowsnest: FlushableFace): void {
  const processor = createTraceProcessor(crowsnest, { current: () => currentTrace(provider) });
  provider.registerProcessor(processor);
  const setProcessors = provider.setProcessors.bind(provider);
  // The SDK itself sets its own while it is loaded, and so do hosts that do not want its export.
  provider.setProcessors = (processors: TracingProcessor[]) =>
    setProcessors([processor, ...processors.filter((other) => other !== processor)]);
}

function currentTrace(provider: TraceProvider) {
  const trace = provider.getCurrentTrace();
  return trace === null ? null : { trace, span: provider.getCurrentSpan() };
}
