/** Reads what a piece of work used. */
export interface ResourceMeter {
  read(): { readonly cpuSeconds: number; readonly peakRssBytes: number };
}

/**
 * Measures from now on. The figures are the process's: with several pieces of work at once each is told the sum, which still
 * shows the step that burns or leaks. The peak is the larger of the two ends, as sampling in between would cost more than it tells.
 */
export function startMeter(): ResourceMeter {
  const cpuAtStart = process.cpuUsage();
  const rssAtStart = process.memoryUsage.rss();
  return {
    read() {
      const { user, system } = process.cpuUsage(cpuAtStart);
      return { cpuSeconds: (user + system) / 1_000_000, peakRssBytes: Math.max(rssAtStart, process.memoryUsage.rss()) };
    },
  };
}
