import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { stat, total } from "../kinds/stat.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

const QUEUE = ["instance", "queue"] as const;

/** Counters that do not exist before something went wrong: until then none is the truth. */
function orNone(expr: string): string {
  return `${expr} or label_replace(vector(0), "instance", "none", "", "")`;
}

/** How full each queue is; nothing waits where there is no queue. */
function queueFill(q: PanelQueries): string {
  return `${q.largest({ metric: "queueDepth", by: QUEUE })} / ${q.largest({ metric: "queueCapacity", by: QUEUE })}`;
}

export function eventRate(q: PanelQueries): Panel {
  return stat({
    title: "Events",
    shows: "Events that pass the bus, per second.",
    whenBad: "0 while agents work: they do not reach Crowsnest. See whether their process has it, or which hub it relays to.",
    unit: unit.perSecond,
    query: { expr: q.rate({ metric: "events", by: [] }), legend: "events" },
  });
}

export function eventsByType(q: PanelQueries): Panel {
  return timeSeries({
    title: "Events by type",
    shows: "What happens, in the words of the vocabulary.",
    whenBad:
      "A type that floods: find its sender by the source of those events; most often it is progress, told too often. A type that is missing: that part of an agent is not instrumented.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "events", by: ["type"] }), legend: "{{type}}" }],
    stacked: true,
  });
}

export function eventsLost(q: PanelQueries): Panel {
  return total({
    title: "Events lost",
    shows: "Events that were discarded, or refused as invalid, in the time shown.",
    whenBad:
      "Events lost by queue tells where. Refused input: the sender tells something that is no event, and the log says what.",
    unit: unit.count,
    query: { expr: `${q.increaseOfRare({ metric: "eventsDropped", by: [] })} or vector(0)`, legend: "lost" },
    thresholds: [[1, "red"]],
    decimals: 0,
  });
}

export function eventsLostByQueue(q: PanelQueries): Panel {
  return timeSeries({
    title: "Events lost by queue",
    shows: "Events discarded per second, by queue and reason; the queue called input is what was refused as invalid.",
    whenBad: "A queue that is full belongs to a sink that is too slow: mend or remove it. Others are not affected.",
    unit: unit.perSecond,
    queries: [
      {
        expr: orNone(q.rate({ metric: "eventsDropped", by: [...QUEUE, "reason"] })),
        legend: "{{instance}} {{queue}} {{reason}}",
      },
    ],
  });
}

export function otlpIgnored(q: PanelQueries): Panel {
  return timeSeries({
    title: "OpenTelemetry that tells nothing",
    shows:
      "Spans, log records and metric points per second that were accepted and told nothing of agents, or nothing that was not told elsewhere.",
    whenBad:
      "Much of it is usual, as programs export more than their agents. All of it, while Events stays at 0: the agents' instrumentation writes in words that are not understood.",
    unit: unit.perSecond,
    queries: [{ expr: orNone(q.rate({ metric: "otlpIgnored", by: ["instance", "signal"] })), legend: "{{instance}} {{signal}}" }],
  });
}

export function fullestQueue(q: PanelQueries, { queueFillRatio }: Thresholds): Panel {
  return stat({
    title: "Fullest queue",
    shows: "How full the fullest queue is.",
    whenBad: "A full queue drops events. Queues tells which one it is: its sink is slow or gone.",
    unit: unit.share,
    query: { expr: `max(${queueFill(q)}) or vector(0)`, legend: "full" },
    thresholds: [
      [0.5, "yellow"],
      [queueFillRatio, "red"],
    ],
  });
}

export function queues(q: PanelQueries, { queueFillRatio }: Thresholds): Panel {
  return timeSeries({
    title: "Queues",
    shows: "How full each queue is, where a sink has one.",
    whenBad: "Rising steadily: that sink takes less than comes. Saw-tooth: it takes large batches, which is fine.",
    unit: unit.share,
    queries: [{ expr: orNone(queueFill(q)), legend: "{{instance}} {{queue}}" }],
    thresholds: [[queueFillRatio, "red"]],
    max: 1,
  });
}

export function trouble(q: PanelQueries): Panel {
  return timeSeries({
    title: "Other losses",
    shows:
      "Spans not exported, label values replaced by other, metrics left out of a scrape, listeners that failed, batches that the disk did not take for the spool: each per second.",
    whenBad:
      "Spans: see whether the collector answers. Label values: an id is used as a name, find it by the metric's name. The rest is in the log.",
    unit: unit.perSecond,
    queries: [
      { expr: orNone(q.rate({ metric: "spansDropped", by: ["instance", "reason"] })), legend: "{{instance}} spans {{reason}}" },
      {
        expr: orNone(q.rate({ metric: "labelOverflows", by: ["instance", "metric"] })),
        legend: "{{instance}} labels {{metric}}",
      },
      { expr: orNone(q.rate({ metric: "scrapeErrors", by: ["instance", "metric"] })), legend: "{{instance}} scrape {{metric}}" },
      { expr: orNone(q.rate({ metric: "tapFailures", by: ["instance", "tap"] })), legend: "{{instance}} listener {{tap}}" },
      { expr: orNone(q.rate({ metric: "spoolFailures", by: ["instance"] })), legend: "{{instance}} spool" },
    ],
  });
}

