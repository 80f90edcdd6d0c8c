import type { z } from "zod";
import type { EventType, StoredEvent } from "../events/types.ts";
import type { Replayed } from "../folds/snapshot-part.ts";
import { Standing } from "./standing.ts";
import { timeOf, type View } from "./view.ts";

/** A view of whatever kind. */
export type AnyView = Pick<View<unknown, z.ZodObject, z.ZodType>, "summary" | "version" | "types" | "query" | "answer"> & {
  initial(): unknown;
  apply(state: never, event: StoredEvent, timeUnixMillis: number): void;
  read(state: never, query: never, nowUnixMillis: number): unknown;
};

/** Views by name, each with its state. An event meets only the views that look at its type. */
export class ViewSet<Views extends Readonly<Record<string, AnyView>>> implements Replayed {
  /** Each view is a part of its own: it stands for itself, and a snapshot of it is good whatever became of the others. */
  readonly parts: readonly Standing[];
  readonly #byName: ReadonlyMap<string, Standing>;
  readonly #byType = new Map<EventType, Standing[]>();
  #revision = 0;

  /** @param failed hears of a view that could not take an event; the others take it all the same */
  constructor(views: Views, failed: (view: string, error: unknown) => void) {
    this.parts = Object.entries(views).map(
      ([name, view]) => new Standing(name, view as unknown as Standing["view"], (error) => failed(name, error)),
    );
    this.#byName = new Map(this.parts.map((standing) => [standing.name, standing]));
    for (const standing of this.parts) {
      for (const type of standing.view.types) this.#byType.set(type, [...(this.#byType.get(type) ?? []), standing]);
    }
  }

  /** Another number whenever something has happened. */
  get revision(): number {
    return this.#revision;
  }

  apply(event: StoredEvent): void {
    this.#revision += 1;
    const standings = this.#byType.get(event.type);
    if (standings === undefined) return;
    const time = timeOf(event);
    for (const standing of standings) standing.apply(event, time);
  }

  replay(event: StoredEvent): void {
    this.apply(event);
  }

  read<Name extends keyof Views & string>(
    name: Name,
    query: z.output<Views[Name]["query"]>,
    nowUnixMillis: number = Date.now(),
  ): z.output<Views[Name]["answer"]> {
    return (this.#byName.get(name) as Standing).read(query as never, nowUnixMillis) as z.output<Views[Name]["answer"]>;
  }
}
