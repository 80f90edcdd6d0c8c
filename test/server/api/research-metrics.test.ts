import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";

interface Snapshot {
  readonly snapshot: { readonly nodes: { readonly agents: readonly { readonly id: string }[] } };
}

interface Research {
  readonly metrics: { readonly decision_quality: { readonly high_confidence: number } };
}

test("an agent that takes a task from another does so whether it is asked for all types or for one", async () => {
  const { hub } = await startTestHub();
  const given = (agent: string, taskId: string) =>
    complete({ type: "task_assigned", agent, taskId, sessionId: "S-1", timeUnixMillis: Date.now(), data: { taskType: "fix" } });
  await hub.accept([given("scribe", "T-1"), given("critic", "T-1"), given("critic", "T-2")]);
  for (const query of ["", "&event_type=task_assigned", "&session_id=S-1"]) {
    const response = await fetch(`${hub.url}/api/cato/metrics/research?agent_id=critic${query}`);
    expect(await response.json(), query).toMatchObject({
      event_count: 2,
      metrics: { assignments: { total: 2, reassigned: 1, efficiencyRatio: 0.5 } },
    });
  }
});

test("an agent is asked for by the id that the snapshot has, or by a name that several have", async () => {
  const { hub } = await startTestHub();
  const decided = (source: string) =>
    complete({
      type: "decision_made",
      agent: "scribe",
      source,
      timeUnixMillis: Date.now(),
      data: { decisionType: "approval", confidenceRatio: 0.9 },
    });
  await hub.accept([decided("shop"), decided("shop"), decided("warehouse/north")]);
  const answer = (await (await fetch(`${hub.url}/api/cato/snapshot`)).json()) as Snapshot;
  const ids = answer.snapshot.nodes.agents.map(({ id }) => id);
  const counts = [...ids, "scribe", "nobody"].map(async (id) => {
    const response = await fetch(`${hub.url}/api/cato/metrics/research?agent_id=${encodeURIComponent(id)}`);
    return ((await response.json()) as Research).metrics.decision_quality.high_confidence;
  });
  expect(await Promise.all(counts)).toEqual([2, 1, 3, 0]);
});
