import type { AgentEvent, EventOf, EventType } from "../../../src/events/types.ts";
import { parseEvent } from "../../../src/events/validate.ts";
import type { AttributeValue, Span } from "../../../src/integrations/spans/span.ts";
import { SpanTranslator } from "../../../src/integrations/spans/translate.ts";

const START = Date.UTC(2026, 0, 5, 12);
let spans = 0;

/** A span of two seconds; spans made later start later. */
export function span(name: string, attributes: Record<string, AttributeValue> = {}, more: Partial<Span> = {}): Span {
  spans += 1;
  return {
    traceId: "5b8efff798038103d269b633813fc60c",
    spanId: spans.toString(16).padStart(16, "0"),
    parentSpanId: undefined,
    name,
    scope: "tests",
    service: "py",
    startUnixMillis: START + spans,
    endUnixMillis: START + spans + 2_000,
    durationSeconds: 2,
    attributes: new Map(Object.entries(attributes)),
    failed: false,
    statusMessage: undefined,
    exception: undefined,
    ...more,
  };
}

/** The same span inside another one. */
export function inside(parent: Span, child: Span): Span {
  return { ...child, parentSpanId: parent.spanId };
}

export interface Told {
  readonly events: readonly AgentEvent[];
  readonly types: readonly EventType[];
  of<T extends EventType>(type: T): EventOf<T>[];
}

/** The events that spans tell; each has to be one that the vocabulary takes. */
export function tell(batch: readonly Span[], translator = new SpanTranslator()): Told {
  const events = translator.translate(batch).map((draft) => {
    const parsed = parseEvent(draft);
    if ("event" in parsed) return parsed.event;
    throw new Error(`${draft.type} is refused: ${JSON.stringify(parsed.problems)}`);
  });
  return {
    events,
    types: events.map(({ type }) => type),
    of: <T extends EventType>(type: T) => events.filter((event): event is EventOf<T> & AgentEvent => event.type === type),
  };
}
