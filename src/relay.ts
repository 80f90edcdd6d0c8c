import { messageOf } from "./bus/trouble.ts";
import type { Core } from "./core.ts";
import type { Instrument } from "./instrument/instrument.ts";
import { RelaySink } from "./sinks/relay/relay-sink.ts";

/** A process's way to its hub. */
export interface Relay {
  /** What is wrong with it and how many events wait; undefined while all is well. */
  readonly trouble: string | undefined;
  /** Whether events stay on disk for now. */
  readonly isSpooling: boolean;
  /** Tells the hub no more that this process is alive. */
  stop(): void;
}

/** How often a process that has work and nothing to tell says that it is alive: well within what a hub takes for silence (5 minutes). */
const HEARTBEAT_MILLIS = 60_000;

/**
 * Sends every event of the bus to the hub of the configuration, and makes `/health` and `/metrics` say how that goes.
 *
 * @throws Error where the spool's folder cannot be used
 */
export async function connectRelay(hub: string, core: Core, instrument: Instrument): Promise<Relay> {
  const { token, spool: folder, maxSpoolBytes } = core.config;
  const hide = (text: string) => (token === undefined ? text : text.replaceAll(token, "…"));
  let queue: { readonly depth: number } | undefined;
  const sink = new RelaySink(
    {
      hub,
      token,
      userAgent: `crowsnest/${core.version}`,
      spool: folder === undefined ? undefined : { folder, maxBytes: maxSpoolBytes },
    },
    {
      lost: (reason, count, cause) => core.losses.events("hub", reason, count, cause),
      spoolFailed(cause) {
        core.metrics.spoolFailures.inc({});
        core.trouble.tell(
          "spool",
          () => `events for the hub cannot be kept in ${folder}, and wait in memory: ${messageOf(cause)}`,
        );
      },
      tell: (kind, describe) => core.trouble.tell(kind, () => hide(describe())),
      queued: () => queue?.depth ?? 0,
    },
  );
  queue = await core.bus.connect(sink);
  core.components.push({
    name: "hub",
    check: () => (sink.trouble === undefined ? { status: "up" } : { status: "degraded", reason: sink.trouble }),
  });
  if (folder !== undefined) core.beforeScrape(() => core.metrics.spoolBytes.set({}, sink.spoolBytes));
  const stop = startHeartbeat(core, instrument);
  return {
    get trouble() {
      return sink.trouble;
    },
    get isSpooling() {
      return sink.spooled > 0;
    },
    stop,
  };
}

/** A hub gives up the work of a service that is silent. Work in here is alive for as long as this process is. */
function startHeartbeat(core: Core, instrument: Instrument): () => void {
  let silent = true;
  core.bus.tap("heartbeat", () => {
    silent = false;
  });
  const beat = () => {
    if (silent && instrument.running.size > 0) instrument.send("process_heartbeat", {}, {});
    silent = true;
  };
  const timer = setInterval(beat, Math.min(HEARTBEAT_MILLIS, core.config.abandonAfterSeconds * 250));
  timer.unref();
  return () => clearInterval(timer);
}
