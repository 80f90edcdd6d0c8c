import { messageOf } from "../bus/trouble.ts";
import type { ServerParts } from "../crowsnest.ts";
import { chooseFrameworks, INSTRUMENT } from "./choice.ts";
import { mainProgram } from "./main-program.ts";
import { ownCrowsnest } from "./own.ts";

/** Set by the first copy of this package that is registered in a process. */
const REGISTERED = Symbol.for("crowsnest.registered");

/**
 * Starts this process's Crowsnest and attaches it to the frameworks that its main program has, before that runs. Where it has none,
 * nothing is started.
 *
 * @throws Error where the variable that names frameworks is wrong
 */
export async function register(loadServer: () => Promise<ServerParts>): Promise<void> {
  const holder = globalThis as { [REGISTERED]?: true };
  if (holder[REGISTERED]) return;
  holder[REGISTERED] = true;
  const main = mainProgram();
  if (main.isLauncher) return;
  const { frameworks, problem } = chooseFrameworks(main, process.env[INSTRUMENT]);
  if (problem !== undefined) throw new Error(problem);
  if (frameworks.length === 0) return;
  const crowsnest = await ownCrowsnest(loadServer);
  if (crowsnest === undefined) return;
  for (const { name, attach } of frameworks) {
    try {
      await attach(crowsnest, main);
    } catch (error) {
      console.warn(`crowsnest: ${name} is not seen: ${messageOf(error)}`);
    }
  }
}
