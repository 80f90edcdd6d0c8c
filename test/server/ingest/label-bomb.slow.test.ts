import { join } from "node:path";
import { expect, test } from "vitest";
import { samplesOf } from "../../helpers/metrics.ts";
import { startHubProcess } from "../../support/hub-process.ts";
import { send } from "../../support/send.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const NAMES = process.env.CROWSNEST_SLOW === undefined ? 50_000 : 1_000_000;
const NAMES_PER_REQUEST = 10_000;
const KEPT_LABELS = 200;
/** Beyond what a hub takes that follows as many agents and tasks as it ever does. */
const MAX_MORE_BYTES = 100_000_000;

/** Everything that an agent's name gets into. */
function eventsOf(agent: string): object[] {
  return [
    { type: "agent_registered", agent, data: { role: `role of ${agent}` } },
    { type: "task_assigned", agent, taskId: agent, data: { taskType: agent } },
    { type: "context_updated", agent, data: { tokens: 1, items: 1, limitTokens: 2 } },
    { type: "error_raised", agent, data: { errorType: agent } },
    { type: "budget_set", source: agent, data: { kind: "agent", name: agent, limitUsd: 1 } },
  ];
}

test(`${NAMES} names become ${KEPT_LABELS} labels and "other": memory stays flat, and a scrape is quick`, {
  timeout: 600_000,
}, async () => {
  const hub = await startHubProcess(join(await tempFolder(), "data"));
  let settledBytes = 0;
  for (let from = 0; from < NAMES; from += NAMES_PER_REQUEST) {
    const names = Array.from({ length: NAMES_PER_REQUEST }, (_, index) => `agent-${from + index}`);
    // One event for each name, of each kind in turn, and all kinds for the first: so there are as many names as were said.
    const events = names.map((name, index) => eventsOf(name)[from === 0 ? index % 5 : (from / NAMES_PER_REQUEST) % 5]);
    const body = events.map((event) => JSON.stringify(event)).join("\n");
    expect((await send(`${hub.url}/v1/events`, { "content-type": "application/x-ndjson" }, body)).status).toBe(202);
    const startedMillis = performance.now();
    const page = await (await fetch(`${hub.url}/metrics`)).text();
    expect(performance.now() - startedMillis).toBeLessThan(3_000);
    expect(page.length).toBeLessThan(2_000_000);
    if (from + NAMES_PER_REQUEST <= NAMES / 2) settledBytes = (await hub.memory()).rssBytes;
  }
  expect((await hub.memory()).rssBytes - settledBytes).toBeLessThan(MAX_MORE_BYTES);

  const samples = samplesOf(await (await fetch(`${hub.url}/metrics`)).text());
  for (const metric of ["agent_info", "agent_active", "agent_errors_total", "agent_context_tokens", "agent_tasks_in_progress"]) {
    const agents = [...samples.keys()].filter((sample) => sample.startsWith(`${metric}{`)).map(agentOf);
    expect(new Set(agents).size, metric).toBe(KEPT_LABELS + 1);
    expect(agents).toContain("other");
    expect(samples.get(`crowsnest_label_overflows_total{metric="${metric}"}`), metric).toBeGreaterThan(0);
  }
  // None is lost: what is beyond the cap is counted together.
  const errors = [...samples].filter(([sample]) => sample.startsWith("agent_errors_total{"));
  expect(errors.reduce((sum, [, value]) => sum + value, 0)).toBe(samples.get('crowsnest_events_total{type="error_raised"}'));
});

function agentOf(sample: string): string | undefined {
  return /agent="([^"]*)"/.exec(sample)?.[1];
}
