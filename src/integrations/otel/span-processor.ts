import type { EventInput } from "../../events/types.ts";
import type { Face } from "../../instrument/face.ts";
import { attribute } from "../../tracing/semconv.ts";
import { isToldByEvents } from "../../tracing/told-spans.ts";
import { Guard } from "../guard.ts";
import type { Draft } from "../spans/drafts.ts";
import type { Span } from "../spans/span.ts";
import { SpanTranslator, type Translation } from "../spans/translate.ts";
import { type EndedSpan, readEndedSpan } from "./ended-span.ts";

/** Most spans that are read together; a busy turn of the event loop is read in several parts. */
const MAX_WAITING_SPANS = 512;
/** How often it is looked whether a call has waited for its agent for long enough. */
const TICK_MILLIS = 1_000;

/** What OpenTelemetry's SDK, in versions 1 to 3, asks of a span processor. */
export interface AgentSpanProcessor {
  onStart(): void;
  onEnd(span: EndedSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Reads spans once the turn of the event loop is over in which they ended, all of that turn together: those of one piece of work often
 * end at once. Whatever goes wrong in here, the SDK does not notice.
 */
export class TurnSpanProcessor implements AgentSpanProcessor {
  readonly #crowsnest: Face;
  readonly #guard: Guard;
  readonly #translator = new SpanTranslator();
  #waiting: Span[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(crowsnest: Face) {
    this.#crowsnest = crowsnest;
    this.#guard = new Guard(crowsnest, "crowsnest/otel");
  }

  onStart(): void {}

  onEnd(ended: EndedSpan): void {
    this.#guard.run(() => this.#waiting.push(readSpan(ended)));
    if (this.#waiting.length >= MAX_WAITING_SPANS) this.#tellWaiting();
    this.#scheduled ??= setImmediate(() => this.#tellWaiting());
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#tellOverdue(Date.now()), TICK_MILLIS);
    this.#timer.unref();
  }

  async forceFlush(): Promise<void> {
    this.#tellWaiting();
  }

  /** Calls that still wait for their agent are told as the service's. */
  async shutdown(): Promise<void> {
    this.#tellWaiting();
    this.#tellOverdue(Number.POSITIVE_INFINITY);
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tellWaiting(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const spans = this.#waiting;
    this.#waiting = [];
    if (spans.length > 0) this.#guard.run(() => this.#tell(this.#translator.take(spans, Date.now())));
  }

  #tellOverdue(nowMillis: number): void {
    this.#guard.run(() => this.#tell(this.#translator.overdue(nowMillis)));
  }

  #tell(translation: Translation): void {
    for (const draft of translation.drafts) this.#crowsnest.emit(withoutSource(draft));
    translation.done();
  }
}

function readSpan(ended: EndedSpan): Span {
  const span = readEndedSpan(ended);
  if (!isToldByEvents(span.scope)) return span;
  return { ...span, attributes: new Map([...span.attributes, [attribute.told, true] as const]) };
}

/** The events of one process belong to one service, whatever the host calls itself in its spans. */
function withoutSource({ source: _, ...event }: Draft): EventInput {
  return event as EventInput;
}
