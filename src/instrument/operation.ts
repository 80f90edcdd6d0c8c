import {
  type Attributes,
  type Context,
  context,
  INVALID_SPANID,
  type Span,
  SpanKind,
  type SpanOptions,
  SpanStatusCode,
} from "@opentelemetry/api";
import { messageOf } from "../bus/trouble.ts";
import type { Correlation } from "../events/envelope.ts";
import { clipText, MAX_NAME_CHARS, type Outcome } from "../events/fields.ts";
import { type OperationKind as OpenKind, operationKey } from "../events/operations.ts";
import type { EventData, EventType } from "../events/types.ts";
import { uuidv7 } from "../events/uuid.ts";
import { attribute } from "../tracing/semconv.ts";
import { cleanOutcome, cleanText } from "./clean.ts";
import { redactedException } from "./exception.ts";
import { noteEntered, type Surroundings, surroundingsWithin } from "./followers.ts";
import type { Instrument } from "./instrument.ts";
import { type ResourceMeter, startMeter } from "./resources.ts";
import type { Running } from "./running-work.ts";
import { nestScope, type Scope } from "./scope.ts";
import { workContext } from "./scope-carrier.ts";

/** An event as a kind of work describes it: names, ids and time are added for it. */
export type Told = {
  [T in EventType]: {
    readonly type: T;
    readonly data: EventData<T>;
    /** Where it is another agent's than the work around it. */
    readonly agent?: string;
  };
}[EventType];

/** How a piece of work ended, as far as every kind has it. In parts that go into an event's data as they are. */
export interface Ending {
  readonly outcome: Outcome;
  readonly timed: {
    readonly durationSeconds: number;
    readonly cpuSeconds?: number;
    readonly peakRssBytes?: number;
  };
  readonly failure: { readonly errorType: string | undefined; readonly errorMessage: string | undefined };
}

/** One piece of work, as its kind reads it from the caller's options. */
export interface Draft<Handle> {
  readonly spanName: string;
  readonly kind?: SpanKind;
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
  /** The same for free text, from which secrets are taken out. */
  setText(name: string, text: string | undefined): void;
}

/** What every handle can do. */
export interface WorkHandle {
  /** How it ended, where neither returning nor throwing says it. */
  setOutcome(outcome: Outcome): void;
  /** It failed, although nothing is thrown. */
  fail(reason: string, errorType?: string): void;
}

const NO_FAILURE: Ending["failure"] = { errorType: undefined, errorMessage: undefined };

/** One piece of work while it runs: its span, its scope, its clock. Ends once; later ends are ignored. */
export class Operation<Handle> implements SpanWriter, Running {
  previousRunning: Running | undefined;
  nextRunning: Running | undefined;
  readonly scope: Scope;
  readonly handle: Handle;
  readonly #instrument: Instrument;
  readonly #draft: Draft<Handle>;
  readonly #span: Span | undefined;
  readonly #operationId: string | undefined;
  readonly #meter: ResourceMeter | undefined;
  readonly #startedAt: number;
  #outcome: Outcome | undefined;
  #failure: Ending["failure"] = NO_FAILURE;
  #ended = false;

  constructor(
    instrument: Instrument,
    draft: Draft<Handle>,
    outer: Scope,
    parent: Surroundings | undefined,
    startedUnixMillis: number | undefined,
  ) {
    this.#instrument = instrument;
    this.#draft = draft;
    const span = instrument.tracer?.startSpan(
      draft.spanName,
      spanOptions(draft, startedUnixMillis),
      parent?.context ?? context.active(),
    );
    const spanContext = span?.spanContext();
    // A tracer that is switched off gives the one invalid id; asking the API would check every digit of all others.
    const traced = spanContext !== undefined && spanContext.spanId !== INVALID_SPANID;
    this.#span = span;
    this.scope = nestScope(outer, draft.own, traced ? spanContext : undefined);
    // Start and end are tied by the span's id; without a span, by one of our own.
    this.#operationId = traced || draft.opens === undefined ? undefined : uuidv7();
    this.handle = draft.handle(this);
    this.#meter = instrument.resources ? startMeter() : undefined;
    this.#startedAt = startedUnixMillis === undefined ? performance.now() : startedUnixMillis - performance.timeOrigin;
    instrument.running.add(this);
    if (draft.start !== undefined) this.tell(draft.start);
  }

