import type { AnyWork, Place } from "../../instrument/face.ts";

/** Where the parts of a run belong. */
export interface Inside {
  /** The agent at work. */
  readonly agent: string;
  readonly inside: AnyWork | Place;
}
