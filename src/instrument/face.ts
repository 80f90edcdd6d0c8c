import type { EventInput } from "../events/types.ts";
import { type BudgetOptions, setBudget } from "./budget.ts";
import { type ContextOptions, tellContext } from "./context.ts";
import { emit } from "./emit.ts";
import { idleWork } from "./idle.ts";
import type { Instrument } from "./instrument.ts";
import { type Kinds, kinds } from "./kinds/index.ts";
import { beginOperation, type Operation, type OperationKind } from "./operation.ts";
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

/** Wraps work of one kind: runs the function, gives back what it returns, lets through what it throws. */
type Wrap<K extends keyof Kinds> = <T>(options: OptionsOf<K>, work: (handle: HandleOf<K>) => T) => T;

/** The thin layer: what an agent's code calls. */
export type Face = { readonly [K in keyof Kinds]: Wrap<K> } & {
  /**
   * Begins work that no single function spans. `parent` is the work it belongs to; otherwise it is the work around the call.
   * End it with `end()` or `fail(error)`.
   */
  begin<K extends keyof Kinds>(kind: K, options: OptionsOf<K>, parent?: AnyWork): Work<HandleOf<K>>;
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
    begin: (kind, options, parent) => beginWork(instrument, kind, options, parent),
    emit: (event) => emit(instrument, event),
    context: (options) => tellContext(instrument, options),
    budget: (options) => setBudget(instrument, options),
  };
}

function beginWork<K extends keyof Kinds>(
  instrument: Instrument,
  kind: K,
  options: OptionsOf<K>,
  parent: AnyWork | undefined,
): Work<HandleOf<K>> {
  const known = kinds[kind] as unknown as OperationKind<OptionsOf<K>, HandleOf<K>> | undefined;
  const outer = parent === undefined ? undefined : operations.get(parent);
  const operation = known && beginOperation(instrument, known, options, outer);
  if (operation === undefined) return idleWork as unknown as Work<HandleOf<K>>;
  const work: Work<HandleOf<K>> = {
    handle: operation.handle,
    run: (inside) => operation.run(inside),
    end: () => operation.end(),
    fail: (error) => operation.fail(error),
  };
  operations.set(work, operation);
  return work;
}

/** Which operation stands behind the work that a caller holds: theirs is an object without our insides. */
const operations = new WeakMap<AnyWork, Operation<unknown>>();
