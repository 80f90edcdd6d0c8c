/**
 * Figures of the process and of Node that panels show. They are prom-client's own, so their names are in no table of ours; a test
 * holds them to what prom-client exports.
 */
export const processMetrics = {
  cpuSeconds: "process_cpu_seconds_total",
  startTime: "process_start_time_seconds",
  residentMemory: "process_resident_memory_bytes",
  openFiles: "process_open_fds",
  maxFiles: "process_max_fds",
  heapUsed: "nodejs_heap_size_used_bytes",
  heapTotal: "nodejs_heap_size_total_bytes",
  externalMemory: "nodejs_external_memory_bytes",
  eventLoopLagP50: "nodejs_eventloop_lag_p50_seconds",
  eventLoopLagP99: "nodejs_eventloop_lag_p99_seconds",
  gcSeconds: "nodejs_gc_duration_seconds_sum",
} as const;

/** A figure of the chosen processes. */
export function ofProcess(metric: keyof typeof processMetrics): string {
  return `${processMetrics[metric]}{instance=~"$instance"}`;
}
