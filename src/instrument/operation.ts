import { type Attributes, context, type Span, type SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { messageOf } from "../bus/trouble.ts";
import type { Correlation } from "../events/envelope.ts";
import { clipText, MAX_NAME_CHARS, type Outcome } from "../events/fields.ts";
import { operationKey, type OperationKind as OpenKind } from "../events/operations.ts";
import type { EventData, EventType } from "../events/types.ts";
import { uuidv7 } from "../events/uuid.ts";
import { attribute } from "../tracing/semconv.ts";
import { cleanOutcome, cleanText } from "./clean.ts";
import type { Instrument } from "./instrument.ts";
import { type ResourceMeter, startMeter } from "./resources.ts";
import { currentScope, nestScope, runInScope, type Scope } from "./scope.ts";

/** An event as a kind of work describes it: names, ids and time are added for it. */
export type Told = {
  [T in EventType]: {
    readonly type: T;
    readonly data: EventData<T>;
    /** Where it is another agent's than the work around it. */
    readonly agent?: string;
  };
}[EventType];

/** How a piece of work ended, as far as every kind has it. */
export interface Ending {
  readonly outcome: Outcome;
  readonly durationSeconds: number;
  readonly cpuSeconds?: number | undefined;
  readonly peakRssBytes?: number | undefined;
  readonly errorType?: string | undefined;
  readonly errorMessage?: string | undefined;
}

/** One piece of work, as its kind reads it from the caller's options. */
export interface Draft<Handle> {
  readonly spanName: string;
  readonly spanKind?: SpanKind;
  readonly attributes: Attributes;
  /** Names and ids that hold inside. */
  readonly own: Correlation & { readonly workflow?: string | undefined };
  /** What it is in the vocabulary, for the kinds that are seen while they run. */
  readonly opens?: OpenKind;
  /** The event that begins it; absent where it was told before, as with a task that was assigned. */
  readonly start?: Told | undefined;
  /** The event that ends it; attributes that are known only now go on the span. */
  end(ending: Ending, span: SpanWriter): Told | undefined;
  handle(operation: Operation<Handle>): Handle;
}

/** A kind of work: everything that is special about a handoff, a task, a model call. */
export interface OperationKind<Options, Handle> {
  /** As a person calls it, for messages. */
  readonly label: string;
  /** Spends money, and is refused where an enforced budget is used up. */
  readonly guarded?: true;
  draft(options: Options, outer: Scope, instrument: Instrument): Draft<Handle>;
}

/** Sets attributes where there is a span to set them on. */
export interface SpanWriter {
  set(name: string, value: string | number | boolean | undefined): void;
}

/** What every handle can do. */
export interface WorkHandle {
  /** How it ended, where neither returning nor throwing says it. */
  setOutcome(outcome: Outcome): void;
  /** It failed, although nothing is thrown. */
  fail(reason: string, errorType?: string): void;
}

/** One piece of work while it runs: its span, its scope, its clock. Ends once; later ends are ignored. */
export class Operation<Handle> implements SpanWriter {
  readonly scope: Scope;
  readonly handle: Handle;
  readonly #instrument: Instrument;
  readonly #draft: Draft<Handle>;
  readonly #span: Span | undefined;
  readonly #operationId: string | undefined;
  readonly #meter: ResourceMeter | undefined;
  readonly #startedAt: number;
  #outcome: Outcome | undefined;
  #errorType: string | undefined;
  #errorMessage: string | undefined;
  #ended = false;

  constructor(instrument: Instrument, draft: Draft<Handle>, outer: Scope, parent: Operation<unknown> | undefined) {
    this.#instrument = instrument;
    this.#draft = draft;
    const { tracer } = instrument;
    const parentContext = parent?.spanContext ?? context.active();
    this.#span = tracer?.startSpan(draft.spanName, { attributes: draft.attributes, kind: draft.spanKind ?? 0 }, parentContext);
    const spanContext = this.#span?.spanContext();
    const traced = spanContext !== undefined && trace.isSpanContextValid(spanContext);
    this.scope = nestScope(outer, {
      ...draft.own,
      traceId: traced ? spanContext.traceId : undefined,
      spanId: traced ? spanContext.spanId : undefined,
    });
    // Start and end are tied by the span's id; without a span, by one of our own.
    this.#operationId = traced || draft.opens === undefined ? undefined : uuidv7();
    this.handle = draft.handle(this);
    this.#meter = instrument.resources ? startMeter() : undefined;
    this.#startedAt = performance.now();
    instrument.running.add(this);
    if (draft.start !== undefined) this.tell(draft.start);
  }

  /** What ties its start to its end in the vocabulary, for the kinds that are seen while they run. */
  get key(): string | undefined {
    return this.#draft.opens && operationKey(this.#draft.opens, this.#instrument.source, this.#where);
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The OpenTelemetry context inside this piece of work. */
  get spanContext() {
    const active = context.active();
    return this.#span === undefined ? active : trace.setSpan(active, this.#span);
  }

  /** Runs `work` inside: spans nest under this one's, and events carry its names and ids. */
  run<T>(work: (handle: Handle) => T): T {
    return runInScope(this.scope, () =>
      this.#span === undefined ? work(this.handle) : context.with(this.spanContext, work, undefined, this.handle),
    );
  }

  /** Publishes an event of this piece of work. */
  tell({ type, data, agent }: Told): void {
    this.#instrument.send(type, data as never, agent === undefined ? this.#where : { ...this.#where, agent });
  }

  set(name: string, value: string | number | boolean | undefined): void {
    if (value !== undefined) this.#span?.setAttribute(name, value);
  }

  setOutcome(outcome: Outcome): void {
    this.#outcome = cleanOutcome(outcome, this.#instrument.report) ?? this.#outcome;
  }

  /** Ends it well, unless its handle said otherwise. */
  end(): void {
    this.#finish(this.#outcome ?? "success");
  }

  /** Ends it with what was thrown: the span records it, and an error is told where no inner piece of work did. */
  fail(error: unknown): void {
    if (this.#ended) return;
    const name = nameOfError(error);
    if (error instanceof Error) this.#span?.recordException(error);
    const outcome = this.#outcome ?? outcomeOfError(name);
    this.noteError(name, messageOf(error), outcome !== "cancelled" && this.#instrument.isNewError(error));
    this.#finish(outcome);
  }

  /** Remembers what went wrong for the end, and tells it as an error of its own where it is new. */
  noteError(errorType: string, message: string | undefined, isNew: boolean): void {
    this.#errorType = errorType.slice(0, MAX_NAME_CHARS) || "Error";
    this.#errorMessage = cleanText(message);
    if (isNew) this.tell({ type: "error_raised", data: { errorType: this.#errorType, errorMessage: this.#errorMessage } });
  }

  /** Closes it as something that nobody will end any more. */
  abandon(): void {
    this.#finish("abandoned");
  }

  #finish(outcome: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#instrument.running.delete(this);
    const span = this.#span;
    const told = this.#draft.end(
      {
        outcome,
        durationSeconds: (performance.now() - this.#startedAt) / 1_000,
        errorType: this.#errorType,
        errorMessage: this.#errorMessage,
        ...this.#meter?.read(),
      },
      this,
    );
    if (told !== undefined) this.tell(told);
    if (span === undefined) return;
    if (outcome !== "success") {
      span.setAttribute(attribute.outcome, outcome);
      if (this.#errorType !== undefined) span.setAttribute(attribute.errorType, this.#errorType);
      span.setStatus({ code: SpanStatusCode.ERROR, message: this.#errorMessage ?? outcome });
    }
    span.end();
  }

  get #where(): Correlation {
    return this.#operationId === undefined ? this.scope : { ...this.scope, operationId: this.#operationId };
  }
}

/** Begins a piece of work. Never throws: options that cannot be read give undefined, and are counted. */
export function beginOperation<Options, Handle>(
  instrument: Instrument,
  kind: OperationKind<Options, Handle>,
  options: Options,
  parent?: Operation<unknown>,
): Operation<Handle> | undefined {
  try {
    const outer = parent?.scope ?? currentScope();
    return new Operation(instrument, kind.draft(options, outer, instrument), outer, parent);
  } catch (error) {
    instrument.report("unreadable", () => `a ${kind.label} is not observed, as its options could not be read: ${messageOf(error)}`);
    return undefined;
  }
}

/** The two abilities that every handle has. */
export function workHandle(operation: Operation<unknown>): WorkHandle {
  return {
    setOutcome: (outcome) => operation.setOutcome(outcome),
    fail: (reason, errorType = "Failure") => {
      operation.setOutcome("failure");
      operation.noteError(typeof errorType === "string" ? errorType : "Failure", clipText(String(reason)), true);
    },
  };
}

function nameOfError(error: unknown): string {
  try {
    return error instanceof Error ? error.name : typeof error;
  } catch {
    return "Error";
  }
}

function outcomeOfError(name: string): Outcome {
  if (name === "AbortError") return "cancelled";
  return name === "TimeoutError" ? "timeout" : "failure";
}
