import { describe, expect, it } from "vitest";
import { type MetricDefinition, type MetricKey, metricDefinitions, metricName } from "../../src/metrics/definitions.ts";

/** The design's table, by hand: dashboards, alerts and other people's queries are written against these. */
const wanted: readonly string[] = [
  "counter agent_handoffs_total{service,from_agent,to_agent,outcome}",
  "histogram agent_handoff_duration_seconds{service,from_agent,to_agent}",
  "gauge agent_handoffs_in_progress{service}",

  "counter agent_decisions_total{service,agent,decision_type}",
  "histogram agent_decision_duration_seconds{service,agent}",
  "histogram agent_decision_confidence_ratio{service,decision_type}",

  "counter agent_task_assignments_total{service,agent,task_type}",
  "counter agent_tasks_total{service,agent,task_type,outcome}",
  "histogram agent_task_duration_seconds{service,agent,task_type}",
  "histogram agent_task_queue_duration_seconds{service,task_type}",
  "counter agent_task_retries_total{service,agent,task_type}",
  "gauge agent_tasks_in_progress{service,agent}",

  "gauge agent_info{service,agent,role}",
  "gauge agent_active{service,agent}",
  "counter agent_active_seconds_total{service,agent}",
  "counter agent_errors_total{service,agent,error_type}",
  "gauge agent_last_seen_timestamp_seconds{service,agent}",

  "gauge agent_context_tokens{service,agent}",
  "gauge agent_context_limit_tokens{service,agent}",
  "gauge agent_context_items{service,agent}",
  "histogram agent_context_refresh_duration_seconds{service,agent}",
  "counter agent_context_saved_tokens_total{service,agent}",

  "counter agent_model_calls_total{service,agent,provider,model,outcome}",
  "histogram agent_model_call_duration_seconds{service,provider,model}",
  "counter agent_model_tokens_total{service,agent,provider,model,token_type}",
  "counter agent_cost_usd_total{service,agent,model}",
  "counter agent_unpriced_model_calls_total{service,provider,model}",
  "counter agent_tool_calls_total{service,agent,tool,outcome}",
  "histogram agent_tool_call_duration_seconds{service,tool}",
  "counter agent_skill_invocations_total{service,skill,outcome,cache}",

  "counter agent_workflows_total{service,workflow,outcome}",
  "histogram agent_workflow_duration_seconds{service,workflow}",
  "gauge agent_workflows_in_progress{service,workflow}",

  "counter agent_validations_total{service,outcome}",
  "counter agent_reviews_total{service,outcome}",
  "counter agent_escalations_total{service,priority}",

  "gauge agent_budget_usd{service,scope}",
  "gauge agent_budget_spent_usd{service,scope}",
  "counter agent_safety_blocks_total{service,agent,policy}",

  "counter agent_milestones_total{service,milestone_type,outcome}",
  "histogram agent_milestone_duration_seconds{service,milestone_type}",
  "counter agent_journeys_total{service,journey,outcome}",
  "histogram agent_journey_duration_seconds{service,journey}",
  "counter agent_state_saves_total{service}",
  "histogram agent_state_load_duration_seconds{service}",
  "gauge agent_state_size_bytes{service}",

  "counter crowsnest_events_total{type}",
  "counter crowsnest_events_dropped_total{queue,reason}",
  "gauge crowsnest_queue_depth{queue}",
  "gauge crowsnest_queue_capacity{queue}",
  "counter crowsnest_tap_failures_total{tap}",
  "counter crowsnest_spans_dropped_total{reason}",
  "counter crowsnest_otlp_ignored_total{signal}",
  "histogram crowsnest_store_commit_duration_seconds{}",
  "counter crowsnest_store_failures_total{reason}",
  "counter crowsnest_redis_flush_failures_total{}",
  "gauge crowsnest_spool_bytes{}",
  "counter crowsnest_spool_failures_total{}",
  "gauge crowsnest_live_clients{}",
  "histogram crowsnest_live_delivery_seconds{}",
  "counter crowsnest_label_overflows_total{metric}",
  "counter crowsnest_scrape_errors_total{metric}",
  "histogram crowsnest_scrape_duration_seconds{}",
  "gauge crowsnest_host_cpu_ratio{}",
  "gauge crowsnest_host_memory_used_bytes{}",
  "gauge crowsnest_host_memory_bytes{}",
  "gauge crowsnest_host_load1{}",
  "gauge crowsnest_host_disk_used_ratio{}",
  "gauge crowsnest_build_info{version,node_version}",
];

const definitions = Object.entries(metricDefinitions) as [MetricKey, MetricDefinition][];

describe("metric definitions", () => {
  it("are the design's, name by name and label by label", () => {
    const found = definitions.map(([key, { kind, labels }]) => `${kind} ${metricName(key)}{${labels.join(",")}}`);
    expect(found.toSorted()).toEqual([...wanted].sort());
  });

  it("puts the prefix before the fleet's metrics, and not before Crowsnest's own", () => {
    expect(metricName("handoffs", "yolo")).toBe("yolo_handoffs_total");
    expect(metricName("queueDepth", "yolo")).toBe("crowsnest_queue_depth");
  });

  it("has every fleet metric say whose it is, and none of Crowsnest's own", () => {
    for (const [key, { own, labels }] of definitions) expect(labels.includes("service"), key).toBe(own !== true);
  });

  describe.each(definitions)("%s", (key, { kind, help, labels, buckets }) => {
    const name = metricName(key);

    it("has a legal name in lower case", () => {
      expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      for (const label of labels) expect(label).toMatch(/^[a-z]+(_[a-z]+)*$/);
    });

    it("ends in _total where it is a counter, and only there", () => {
      expect(name.endsWith("_total")).toBe(kind === "counter");
    });

    it("does not say its type, nor what Prometheus adds to a name", () => {
      expect(name).not.toMatch(/_(counter|gauge|histogram|summary|count|sum|bucket|created|metric)(_|$)/);
    });

    it("is in base units, which end its name", () => {
      expect(name).not.toMatch(
        /_(ms|millis|milliseconds|micros|nanos|minutes|hours|days|percent|kb|mb|gb|kilobytes|megabytes|cents)(_|$)/,
      );
      const unit = /_(seconds|bytes|ratio|tokens|usd)(?=_|$)/.exec(name)?.[1];
      if (unit !== undefined) expect(name).toMatch(new RegExp(`_${unit}(_total)?$`));
    });

    it("is explained in a sentence", () => {
      expect(help).toMatch(/^(\p{Lu}|\d).+\.$/u);
    });

    it("has bounded labels: names and outcomes, never ids", () => {
      expect(labels.filter((label) => /(^|_)(id|run|trace|span|session)$/.test(label))).toEqual([]);
      expect(new Set(labels).size).toBe(labels.length);
      expect(labels).not.toContain("le");
    });

    it("has a dozen buckets at most, rising, where it is a histogram", () => {
      expect(buckets !== undefined).toBe(kind === "histogram");
      if (buckets === undefined) return;
      expect(buckets.length).toBeLessThanOrEqual(12);
      expect(buckets.length).toBeGreaterThanOrEqual(6);
      expect([...buckets].sort((one, other) => one - other)).toEqual(buckets);
      expect(new Set(buckets).size).toBe(buckets.length);
      expect(buckets[0]).toBeGreaterThan(0);
      expect(buckets.every(Number.isFinite)).toBe(true);
    });
  });
});
