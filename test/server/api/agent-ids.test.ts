import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";

test("agents whose services and names look alike with a slash between are told apart, each with its task", async () => {
  const { hub } = await startTestHub();
  const assigned = (source: string, agent: string, taskId: string) =>
    complete({ type: "task_assigned", source, agent, taskId, timeUnixMillis: Date.now(), data: { taskType: "write" } });
  await hub.accept([assigned("org/shop", "scribe", "T-1"), assigned("org", "shop/scribe", "T-2")]);
  const ask = async (path: string) => (await fetch(`${hub.url}${path}`)).json() as Promise<Record<string, never>>;
  const cases = [
    ["org%2Fshop/scribe", "org/shop", "scribe", "T-1"],
    ["org/shop/scribe", "org", "shop/scribe", "T-2"],
  ] as const;
  const snapshot = await ask("/api/cato/snapshot");
  for (const [id, service, name, taskId] of cases) {
    expect(await ask(`/api/cato/agent/${encodeURIComponent(id)}`)).toMatchObject({
      agent: { id, service, name },
      current_task: { id: taskId, assigned_to: id },
    });
    expect(await ask(`/api/tasks?agent=${encodeURIComponent(id)}`)).toMatchObject({ tasks: [{ id: taskId, assignedTo: id }] });
    expect(JSON.stringify(snapshot)).toContain(JSON.stringify(id));
  }
});
