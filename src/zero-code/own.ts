import { messageOf } from "../bus/trouble.ts";
import type { Crowsnest, ServerParts } from "../crowsnest.ts";

/** Where every copy of this package in a process finds the one instance, and the one that stands in for it. */
const OWN = Symbol.for("crowsnest.own");
const IDLE = Symbol.for("crowsnest.idle");

const holder = globalThis as { [OWN]?: Promise<Crowsnest | undefined>; [IDLE]?: Promise<Crowsnest> };

/**
 * The instance of this process that is made from the environment alone, started by whoever asks first. Undefined where that is not
 * possible, which is told once, in one sentence: an app that did not ask for Crowsnest does not fail by it.
 */
export function ownCrowsnest(loadServer: () => Promise<ServerParts>): Promise<Crowsnest | undefined> {
  holder[OWN] ??= start(loadServer);
  return holder[OWN];
}

/** One that counts for itself, and neither listens, nor writes, nor sends. */
export function idleCrowsnest(loadServer: () => Promise<ServerParts>): Promise<Crowsnest> {
  holder[IDLE] ??= startIdle(loadServer);
  return holder[IDLE];
}

async function start(loadServer: () => Promise<ServerParts>): Promise<Crowsnest | undefined> {
  try {
    // Loaded here and not above: a process that has nothing to observe pays nothing for it.
    const { startEmbedded } = await import("../crowsnest.ts");
    return await startEmbedded({}, loadServer, { beforeHost: true });
  } catch (error) {
    console.warn(`crowsnest: this process runs without it: ${messageOf(error)}`);
    return undefined;
  }
}

async function startIdle(loadServer: () => Promise<ServerParts>): Promise<Crowsnest> {
  const { startEmbedded } = await import("../crowsnest.ts");
  const nothing = { port: "off", traces: false, prices: "off", hostMetrics: false, signals: false } as const;
  return startEmbedded({ ...nothing, log: () => undefined }, loadServer, { environment: {} });
}
