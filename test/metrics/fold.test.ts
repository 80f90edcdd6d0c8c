import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import type { EventInput, EventType } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { Exposition } from "../../src/metrics/exposition/exposition.ts";
import { countEvent } from "../../src/metrics/fold.ts";
import { MetricSet } from "../../src/metrics/metric-set.ts";
import { complete } from "../helpers/events.ts";
import { exampleList, examples } from "../helpers/examples.ts";
import { TestMetrics } from "../helpers/metrics.ts";

const handoff = "from_agent=scribe,to_agent=critic";
const task = "agent=scribe,task_type=write_test";
const nobodysTask = "agent=unknown,task_type=write_test";
const model = "provider=openai,model=gpt-5";
const checkout = "workflow=checkout";
const purchase = "milestone_type=purchase";

/** What an example moves: of counters by how much, of histograms which values. Types that are not here move nothing. */
const moves: { readonly [T in EventType]?: { readonly minimal: readonly string[]; readonly full: readonly string[] } } = {
  handoff_completed: {
    minimal: [`handoffs_total{${handoff},outcome=success} 1`, `handoff_duration_seconds{${handoff}} once 0.2`],
    full: [`handoffs_total{${handoff},outcome=failure} 1`, `handoff_duration_seconds{${handoff}} once 0.2`],
  },
  decision_made: {
    minimal: ["decisions_total{agent=scribe,decision_type=approval} 1"],
    full: [
      "decisions_total{agent=scribe,decision_type=approval} 1",
      "decision_duration_seconds{agent=scribe} once 0.7",
      "decision_confidence_ratio{decision_type=approval} once 0.9",
    ],
  },
  task_assigned: {
    minimal: [`task_assignments_total{${task}} 1`],
    full: [`task_assignments_total{${task}} 1`, "task_queue_duration_seconds{task_type=write_test} once 4"],
  },
  task_completed: {
    minimal: [
      `tasks_total{${nobodysTask},outcome=success} 1`,
      `task_duration_seconds{${nobodysTask}} once 30`,
      `task_retries_total{${nobodysTask}} 0`,
    ],
    full: [`tasks_total{${task},outcome=success} 1`, `task_duration_seconds{${task}} once 30`, `task_retries_total{${task}} 2`],
  },
  task_failed: {
    minimal: [
      `tasks_total{${nobodysTask},outcome=failure} 1`,
      `task_duration_seconds{${nobodysTask}} once 30`,
      `task_retries_total{${nobodysTask}} 0`,
    ],
    full: [`tasks_total{${task},outcome=timeout} 1`, `task_duration_seconds{${task}} once 30`, `task_retries_total{${task}} 2`],
  },
  workflow_completed: {
    minimal: [`workflows_total{${checkout},outcome=success} 1`, `workflow_duration_seconds{${checkout}} once 90`],
    full: [`workflows_total{${checkout},outcome=success} 1`, `workflow_duration_seconds{${checkout}} once 90`],
  },
  workflow_failed: {
    minimal: [`workflows_total{${checkout},outcome=failure} 1`, `workflow_duration_seconds{${checkout}} once 90`],
    full: [`workflows_total{${checkout},outcome=cancelled} 1`, `workflow_duration_seconds{${checkout}} once 90`],
  },
  model_called: {
    minimal: [`model_calls_total{agent=scribe,${model},outcome=success} 1`, `model_call_duration_seconds{${model}} once 1.5`],
    full: [
      `model_calls_total{agent=scribe,${model},outcome=success} 1`,
      `model_call_duration_seconds{${model}} once 1.5`,
      `model_tokens_total{agent=scribe,${model},token_type=input} 300`,
      `model_tokens_total{agent=scribe,${model},token_type=cache_read} 600`,
      `model_tokens_total{agent=scribe,${model},token_type=cache_write} 100`,
      `model_tokens_total{agent=scribe,${model},token_type=output} 180`,
      `model_tokens_total{agent=scribe,${model},token_type=reasoning} 120`,
      "cost_usd_total{agent=scribe,model=gpt-5} 0.04",
    ],
  },
  usage_reported: {
    minimal: [],
    full: [
      `model_tokens_total{agent=scribe,${model},token_type=input} 200`,
      `model_tokens_total{agent=scribe,${model},token_type=cache_read} 1000`,
      `model_tokens_total{agent=scribe,${model},token_type=output} 60`,
      `model_tokens_total{agent=scribe,${model},token_type=reasoning} 20`,
      "cost_usd_total{agent=scribe,model=gpt-5} 0.4",
    ],
  },
  tool_called: {
    minimal: ["tool_calls_total{agent=scribe,tool=edit,outcome=success} 1", "tool_call_duration_seconds{tool=edit} once 0.02"],
    full: ["tool_calls_total{agent=scribe,tool=edit,outcome=success} 1", "tool_call_duration_seconds{tool=edit} once 0.02"],
  },
  skill_invoked: {
    minimal: ["skill_invocations_total{skill=summarise,outcome=success,cache=none} 1"],
    full: ["skill_invocations_total{skill=summarise,outcome=success,cache=hit} 1"],
  },
  context_refreshed: {
    minimal: ["context_refresh_duration_seconds{agent=scribe} once 0.3"],
    full: ["context_refresh_duration_seconds{agent=scribe} once 0.3"],
  },
  context_compacted: {
    minimal: ["context_saved_tokens_total{agent=scribe} 6200"],
    full: ["context_saved_tokens_total{agent=scribe} 6200", "context_refresh_duration_seconds{agent=scribe} once 2.5"],
  },
  validation_completed: { minimal: ["validations_total{outcome=failed} 1"], full: ["validations_total{outcome=failed} 1"] },
  review_completed: { minimal: ["reviews_total{outcome=rejected} 1"], full: ["reviews_total{outcome=rejected} 1"] },
  hitl_escalated: { minimal: ["escalations_total{priority=high} 1"], full: ["escalations_total{priority=high} 1"] },
  safety_blocked: {
    minimal: ["safety_blocks_total{agent=unknown,policy=no-secrets} 1"],
    full: ["safety_blocks_total{agent=scribe,policy=no-secrets} 1"],
  },
  error_raised: {
    minimal: ["errors_total{agent=unknown,error_type=TypeError} 1"],
    full: ["errors_total{agent=scribe,error_type=TypeError} 1"],
  },
  milestone_completed: {
    minimal: [`milestones_total{${purchase},outcome=success} 1`, `milestone_duration_seconds{${purchase}} once 40`],
    full: [`milestones_total{${purchase},outcome=success} 1`, `milestone_duration_seconds{${purchase}} once 40`],
  },
  milestone_failed: {
    minimal: [`milestones_total{${purchase},outcome=failure} 1`, `milestone_duration_seconds{${purchase}} once 40`],
    full: [`milestones_total{${purchase},outcome=abandoned} 1`, `milestone_duration_seconds{${purchase}} once 40`],
  },
  journey_executed: {
    minimal: ["journeys_total{journey=sign-up,outcome=success} 1", "journey_duration_seconds{journey=sign-up} once 70"],
    full: ["journeys_total{journey=sign-up,outcome=success} 1", "journey_duration_seconds{journey=sign-up} once 70"],
  },
  state_saved: { minimal: ["state_saves_total{} 1"], full: ["state_saves_total{} 1"] },
  state_loaded: { minimal: ["state_load_duration_seconds{} once 0.02"], full: ["state_load_duration_seconds{} once 0.02"] },
};

