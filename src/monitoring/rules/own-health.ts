import { type Alert, type AlertGroup, MINUTE_SECONDS } from "./alert.ts";

/** Crowsnest itself: while it is not well, what the other alerts say is not worth much. */
export const ownAlerts: AlertGroup = ({ queries, recorded, thresholds, job }) => {
  const up = `up{job="${job}"}`;
  const slow = (part: string, p95: string): Alert => ({
    alert: "CrowsnestSlowProcessing",
    expr: `${p95} > ${thresholds.processingP95Seconds}`,
    forSeconds: 5 * MINUTE_SECONDS,
    keepFiringForSeconds: 5 * MINUTE_SECONDS,
    severity: "warning",
    labels: { part },
    summary: `Crowsnest at {{ $labels.instance }} is slow (${part})`,
    description: `One ${part} in twenty takes longer than {{ $value | humanizeDuration }}.`,
  });
  return [
    {
      alert: "CrowsnestDown",
      expr: `${up} == 0 or absent(${up})`,
      forSeconds: 2 * MINUTE_SECONDS,
      severity: "critical",
      summary: "Crowsnest {{ with $labels.instance }}at {{ . }} {{ end }}is down",
      description:
        "Prometheus cannot scrape it{{ with $labels.instance }}{{ else }}, as it has no such target{{ end }}. Nothing is known of the fleet until it is back.",
    },
    {
      alert: "CrowsnestStoreFailing",
      expr: `${queries.increaseOfRare({ metric: "storeFailures", by: ["job", "instance"], where: { reason: '="write_failed"' } }, "5m")} > 0`,
      forSeconds: MINUTE_SECONDS,
      keepFiringForSeconds: 5 * MINUTE_SECONDS,
      severity: "critical",
      summary: "Crowsnest at {{ $labels.instance }} cannot keep events",
      description:
        '{{ printf "%.0f" $value }} batches of events could not be made durable within 5 minutes. Senders are told to try again; events of its own process are lost.',
    },
    {
      alert: "CrowsnestEventsDropped",
      expr: `${recorded.eventsDroppedRatio5m} > ${thresholds.eventsDroppedRatio}`,
      forSeconds: MINUTE_SECONDS,
      keepFiringForSeconds: 10 * MINUTE_SECONDS,
      severity: "critical",
      summary: "Crowsnest at {{ $labels.instance }} loses events ({{ $labels.queue }})",
      description: "{{ $value | humanizePercentage }} of the events for {{ $labels.queue }} were dropped within 5 minutes.",
    },
    {
      alert: "CrowsnestQueueFull",
      expr: `${recorded.queueFillRatio} > ${thresholds.queueFillRatio}`,
      forSeconds: MINUTE_SECONDS,
      keepFiringForSeconds: 5 * MINUTE_SECONDS,
      severity: "warning",
      summary: "The queue of {{ $labels.queue }} in Crowsnest at {{ $labels.instance }} is almost full",
      description: "It holds {{ $value | humanizePercentage }} of what it can. When it is full, events are dropped.",
    },
    slow("store commit", recorded.storeCommitDurationP95),
    slow("scrape", recorded.scrapeDurationP95),
    {
      alert: "CrowsnestLabelOverflow",
      expr: `${queries.increaseOfRare({ metric: "labelOverflows", by: ["job", "instance", "metric"] }, "15m")} > 0`,
      forSeconds: MINUTE_SECONDS,
      keepFiringForSeconds: 15 * MINUTE_SECONDS,
      severity: "info",
      summary: "{{ $labels.metric }} has too many label values",
      description:
        '{{ printf "%.0f" $value }} observations within 15 minutes were counted under `other`: a label most likely carries an id.',
    },
  ];
};
