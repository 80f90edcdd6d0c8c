import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";
import { documentOf, expectDocumented } from "../../support/openapi.ts";

const assigned = complete({
  type: "task_assigned",
  agent: "scribe",
  taskId: "T-1",
  timeUnixMillis: Date.now(),
  data: { taskType: "fix" },
});
const queued = complete({ type: "task_queued", taskId: "T-1", timeUnixMillis: Date.now(), data: { taskType: "fix" } });

test.each(["task_assigned", "task_assignment", "Task-Assignment", "com.example.task_assignment"])(
  "%s is asked for by its own name or another system's",
  async (name) => {
    const { hub } = await startTestHub();
    await hub.accept([queued, assigned]);
    const document = await documentOf(hub.url);
    const found = await expectDocumented(document, await fetch(`${hub.url}/api/events?types=${name}`));
    expect(found).toMatchObject({ events: [{ type: "task_assigned" }] });
    const research = await expectDocumented(document, await fetch(`${hub.url}/api/cato/metrics/research?event_type=${name}`));
    expect(research).toMatchObject({ metrics: { event_types: { task_assigned: 1 } }, event_count: 1 });
    const lines = (await (await fetch(`${hub.url}/api/export?types=${name}`)).text()).trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(["task_assigned"]);
  },
);

test.each([
  [
    "/api/events?types=task_eaten",
    "types",
    'names "task_eaten", which is no event type; near it are task_completed, task_queued and task_failed',
  ],
  ["/api/export?types=zebra", "types", 'names "zebra", which is no event type; docs/reference/events.md lists them'],
  ["/api/cato/events/stream?event_types=handoff_done", "event_types", "near it are handoff_started and handoff_completed"],
  ["/api/cato/metrics/research?event_type=decision_taken", "event_type", "near it is decision_made"],
  ["/api/cato/metrics/research?event_type=task_queued", "event_type", "which is not among those that are looked at here"],
])("%s is refused with a problem that names it and says what is near", async (path, parameter, message) => {
  const { hub } = await startTestHub();
  const response = await fetch(hub.url + path);
  expect(response.status).toBe(400);
  expect(await expectDocumented(await documentOf(hub.url), response)).toMatchObject({
    errors: [{ parameter, message: expect.stringContaining(message) }],
  });
});