/** Everything that an event moves, in the words of the table above; without gauges, which are read from the state. */
async function movedBy(input: EventInput): Promise<string[]> {
  const set = new MetricSet({ registry: new Registry() });
  const event = complete(input);
  countEvent(set.metrics, event, new FleetState().apply(event));
  const page = Buffer.concat(await new Exposition(set, () => undefined).render("text")).toString();
  const samples = page.split("\n").filter((line) => line !== "" && !line.startsWith("#") && !line.includes("_bucket{"));
  return samples.flatMap((line) => {
    const short = line
      .replace(/^agent_/, "")
      .replace(/service="shop",?/, "")
      .replaceAll('"', "");
    if (short.includes("_seconds_count{") || short.includes("_ratio_count{"))
      return short.endsWith(" 1") ? [] : [`${short}, not 1`];
    return [short.replace(/^(.*)_sum(\{.*\}) /, "$1$2 once ")];
  });
}

describe("countEvent", () => {
  describe.each(exampleList)("at $minimal.type", ({ minimal, full }) => {
    const { type } = minimal;
    const itself = `crowsnest_events_total{type=${type}} 1`;

    it("moves what a minimal event stands for, and nothing else", async () => {
      expect((await movedBy(minimal)).toSorted()).toEqual([...(moves[type]?.minimal ?? []), itself].toSorted());
    });

    it("moves what a full event stands for, and nothing else", async () => {
      expect((await movedBy(full)).toSorted()).toEqual([...(moves[type]?.full ?? []), itself].toSorted());
    });
  });

  it("adds up: each event counts once, by service", async () => {
    const fleet = new TestMetrics();
    const { minimal } = examples.handoff_completed;
    fleet.feed(minimal, minimal, { ...minimal, source: "warehouse" });
    const labels = (service: string) => ({ service, from_agent: "scribe", to_agent: "critic", outcome: "success" });
    expect(fleet.metrics.handoffs.read(labels("shop"))).toBe(2);
    expect(fleet.metrics.handoffs.read(labels("warehouse"))).toBe(1);
  });

  it("measures how long a task waited from the moment that it was queued", async () => {
    const fleet = new TestMetrics();
    const { task_queued: queued, task_assigned: assigned } = examples;
    const at = (seconds: number) => Date.UTC(2025, 0) + seconds * 1_000;
    fleet.feed({ ...queued.minimal, timeUnixMillis: at(0) }, { ...assigned.minimal, timeUnixMillis: at(7) });
    const samples = await fleet.samples();
    expect(samples.get('agent_task_queue_duration_seconds_sum{service="shop",task_type="write_test"}')).toBe(7);
  });

  it("counts every token in one kind only, so that the sum is all tokens", async () => {
    const fleet = new TestMetrics();
    fleet.feed(examples.model_called.full);
    const tokens = [...(await fleet.samples())].filter(([name]) => name.startsWith("agent_model_tokens_total"));
    expect(tokens.reduce((sum, [, value]) => sum + value, 0)).toBe(1_300);
  });

  it("counts calls whose price is not known, if they were answered and used something", async () => {
    const fleet = new TestMetrics();
    const { minimal } = examples.model_called;
    const used = { inputTokens: 10, outputTokens: 5 };
    fleet.feed(
      { ...minimal, data: { ...minimal.data, ...used } },
      { ...minimal, data: { ...minimal.data, ...used, costUsd: 0 } },
      { ...minimal, data: { ...minimal.data, ...used, outcome: "failure" } },
      minimal,
    );
    const samples = await fleet.samples();
    expect(samples.get('agent_unpriced_model_calls_total{service="shop",provider="openai",model="gpt-5"}')).toBe(1);
  });

  it("never counts down where a sender's parts are more than its whole", async () => {
    const fleet = new TestMetrics();
    const { minimal } = examples.model_called;
    fleet.feed({
      ...minimal,
      data: { ...minimal.data, inputTokens: 10, cacheReadTokens: 100, outputTokens: 5, reasoningTokens: 9 },
    });
    fleet.feed({ ...examples.context_compacted.minimal, data: { tokensBefore: 10, tokensAfter: 20 } });
    for (const [name, value] of await fleet.samples()) expect(value, name).toBeGreaterThanOrEqual(0);
  });

  it("points from a histogram's bucket to the span that the event came from", async () => {
    const fleet = new TestMetrics();
    fleet.feed(examples.handoff_completed.full);
    const page = await fleet.page("openmetrics");
    expect(page).toMatch(
      /handoff_duration_seconds_bucket\{.*le="0.5"\} 1 # \{trace_id="0af7651916cd43dd8448eb211c80319c",span_id="b7ad6b7169203331"\} 0.2 \d+\.\d{3}\n/,
    );
    expect(page.match(/ # \{/g)).toHaveLength(1);
  });

  it("fills every histogram with exemplars where its event has a span", async () => {
    const fleet = new TestMetrics();
    for (const { full } of exampleList) fleet.feed(full);
    const page = await fleet.page("openmetrics");
    const histograms = [...page.matchAll(/^# TYPE (agent_\S+) histogram$/gm)].map(([, name]) => name);
    expect(histograms).toHaveLength(12);
    for (const name of histograms) expect(page).toMatch(new RegExp(`^${name}_bucket\\{.* # \\{trace_id=`, "m"));
  });
});
