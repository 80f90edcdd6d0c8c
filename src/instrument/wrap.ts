import { idleHandle } from "./idle.ts";
import type { Instrument } from "./instrument.ts";
import { beginOperation, type Operation, type OperationKind } from "./operation.ts";

/**
 * Runs `work` as a piece of work of the given kind: span, events, clock, and ids for whatever happens inside. Gives back what
 * `work` returns and lets through what it throws, untouched. Throws of its own only a {@link BudgetExceededError}, and only where
 * the host asked for it.
 */
export function wrap<Options, Handle, T>(
  instrument: Instrument,
  kind: OperationKind<Options, Handle>,
  options: Options,
  work: (handle: Handle) => T,
): T {
  const operation = beginOperation(instrument, kind, options);
  // The host's work is done whatever became of our part of it; an idle handle then takes its calls.
  if (operation === undefined) return work(idleHandle as Handle);
  if (kind.guarded) checkBudget(instrument, operation);
  let returned: T;
  try {
    returned = operation.run(work);
  } catch (error) {
    operation.fail(error);
    throw error;
  }
  if (returned instanceof Promise) {
    // Watched from aside: the host gets the very promise that its function returned, subclass and all.
    watch(operation, returned);
    return returned;
  }
  if (isThenable(returned)) return startThenable(operation, returned) as T;
  operation.end();
  return returned;
}

/** Work refused by a budget is still told, as having failed for that reason. */
function checkBudget(instrument: Instrument, operation: Operation<unknown>): void {
  try {
    instrument.budgets.check(instrument.source, operation.scope.agent, operation.scope.workflow);
  } catch (error) {
    operation.fail(error);
    throw error;
  }
}

/** Query builders and the like start when `then` is called, and again when it is called twice: so it is called once, here. */
function startThenable<T>(operation: Operation<unknown>, thenable: PromiseLike<T>): Promise<T> {
  const promise = Promise.resolve(operation.run(() => thenable));
  watch(operation, promise);
  return promise;
}

function watch(operation: Operation<unknown>, promise: Promise<unknown>): void {
  promise.then(
    () => operation.end(),
    (error: unknown) => operation.fail(error),
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
