import { createRequire } from "node:module";
import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { CallbackManager, type Callbacks } from "@langchain/core/callbacks/manager";

/** As much of the framework's class as is replaced. */
export type Manager = Pick<typeof CallbackManager, "_configureSync">;

const MANAGER = "@langchain/core/callbacks/manager";

/**
 * Adds the handler to every run from now on. The framework's own way, `registerConfigureHook`, reaches only what the caller's async
 * context reaches: not a server that listens already, and nothing at all after an `await`. So the one function is wrapped by which
 * every run comes to its callbacks.
 *
 * @param managers of the framework's copies @default those that this process has, as far as they can be found
 * @returns how to stop that
 */
export function attachToAll(handler: BaseCallbackHandler, managers: readonly Manager[] = ownManagers()): () => void {
  const detach = managers.map((manager) => attach(manager, handler));
  return () => {
    for (const stop of detach) stop();
  };
}

function attach(manager: Manager, handler: BaseCallbackHandler): () => void {
  const original = manager._configureSync;
  if (typeof original !== "function") {
    throw new TypeError(
      "this version of @langchain/core cannot be attached to: give its calls the handler of createCallbackHandler",
    );
  }
  let isAttached = true;
  const configure: typeof original = function (this: Manager, given, ...rest) {
    return original.call(this, isAttached ? withHandler(given, handler) : given, ...rest);
  };
  manager._configureSync = configure;
  return () => {
    isAttached = false;
    // Whoever has wrapped it since then still calls ours.
    if (manager._configureSync === configure) manager._configureSync = original;
  };
}

function withHandler(given: Callbacks | undefined, handler: BaseCallbackHandler): Callbacks {
  if (given === undefined) return [handler];
  if (Array.isArray(given)) return given.includes(handler) ? given : [...given, handler];
  return given.handlers.includes(handler) ? given : given.copy([handler]);
}

/** The framework comes twice, for `import` and for `require`. The second copy counts in a host that requires its modules. */
function ownManagers(): Manager[] {
  const require = createRequire(import.meta.url);
  try {
    const isRequired = require.main !== undefined || require.cache[require.resolve(MANAGER)] !== undefined;
    if (!isRequired) return [CallbackManager];
    const required = require(MANAGER) as { readonly CallbackManager: Manager };
    return [CallbackManager, required.CallbackManager];
  } catch {
    // A bundler has put the framework into one file with everything else: there is no second copy to be found.
    return [CallbackManager];
  }
}
