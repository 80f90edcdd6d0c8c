import { freemem, loadavg, totalmem } from "node:os";
import type { Metrics } from "./metric-set.ts";

/** How often the host is asked. */
const INTERVAL_MILLIS = 15_000;

/**
 * Reads figures of the host every 15 seconds, from a short list of calls known to be cheap: `systeminformation` can also list
 * processes (63 ms of blocked event loop) and run commands with what it is given, and neither is used.
 *
 * @param path a path on the file system whose fill is told
 * @returns how to stop
 */
export async function watchHost(metrics: Metrics, path: string, failed: (error: unknown) => void): Promise<() => void> {
  const { currentLoad, fsSize, mem } = await import("systeminformation");
  let stopped = false;
  let reading = false;
  const read = async () => {
    const [load, memory, disks] = await Promise.all([currentLoad(), mem(), fsSize()]);
    if (stopped) return;
    metrics.hostCpu.set({}, load.currentLoad / 100);
    metrics.hostMemory.set({}, memory.total);
    metrics.hostMemoryUsed.set({}, memory.active);
    const disk = diskOf(path, disks);
    if (disk !== undefined) metrics.hostDiskUsed.set({}, disk.use / 100);
    metrics.hostLoad.set({}, loadavg()[0] as number);
  };
  // At once what costs nothing, so that the first scrape has it; the rest follows when it is there.
  metrics.hostMemory.set({}, totalmem());
  metrics.hostMemoryUsed.set({}, totalmem() - freemem());
  metrics.hostLoad.set({}, loadavg()[0] as number);
  const attempt = async () => {
    // A file system that does not answer must not collect one more question every 15 seconds.
    if (reading) return;
    reading = true;
    await read().catch(failed);
    reading = false;
  };
  void attempt();
  const timer = setInterval(attempt, INTERVAL_MILLIS);
  timer.unref();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

/** The file system that a path is on: the one with the longest mount point that the path begins with. */
function diskOf<Disk extends { readonly mount: string }>(path: string, disks: readonly Disk[]): Disk | undefined {
  return disks
    .filter(({ mount }) => path === mount || path.startsWith(mount.endsWith("/") ? mount : `${mount}/`))
    .sort((one, other) => other.mount.length - one.mount.length)[0];
}
