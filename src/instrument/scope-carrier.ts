import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, context, createContextKey, type Span, trace } from "@opentelemetry/api";
import { contextIsCarried } from "../tracing/context-carried.ts";
import { OUTERMOST, type Scope } from "./scope.ts";

/** Carries the scope along the async context: across `await`, `Promise.all`, timers. */
export interface ScopeCarrier {
  /** The names and ids that hold where the caller stands. */
  current(): Scope;
  run<T, Handle>(scope: Scope, span: Span | undefined, work: (handle: Handle) => T, handle: Handle): T;
}

const SCOPE_KEY = createContextKey("crowsnest scope");
/** The API does not export the key under which it keeps the span, but shows it to whoever is asked to set one. */
const SPAN_KEY = learnSpanKey();

/**
 * An OpenTelemetry context with our scope and span on top of another. The API's own contexts copy a map for each value that is
 * set; this one is three references, and replaces the one of the surrounding work instead of holding on to it, so that work
 * started from work without end does not grow a chain.
 */
class WorkContext implements Context {
  readonly base: Context;
  readonly #span: unknown;
  readonly #scope: unknown;

  constructor(base: Context, span: unknown, scope: unknown) {
    this.base = base;
    this.#span = span;
    this.#scope = scope;
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.#span;
    return key === SCOPE_KEY ? this.#scope : this.base.getValue(key);
  }

  setValue(key: symbol, value: unknown): Context {
    if (key === SPAN_KEY) return new WorkContext(this.base, value, this.#scope);
    if (key === SCOPE_KEY) return new WorkContext(this.base, this.#span, value);
    return new WorkContext(this.base.setValue(key, value), this.#span, this.#scope);
  }

  deleteValue(key: symbol): Context {
    if (key === SPAN_KEY || key === SCOPE_KEY) return this.setValue(key, undefined);
    return new WorkContext(this.base.deleteValue(key), this.#span, this.#scope);
  }
}

/** The context inside a piece of work, on top of the one that is active. */
export function workContext(scope: Scope, span: Span | undefined): Context {
  const active = context.active();
  if (active instanceof WorkContext) return new WorkContext(active.base, span ?? active.getValue(SPAN_KEY), scope);
  return new WorkContext(active, span ?? trace.getSpan(active), scope);
}

/** Together with the span: one entry into the async context for both. */
const inContext: ScopeCarrier = {
  current: () => (context.active().getValue(SCOPE_KEY) as Scope | undefined) ?? OUTERMOST,
  run: (scope, span, work, handle) => context.with(workContext(scope, span), work, undefined, handle),
};

const storage = new AsyncLocalStorage<Scope>();

/** On its own: ids must follow also where traces are switched off. */
const inStorage: ScopeCarrier = {
  current: () => storage.getStore() ?? OUTERMOST,
  run: (scope, _span, work, handle) => storage.run(scope, work, handle),
};

/** The carrier for this process: OpenTelemetry's context where it is carried along at all, else a storage of our own. */
export function chooseCarrier(tracing: boolean): ScopeCarrier {
  return tracing && contextIsCarried() ? inContext : inStorage;
}

/** The same, chosen when the first work is entered: who carries the context is known only after the host's own code has run. */
export function lateCarrier(): ScopeCarrier {
  let chosen: ScopeCarrier | undefined;
  return {
    current: () => chosen?.current() ?? OUTERMOST,
    run(scope, span, work, handle) {
      chosen ??= chooseCarrier(true);
      return chosen.run(scope, span, work, handle);
    },
  };
}

function learnSpanKey(): symbol {
  let learnt: symbol | undefined;
  const listener: Context = {
    getValue: () => undefined,
    setValue(key) {
      learnt = key;
      return listener;
    },
    deleteValue: () => listener,
  };
  trace.setSpan(listener, trace.wrapSpanContext({ traceId: "", spanId: "", traceFlags: 0 }));
  if (learnt === undefined) throw new Error("the OpenTelemetry API did not say where it keeps the span");
  return learnt;
}
