import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import type { z } from "zod";
import type { StoredEvent } from "../../src/events/types.ts";
import type { ApiContext, Endpoint } from "../../src/server/api/endpoint.ts";
import { endpoints } from "../../src/server/api/endpoints/index.ts";
import { openReader } from "../../src/store/open-store.ts";
import { type HubViews, views } from "../../src/views/index.ts";
import { ViewSet } from "../../src/views/view-set.ts";
import { NOON } from "../helpers/events.ts";
import { samplesOf, TestMetrics } from "../helpers/metrics.ts";
import { NowByHand } from "./now-by-hand.ts";

/** What is compared, each with some value other than 0. */
const GAUGES = [
  "agent_active",
  "agent_budget_spent_usd",
  "agent_budget_usd",
  "agent_context_items",
  "agent_context_limit_tokens",
  "agent_context_tokens",
  "agent_handoffs_in_progress",
  "agent_state_size_bytes",
  "agent_tasks_in_progress",
  "agent_workflows_in_progress",
];
/** Work that is open goes on while figures are compared. */
const ACTIVE_SECONDS_TOLERANCE = 3;

/**
 * Every answer of the API, all views among them, is what a fold over the whole log, from the first event on, says at some moment while it was
 * asked: a hub in a process of its own has a clock of its own.
 */
export async function expectAnswersOfLog(url: string, data: string, events: readonly StoredEvent[]): Promise<void> {
  const folded = new ViewsAtMoment(views, (_view, error) => {
    throw error;
  });
  for (const event of events) folded.apply(event);
  const reader = openReader(data);
  try {
    const context: ApiContext = {
      views: folded,
      query: async (query) => reader.query(query),
      lastEventUnixMillis: () => events.at(-1)?.receivedUnixMillis ?? 0,
    };
    const asked = endpoints.filter(({ path }) => !path.includes("{"));
    for (const [name, { answer }] of Object.entries(views))
      expect(
        asked.some((endpoint) => endpoint.answer === answer),
        name,
      ).toBe(true);
    for (const endpoint of asked) await expectAnswer(url, endpoint, folded, context);
  } finally {
    reader.close();
  }
}

async function expectAnswer(url: string, endpoint: Endpoint, folded: ViewsAtMoment, context: ApiContext): Promise<void> {
  folded.nowUnixMillis = Date.now();
  const answer: unknown = await (await fetch(`${url}${endpoint.path}`)).json();
  const answeredUnixMillis = Date.now();
  for (;;) {
    const handled = await endpoint.handle({ params: {}, query: endpoint.query.parse({}) }, context);
    const expected: unknown = JSON.parse(JSON.stringify(handled));
    if (isDeepStrictEqual(answer, expected)) return;
    if (folded.nowUnixMillis >= answeredUnixMillis) expect(answer, endpoint.path).toEqual(expected);
    folded.nowUnixMillis += 1;
  }
}

/** Views, read at a moment that the test chooses. */
class ViewsAtMoment extends ViewSet<HubViews> {
  nowUnixMillis = 0;

  override read<Name extends keyof HubViews>(
    name: Name,
    query: z.output<HubViews[Name]["query"]>,
  ): z.output<HubViews[Name]["answer"]> {
    return super.read(name, query, this.nowUnixMillis);
  }
}

/**
 * `/metrics` and `/health` say what follows from the events: worked out by hand, and by the same folds afresh where that would be the same
 * code again.
 */
export async function expectFiguresOfLog(url: string, events: readonly StoredEvent[]): Promise<void> {
  const page = samplesOf(await (await fetch(`${url}/metrics`)).text());
  const health = (await (await fetch(`${url}/health`)).json()) as { current_agents: string[]; errors_last_hour: number };
  const nowMillis = Date.now();

  const byHand = new NowByHand(events, nowMillis);
  const gauges = byHand.gauges();
  const families = new Set([...gauges.keys()].map(familyOf));
  expect([...families].sort()).toEqual(GAUGES);
  const shown = [...page].filter(([sample, value]) => families.has(familyOf(sample)) && value !== 0);
  expect(new Map(shown)).toEqual(gauges);
  expect([...health.current_agents].sort()).toEqual(byHand.activeAgents);
  expect(health.errors_last_hour).toBe(byHand.errorsLastHour);

  const fresh = new TestMetrics();
  for (const event of events) fresh.state.apply(event, event.receivedUnixMillis);
  fresh.nowSeconds = (nowMillis - NOON) / 1_000;
  const active = [...(await fresh.samples())].filter(([sample]) => familyOf(sample) === "agent_active_seconds_total");
  expect(active.length).toBeGreaterThan(0);
  for (const [sample, seconds] of active) {
    expect(Math.abs((page.get(sample) ?? 0) - seconds)).toBeLessThan(ACTIVE_SECONDS_TOLERANCE);
  }
}

function familyOf(sample: string): string {
  return sample.split("{", 1)[0] as string;
}
