import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { unit } from "../common.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

export function hostUse(q: PanelQueries): Panel {
  return timeSeries({
    title: "Host",
    shows: "How much of the host's processors, memory and disk is in use.",
    whenBad:
      "The disk above 90 %: shorten what is kept, or give it room, before events cannot be stored. Memory near 100 %: something will be killed.",
    unit: unit.share,
    queries: [
      { expr: q.largest({ metric: "hostCpu", by: ["instance"] }), legend: "{{instance}} processors" },
      { expr: `${q.series("hostMemoryUsed")} / ${q.series("hostMemory")}`, legend: "{{instance}} memory" },
      { expr: q.largest({ metric: "hostDiskUsed", by: ["instance"] }), legend: "{{instance}} disk" },
    ],
    max: 1,
  });
}

export function hostLoad(q: PanelQueries): Panel {
  return timeSeries({
    title: "Load",
    shows: "Processes that run or wait to run on the host, averaged over a minute.",
    whenBad: "Above the number of cores for long: the host is too small, or something else runs on it.",
    unit: unit.count,
    queries: [{ expr: q.largest({ metric: "hostLoad", by: ["instance"] }), legend: "{{instance}}" }],
    decimals: 1,
  });
}
