import type { z } from "zod";
import type { Correlation } from "./envelope.ts";
import type { EventFamily, eventSchemas } from "./schemas.ts";

export type EventType = keyof typeof eventSchemas;

/** What an event of a type says, beyond when, where and who. */
export type EventData<T extends EventType> = z.output<(typeof eventSchemas)[T]>;

/** The sender's own attributes: kept and searchable, never labels. */
export type EventAttributes = Record<string, string | number | boolean>;

/** One thing that happened. Every metric, view, stream and page is a fold over these. */
export interface EventEnvelope<Type, Data> extends Correlation {
  id: string;
  type: Type;
  timeUnixMillis: number;
  source: string;
  attributes?: EventAttributes | undefined;
  data: Data;
}

export type EventOf<T extends EventType> = { [K in T]: EventEnvelope<K, EventData<K>> }[T];
export type AgentEvent = EventOf<EventType>;

/** What a caller gives; the rest (id, time, source, correlation) is filled in. */
export type EventInput = {
  [T in EventType]: {
    type: T;
    data: z.input<(typeof eventSchemas)[T]>;
    id?: string;
    timeUnixMillis?: number;
    source?: string;
    attributes?: EventAttributes;
  } & Correlation;
}[EventType];

/** An event as the store gives it back. */
export type StoredEvent = AgentEvent & {
  /** Gap-free and growing with every event kept; where a reader resumes. */
  readonly seq: number;
  readonly receivedUnixMillis: number;
};

export type { EventFamily };
