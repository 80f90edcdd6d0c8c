import type { CallbackManager } from "@langchain/core/callbacks/manager";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";

/**
 * Id of the framework's run that is current where the caller stands. The framework carries its config along the async context, for
 * calls in a node or a tool that do not hand it on; the callbacks in it belong to the run around.
 */
export function currentRunId(): string | undefined {
  try {
    const config: { readonly callbacks?: CallbackManager } | undefined = AsyncLocalStorageProviderSingleton.getRunnableConfig();
    return config?.callbacks?.getParentRunId?.();
  } catch {
    return undefined;
  }
}
