import { deserialize, serialize } from "node:v8";
import type { z } from "zod";
import type { EventType, StoredEvent } from "../events/types.ts";
import { timeOf, type View } from "./view.ts";

/** A view of whatever kind. */
export type AnyView = Pick<View<unknown, z.ZodObject, z.ZodType>, "summary" | "version" | "types" | "query" | "answer"> & {
  initial(): unknown;
  apply(state: never, event: StoredEvent, timeUnixMillis: number): void;
  read(state: never, query: never, nowUnixMillis: number): unknown;
};

/** A view and where it has come to. */
interface Standing {
  readonly name: string;
  readonly view: View<unknown, z.ZodObject, z.ZodType>;
  state: unknown;
}

/** What a snapshot holds of one view. */
export interface ViewSnapshot {
  readonly name: string;
  readonly version: number;
  readonly state: Uint8Array;
}

/** Views by name, each with its state. An event meets only the views that look at its type. */
export class ViewSet<Views extends Readonly<Record<string, AnyView>>> {
  readonly #standings = new Map<string, Standing>();
  readonly #byType = new Map<EventType, Standing[]>();
  readonly #failed: (view: string, error: unknown) => void;

  /** @param failed hears of a view that could not take an event; the others take it all the same */
  constructor(views: Views, failed: (view: string, error: unknown) => void) {
    this.#failed = failed;
    for (const [name, given] of Object.entries(views)) {
      const view = given as unknown as Standing["view"];
      const standing: Standing = { name, view, state: view.initial() };
      this.#standings.set(name, standing);
      for (const type of view.types) this.#byType.set(type, [...(this.#byType.get(type) ?? []), standing]);
    }
  }

  apply(event: StoredEvent): void {
    const standings = this.#byType.get(event.type);
    if (standings === undefined) return;
    const time = timeOf(event);
    for (const { name, view, state } of standings) {
      try {
        view.apply(state, event, time);
      } catch (error) {
        this.#failed(name, error);
      }
    }
  }

  read<Name extends keyof Views & string>(
    name: Name,
    query: z.output<Views[Name]["query"]>,
    nowUnixMillis: number = Date.now(),
  ): z.output<Views[Name]["answer"]> {
    const { view, state } = this.#standings.get(name) as Standing;
    return view.read(state, query, nowUnixMillis) as z.output<Views[Name]["answer"]>;
  }

  snapshot(): ViewSnapshot[] {
    return [...this.#standings].map(([name, { view, state }]) => ({ name, version: view.version, state: serialize(state) }));
  }

  /** Takes up a snapshot; false, and nothing is taken up, where it is not one of exactly these views. */
  restore(snapshots: readonly ViewSnapshot[]): boolean {
    const byName = new Map(snapshots.map((snapshot) => [snapshot.name, snapshot]));
    const fits = [...this.#standings].every(([name, { view }]) => byName.get(name)?.version === view.version);
    if (!fits) return false;
    for (const [name, standing] of this.#standings) standing.state = deserialize((byName.get(name) as ViewSnapshot).state);
    return true;
  }
}
