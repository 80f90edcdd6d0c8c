import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";

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