export function storeCommits(q: PanelQueries, { processingP95Seconds }: Thresholds): Panel {
  return timeSeries({
    title: "Store commit time",
    shows:
      "Within which time half, 95 % and 99 % of the batches of events are durable. Senders are told that events are kept only after it.",
    whenBad:
      "Above the dashed line the disk is slow or full, or another program writes to it. Move the data folder to a faster disk.",
    unit: unit.seconds,
    queries: [0.5, 0.95, 0.99].map((quantile) => ({
      expr: q.quantile(quantile, { metric: "storeCommitDuration", by: [] }),
      legend: `p${quantile * 100}`,
    })),
    thresholds: [[processingP95Seconds, "red"]],
  });
}

export function storeFailures(q: PanelQueries): Panel {
  return timeSeries({
    title: "Store failures",
    shows: "Batches of events that the store could not make durable, per second and by reason.",
    whenBad:
      "Anything above 0: senders are told to try again, and do until they give up. Full disk: make room. Other reasons stand in the log.",
    unit: unit.perSecond,
    queries: [
      { expr: orNone(q.rate({ metric: "storeFailures", by: ["instance", "reason"] })), legend: "{{instance}} {{reason}}" },
    ],
  });
}

export function storeCommitTimes(q: PanelQueries): Panel {
  return heatmap({
    title: "Store commits",
    shows: "How commits are spread over the time that they take.",
    whenBad: "A second band at some ten milliseconds: the disk flushes. A band at the top: it cannot keep up.",
    unit: unit.seconds,
    buckets: q.buckets({ metric: "storeCommitDuration", by: [] }),
  });
}

export function redisFailures(q: PanelQueries): Panel {
  return timeSeries({
    title: "Redis failures",
    shows: "How often per second KPIs could not be brought to Redis, where it is used.",
    whenBad:
      "Redis is away, full, or takes neither user nor password: the log says which. Nothing else waits for it, and the sums are brought once it is back.",
    unit: unit.perSecond,
    queries: [{ expr: orNone(q.rate({ metric: "redisFlushFailures", by: ["instance"] })), legend: "{{instance}}" }],
  });
}

export function scrapeTime(q: PanelQueries, { processingP95Seconds }: Thresholds): Panel {
  return timeSeries({
    title: "Scrape time",
    shows: "Within which time half and 95 % of the scrapes of /metrics are answered.",
    whenBad:
      "Grows with the number of series: see label overflows, and lower maxSeriesPerMetric if names are not what tells agents apart.",
    unit: unit.seconds,
    queries: [0.5, 0.95].map((quantile) => ({
      expr: q.quantile(quantile, { metric: "scrapeDuration", by: ["instance"] }),
      legend: `{{instance}} p${quantile * 100}`,
    })),
    thresholds: [[processingP95Seconds, "red"]],
  });
}

export function spool(q: PanelQueries): Panel {
  return timeSeries({
    title: "Spool",
    shows: "Events on disk that wait for the hub, in processes that send their events to one, by process.",
    whenBad:
      "Rising: the hub is away or too slow, and /health of that process says which. At maxSpoolBytes, the newest events are lost.",
    unit: unit.bytes,
    queries: [{ expr: orNone(q.sum({ metric: "spoolBytes", by: ["instance"] })), legend: "{{instance}}" }],
  });
}

export function liveClients(q: PanelQueries): Panel {
  return timeSeries({
    title: "Live clients",
    shows: "Watchers of the live stream.",
    whenBad:
      "Thousands that nobody knows of: pages that were left open. Falling to 0 at once: the hub was restarted, they come back by themselves.",
    unit: unit.count,
    queries: [{ expr: q.sum({ metric: "liveClients", by: ["instance"] }), legend: "{{instance}}" }],
  });
}

export function liveDelivery(q: PanelQueries): Panel {
  return timeSeries({
    title: "Live delivery",
    shows: "Within which time 95 % of events reach a watcher's socket. There is nothing to see until somebody watches.",
    whenBad:
      "Rising with the number of watchers: the process is full, see Processor. Rising alone: single watchers are slow, and lose events of their own only.",
    unit: unit.seconds,
    queries: [{ expr: q.quantile(0.95, { metric: "liveDelivery", by: ["instance"] }), legend: "{{instance}}" }],
  });
}
