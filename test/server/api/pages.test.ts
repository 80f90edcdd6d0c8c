import { expect, test } from "vitest";
import { complete } from "../../helpers/events.ts";
import { startTestApi } from "../../support/api.ts";

test("a fleet of more than a thousand is told page by page, and whole where it is asked for as a whole", async () => {
  const api = await startTestApi();
  const names = Array.from({ length: 1_100 }, (_, index) => String(index));
  await api.tell(
    names.flatMap((name) => [
      complete({ type: "task_queued", taskId: `T-${name}`, data: { taskType: "fix" } }),
      complete({ type: "task_assigned", taskId: `T-${name}`, agent: `agent-${name}`, data: { taskType: "fix" } }),
    ]),
  );
  const get = async (path: string) => (await (await fetch(api.url + path)).json()) as never;
  for (const list of ["tasks", "agents"] as const) {
    const first = (await get(`/api/${list}`)) as Page;
    const second = (await get(`/api/${list}?cursor=${encodeURIComponent(first.nextCursor ?? "")}`)) as Page;
    expect([first[list]?.length, second[list]?.length, second.nextCursor]).toEqual([1_000, 100, undefined]);
    const all = [...(first[list] ?? []), ...(second[list] ?? [])].map(({ id }) => id);
    expect(new Set(all).size).toBe(1_100);
    expect(((await get(`/api/${list}?limit=2`)) as Page)[list]).toHaveLength(2);
    expect(((await get("/api/fleet")) as Page)[list]).toHaveLength(1_100);
  }
  expect(await get("/api/tasks?id=T-7")).toMatchObject({ tasks: [{ id: "T-7" }] });
  const { snapshot } = (await get("/api/cato/snapshot")) as Snapshot;
  expect([snapshot.nodes.tasks.length, snapshot.nodes.agents.length, snapshot.metrics.total_tasks]).toEqual([
    1_100, 1_100, 1_100,
  ]);
  expect(snapshot.edges.agent_assignments).toHaveLength(1_100);
});

interface Page {
  readonly tasks?: readonly { readonly id: string }[];
  readonly agents?: readonly { readonly id: string }[];
  readonly nextCursor?: string;
}

interface Snapshot {
  readonly snapshot: {
    readonly nodes: { readonly tasks: readonly unknown[]; readonly agents: readonly unknown[] };
    readonly edges: { readonly agent_assignments: readonly unknown[] };
    readonly metrics: { readonly total_tasks: number };
  };
}
