import type { MessagePort } from "node:worker_threads";
import { type Call, failureOf, type Reply } from "./thread-messages.ts";

/**
 * Answers calls from another thread by the methods of what `open` returns, one after the other. Where it cannot be opened, the
 * first answer says so and the port closes; the call `close` closes both, which ends the thread.
 */
export function serve<Served extends { close(): void }>(port: MessagePort, open: () => Served): Served | undefined {
  const reply = (message: Reply): void => port.postMessage(message);
  let served: Served;
  try {
    served = open();
    reply({ value: undefined });
  } catch (error) {
    reply({ failure: failureOf(error) });
    port.close();
    return undefined;
  }
  port.on("message", ([method, parameters]: Call) => {
    try {
      const run: unknown = Reflect.get(served, method);
      if (typeof run !== "function") throw new TypeError(`there is nothing to call by the name of ${method}`);
      reply({ value: run.apply(served, parameters) });
    } catch (error) {
      reply({ failure: failureOf(error) });
    }
    if (method === "close") port.close();
  });
  return served;
}
