import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { unit } from "../common.ts";
import { names, stat } from "../kinds/stat.ts";
import { timeSeries } from "../kinds/time-series.ts";
import { ofProcess } from "../process-metrics.ts";
import type { PanelQueries } from "../queries.ts";

/** Prometheus's own word for whether it could scrape something. */
export function processesUp(): Panel {
  return stat({
    title: "Processes up",
    shows: "Processes with Crowsnest that Prometheus can scrape.",
    whenBad: "Fewer than there should be: see Prometheus's page of targets for the reason, and the process's log.",
    unit: unit.count,
    query: { expr: 'sum(up{instance=~"$instance"})', legend: "up" },
    thresholds: [],
  });
}

export function versions(q: PanelQueries): Panel {
  return names({
    title: "Versions",
    shows: "Which Crowsnest runs on which Node.",
    whenBad: "More than one at a time is fine during a roll-out. For long: a process was forgotten.",
    unit: unit.text,
    query: {
      expr: `count by (version, node_version) (${q.series("buildInfo")})`,
      legend: "{{version}} on Node {{node_version}}",
    },
  });
}

export function memory(): Panel {
  return timeSeries({
    title: "Memory by kind",
    shows: "Memory of each process: all that is resident, the JavaScript heap in use, and buffers outside of it.",
    whenBad:
      "Resident grows and the heap does not: buffers, most often slow watchers or sinks. Both grow without end: a leak, take a heap profile.",
    unit: unit.bytes,
    queries: [
      { expr: ofProcess("residentMemory"), legend: "{{instance}} resident" },
      { expr: ofProcess("heapUsed"), legend: "{{instance}} heap" },
      { expr: ofProcess("externalMemory"), legend: "{{instance}} external" },
    ],
  });
}

export function residentMemory(): Panel {
  return stat({
    title: "Memory",
    shows: "Resident memory of the process that has most.",
    whenBad: "Near what its container may have: see Memory by kind below, and give it more or find what grows.",
    unit: unit.bytes,
    query: { expr: `max(${ofProcess("residentMemory")})`, legend: "resident" },
  });
}

export function eventLoop(): Panel {
  return timeSeries({
    title: "Event loop delay",
    shows:
      "How late timers come because JavaScript keeps the process busy: half of them, and 99 %. It is sampled every 50 ms, which is its floor.",
    whenBad: "Far above 50 ms: something blocks. Compare with scrape time and GC; agents in the same process may block it, too.",
    unit: unit.seconds,
    queries: [
      { expr: ofProcess("eventLoopLagP50"), legend: "{{instance}} p50" },
      { expr: ofProcess("eventLoopLagP99"), legend: "{{instance}} p99" },
    ],
  });
}

export function cpu(): Panel {
  return timeSeries({
    title: "Processor",
    shows: "Share of one core that each process uses.",
    whenBad: "At 100 %: the main thread is full and everything waits. Compare with events by type, and take a profile.",
    unit: unit.share,
    queries: [{ expr: `rate(${ofProcess("cpuSeconds")}[$__rate_interval])`, legend: "{{instance}}" }],
  });
}

export function garbageCollection(): Panel {
  return timeSeries({
    title: "Garbage collection",
    shows: "Share of time that each process spends collecting garbage, by kind of collection.",
    whenBad: "More than some per cent of major collections: the heap is nearly full. See Memory by kind.",
    unit: unit.share,
    queries: [
      {
        expr: `sum by (instance, kind) (rate(${ofProcess("gcSeconds")}[$__rate_interval]))`,
        legend: "{{instance}} {{kind}}",
      },
    ],
  });
}

export function openFiles(): Panel {
  return timeSeries({
    title: "Open files",
    shows: "Share of the files and sockets that each process may open which it has open.",
    whenBad: "Rising without end: connections are not closed. Near 100 % nobody can connect any more.",
    unit: unit.share,
    queries: [{ expr: `${ofProcess("openFiles")} / ${ofProcess("maxFiles")}`, legend: "{{instance}}" }],
  });
}

export function uptime(): Panel {
  return stat({
    title: "Time since start",
    shows: "How long the process that was started last has been running.",
    whenBad: "Short although nobody restarted it: it crashed. Its log's last lines and its exit code tell why.",
    unit: unit.seconds,
    query: { expr: `min(time() - ${ofProcess("startTime")})`, legend: "since start" },
  });
}
