import { context } from "@opentelemetry/api";
import type { EventInput } from "../events/types.ts";
import { type BudgetOptions, setBudget } from "./budget.ts";
import { type ContextOptions, tellContext } from "./context.ts";
import { emit } from "./emit.ts";
import { type Surroundings, surroundingsWithin } from "./followers.ts";
import { idleWork } from "./idle.ts";
import type { Instrument } from "./instrument.ts";
import { type Kinds, kinds } from "./kinds/index.ts";
import { beginOperation, type OperationKind } from "./operation.ts";
import type { Scope } from "./scope.ts";
import { toldByFramework } from "./told-inside.ts";
import { wrap } from "./wrap.ts";

export type OptionsOf<K extends keyof Kinds> = Kinds[K] extends OperationKind<infer Options, infer _Handle> ? Options : never;
export type HandleOf<K extends keyof Kinds> = Kinds[K] extends OperationKind<infer _Options, infer Handle> ? Handle : never;

/** Work begun by hand, where no function spans it: callbacks, streams. */
export interface Work<Handle> {
  readonly handle: Handle;
  /** Runs a function inside: what it does nests under this work. May be called several times. */
  run<T>(work: (handle: Handle) => T): T;
  /** It ended well, unless its handle said otherwise. Ends once; later ends are ignored. */
  end(): void;
  /** It ended with what was thrown. */
  fail(error: unknown): void;
}

/** Work of whichever kind. */
export type AnyWork = Pick<Work<unknown>, "end" | "fail">;

/** Where a caller stood: what later work can belong to. */
export interface Place {
  /** The workflow run around it. */
  readonly workflowId: string | undefined;
}

/** Wraps work of one kind: runs the function, gives back what it returns, lets through what it throws. */
type Wrap<K extends keyof Kinds> = <T>(options: OptionsOf<K>, work: (handle: HandleOf<K>) => T) => T;

/** The thin layer: what an agent's code calls. */
export type Face = { readonly [K in keyof Kinds]: Wrap<K> } & {
  /**
   * Begins work that no single function spans. `parent` is the work it belongs to, or the place; otherwise it is the work around
   * the call. `startedUnixMillis` says when it began, where that is known only now. End it with `end()` or `fail(error)`.
   */
  begin<K extends keyof Kinds>(
    kind: K,
    options: OptionsOf<K>,
    parent?: AnyWork | Place,
    startedUnixMillis?: number,
  ): Work<HandleOf<K>>;
  /** Where the caller stands, for work that begins later and elsewhere but belongs here. */
  here(): Place;
  /** Tells anything of the vocabulary after the fact; returns whether it was taken. Never throws. */
  emit(event: EventInput): boolean;
  /** Tells how full an agent's context is. */
  context(options: ContextOptions): void;
  /** Sets what an agent, a workflow or a day may cost: 80 % of it warns, all of it is told, and enforced where you say so. */
  budget(options: BudgetOptions): void;
};

/** Makes the face that stands on an instrument. Its functions need no `this`. */
export function createFace(instrument: Instrument): Face {
  const wraps = Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [
      name,
      (options: never, work: (handle: never) => unknown) => wrap(instrument, kind as OperationKind<never, never>, options, work),
    ]),
  ) as unknown as { readonly [K in keyof Kinds]: Wrap<K> };
  return {
    ...wraps,
    begin: (...given) => beginWork(instrument, ...given),
    here: () => hereOf(instrument),
    emit: (event) => emit(instrument, event),
    context: (options) => tellContext(instrument, options),
    budget: (options) => setBudget(instrument, options),
  };
}

function beginWork<K extends keyof Kinds>(
  instrument: Instrument,
  kind: K | OperationKind<OptionsOf<K>, HandleOf<K>>,
  options: OptionsOf<K>,
  parent?: AnyWork | Place,
  startedUnixMillis?: number,
): Work<HandleOf<K>> {
  const known =
    typeof kind === "object" ? kind : (kinds[kind] as unknown as OperationKind<OptionsOf<K>, HandleOf<K>> | undefined);
  const outer = parent && surroundingsOf(parent);
  const operation = known && beginOperation(instrument, known, options, outer, startedUnixMillis);
  if (operation === undefined) return idleWork as unknown as Work<HandleOf<K>>;
  const work: Work<HandleOf<K>> = {
    handle: operation.handle,
    run: (inside) => operation.run(inside),
    end: () => operation.end(),
    fail: (error) => operation.fail(error),
  };
  surroundings.set(work, operation);
  return work;
}

function hereOf(instrument: Instrument): Place {
  const entered: Scope = instrument.carrier.current();
  return placeOf(surroundingsWithin(entered) ?? { scope: entered, context: context.active() });
}

/** What stands behind the work or the place that a caller holds: theirs is an object without our insides. */
const surroundings = new WeakMap<AnyWork | Place, Surroundings>();

/** For integrations: what a piece of work or a place hands down. */
export function surroundingsOf(work: AnyWork | Place): Surroundings | undefined {
  return surroundings.get(work);
}

/** For integrations: an error was told inside, and what is thrown through here in this turn of the event loop is that error. */
export function noteToldInside(work: AnyWork | Place): void {
  const scope = surroundings.get(work)?.scope;
  if (scope !== undefined) toldByFramework.add(scope);
}

/** For integrations: begins work of a kind of their own, as `face.begin` does for the kinds that everybody has. */
export function beginOwn<Options, Handle>(
  face: Face,
  kind: OperationKind<Options, Handle>,
  options: Options,
  parent?: AnyWork | Place,
): Work<Handle> {
  return face.begin(kind as never, options as never, parent) as unknown as Work<Handle>;
}

/** For integrations: a place that is known from elsewhere, such as from another process. */
export function placeOf(known: Surroundings): Place {
  const place: Place = { workflowId: known.scope.workflowId };
  surroundings.set(place, known);
  return place;
}
