import { expect, test } from "vitest";
import { someEvents } from "../../helpers/events.ts";
import { startTestHub } from "../../support/hub.ts";

test("many who ask the same at once get the same answer with the same tag, and may keep it for a second", async () => {
  const { hub } = await startTestHub();
  await hub.accept(someEvents(50));
  const responses = await Promise.all(Array.from({ length: 30 }, () => fetch(`${hub.url}/api/agents`)));
  const bodies = await Promise.all(responses.map((response) => response.text()));
  expect(new Set(bodies).size).toBe(1);
  expect(new Set(responses.map(({ headers }) => headers.get("etag"))).size).toBe(1);
  const kept = Map.groupBy(responses, ({ headers }) => headers.get("cache-control"));
  expect([...kept.keys()].sort()).toEqual(["private, max-age=0", "private, max-age=1"]);
  // One, and another one where a second was not enough for all of them.
  expect(kept.get("private, max-age=1")?.length).toBeLessThan(5);
});

test("whoever sends an event and asks sees it at once", async () => {
  const { hub } = await startTestHub();
  for (const turn of [1, 2, 3]) {
    await hub.accept(someEvents(1).map((event) => ({ ...event, timeUnixMillis: Date.now() })));
    const { events } = (await (await fetch(`${hub.url}/api/events`)).json()) as { events: unknown[] };
    expect(events).toHaveLength(turn);
  }
});

test("the order of parameters makes no other question, and another parameter does", async () => {
  const { hub } = await startTestHub();
  const madeAnew = async (...queries: string[]) => {
    const responses = await Promise.all(queries.map((query) => fetch(`${hub.url}/api/events?${query}`)));
    return responses.filter(({ headers }) => headers.get("cache-control") === "private, max-age=1").length;
  };
  expect(await madeAnew("limit=5&order=oldest-first", "order=oldest-first&limit=5")).toBe(1);
  expect(await madeAnew("limit=6&order=oldest-first", "order=oldest-first&limit=7")).toBe(2);
});

test("an answer is not given to somebody who may not ask for it, however new it is", async () => {
  const { hub } = await startTestHub({ token: "secret" });
  const ask = (token: string) => fetch(`${hub.url}/api/agents`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask("secret")).status).toBe(200);
  const refused = await ask("wrong");
  expect(refused.status).toBe(401);
  expect(await refused.text()).not.toContain("agents");
});