  /** Its kind and what ties its start to its end, for the kinds that are seen while they run. */
  get key(): string | undefined {
    const { opens } = this.#draft;
    return opens && `${opens} ${operationKey(opens, this.#instrument.source, this.#where)}`;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The OpenTelemetry context inside this piece of work. */
  get context(): Context {
    return workContext(this.scope, this.#span);
  }

  /** Runs `work` inside: spans nest under this one's, and events carry its names and ids. */
  run<T>(work: (handle: Handle) => T): T {
    noteEntered(this.scope);
    return this.#instrument.carrier.run(this.scope, this.#span, work, this.handle);
  }

  /** Publishes an event of this piece of work. */
  tell({ type, data, agent }: Told): void {
    this.#instrument.send(type, data as never, agent === undefined ? this.#where : { ...this.#where, agent });
  }

  set(name: string, value: string | number | boolean | undefined): void {
    if (value !== undefined) this.#span?.setAttribute(name, value);
  }

  setText(name: string, text: string | undefined): void {
    if (text !== undefined) this.#span?.setAttribute(name, this.#instrument.redact(text));
  }

  setOutcome(outcome: Outcome): void {
    this.#outcome = cleanOutcome(outcome, this.#instrument.report) ?? this.#outcome;
  }

  /** Ends it well, unless its handle said otherwise. Never throws. */
  end(): void {
    this.#finish(this.#outcome ?? "success");
  }

  /** Ends it with what was thrown: the span records it, and an error is told where no inner piece of work did. Never throws. */
  fail(error: unknown): void {
    if (this.#ended) return;
    const name = nameOfError(error);
    const outcome = this.#outcome ?? outcomeOfError(name);
    try {
      if (error instanceof Error) this.#span?.recordException(redactedException(error, this.#instrument.redact));
      this.noteError(name, messageOf(error), outcome !== "cancelled" && this.#instrument.isNewError(error, this.scope));
    } catch (cause) {
      this.#reportUntold(cause);
    }
    this.#finish(outcome);
  }

  /** Remembers what went wrong for the end, and tells it as an error of its own where it is new. */
  noteError(errorType: string, message: string | undefined, isNew: boolean): void {
    // Also the status of the span.
    const errorMessage = message === undefined ? undefined : cleanText(this.#instrument.redact(message));
    const failure = { errorType: errorType.slice(0, MAX_NAME_CHARS) || "Error", errorMessage };
    this.#failure = failure;
    if (isNew) this.tell({ type: "error_raised", data: failure });
  }

  /** Closes it as something that nobody will end any more. */
  abandon(): void {
    this.#finish("abandoned");
  }

  #finish(outcome: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#instrument.running.delete(this);
    try {
      this.#tellEnd(outcome);
    } catch (cause) {
      this.#reportUntold(cause);
    }
  }

  #reportUntold(cause: unknown): void {
    this.#instrument.report("unreadable", () => `the end of a piece of work could not be told: ${messageOf(cause)}`);
  }

  #tellEnd(outcome: Outcome): void {
    const span = this.#span;
    const durationSeconds = (performance.now() - this.#startedAt) / 1_000;
    const timed = this.#meter === undefined ? { durationSeconds } : { durationSeconds, ...this.#meter.read() };
    const told = this.#draft.end({ outcome, timed, failure: this.#failure }, this);
    if (told !== undefined) this.tell(told);
    if (span === undefined) return;
    if (outcome !== "success") {
      span.setAttribute(attribute.outcome, outcome);
      this.set(attribute.errorType, this.#failure.errorType);
      span.setStatus({ code: SpanStatusCode.ERROR, message: this.#failure.errorMessage ?? outcome });
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
  parent?: Surroundings,
  startedUnixMillis?: number,
): Operation<Handle> | undefined {
  try {
    const entered = instrument.carrier.current();
    const around = parent ?? surroundingsWithin(entered);
    const outer = around?.scope ?? entered;
    return new Operation(instrument, kind.draft(options, outer, instrument), outer, around, startedUnixMillis);
  } catch (error) {
    instrument.report(
      "unreadable",
      () => `a ${kind.label} is not observed, as its options could not be read: ${messageOf(error)}`,
    );
    return undefined;
  }
}

/** Objects of one shape for every kind of work, which keeps the SDK's code fast. */
function spanOptions({ attributes, kind = SpanKind.INTERNAL }: Draft<unknown>, startTime: number | undefined): SpanOptions {
  return startTime === undefined ? { attributes, kind } : { attributes, kind, startTime };
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
