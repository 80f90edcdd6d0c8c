import type { SpanData, SpanError } from "@openai/agents";
import type { AnyWork, Face, Place, Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import type { Handoffs } from "./handoffs.ts";
import type { OpenAIAgentsOptions } from "./options.ts";

/** What is known of a whole trace while it runs. */
export interface TraceNotes {
  readonly id: string;
  /** Its name, for people; undefined where the processor was added while it ran. */
  readonly name: string | undefined;
  /** True where the trace is a workflow run by itself, rather than part of one. */
  readonly isWorkflow: boolean;
  readonly sessionId: string | undefined;
  /** Some agent of it has told an error. */
  hasToldError: boolean;
}

/** Where a span stands. */
export interface Around {
  readonly crowsnest: Face;
  readonly options: OpenAIAgentsOptions;
  readonly trace: TraceNotes;
  readonly handoffs: Handoffs;
  /** What it belongs to. */
  readonly inside: AnyWork | Place;
  /** The agent that is at work around it. */
  readonly agent: string | undefined;
  /** Id of the span or trace in which the agents of the current run stand side by side. */
  readonly run: string | undefined;
  /** Id of the span, or else of the trace, that it stands in. */
  readonly parentId: string;
  readonly startedUnixMillis: number;
}

/** What a span became. */
export interface Begun {
  /** What happens inside of it belongs to this. @default what the span itself belongs to */
  readonly work?: Work<WorkHandle>;
  /** The agent that is at work inside. @default the one around */
  readonly agent?: string;
  /** The run that it belongs to. @default the one around */
  readonly run?: string;
  /** The span ended; its data is complete now. */
  readonly end?: (error: SpanError | null) => void;
}

/** Turns spans of one type into work and events. The data is the span's own, and grows while it runs. */
export type Mapping<Data extends SpanData> = (data: Data, around: Around) => Begun;

/** Seconds since the span began. */
export function secondsSince(startedUnixMillis: number): number {
  return Math.max(0, unixMillisNow() - startedUnixMillis) / 1_000;
}

/** The time by a clock that never goes back, so that no duration is negative. */
export function unixMillisNow(): number {
  return performance.timeOrigin + performance.now();
}
