import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { startTestHub } from "../../support/hub.ts";
import { numbersAt, numbersTo, startRelaying, tellNumbers } from "../../support/relaying.ts";
import { until } from "../../support/until.ts";

describe("a process with a hub", () => {
  test("sends it every event, in order, and says so", async () => {
    const hub = await startTestHub();
    const process = await startRelaying(hub.hub.url);
    await process.crowsnest.task({ agent: "scribe", type: "write" }, () =>
      process.crowsnest.handoff({ from: "scribe", to: "critic" }, () => sleep(1)),
    );
    tellNumbers(process, 0, 2_000);
    expect(await process.crowsnest.flush()).toEqual({ delivered: true, problems: [] });
    expect(await numbersAt(hub)).toEqual(numbersTo(2_000));
    expect(
      await hub.metric('agent_handoffs_total{service="relaying",from_agent="scribe",to_agent="critic",outcome="success"}'),
    ).toBe(1);
    expect(await hub.metric('crowsnest_events_total{type="measurement_recorded"}')).toBe(2_000);
    expect(process.crowsnest.health()).toMatchObject({ status: "healthy", components: { hub: { status: "up" } } });
    expect(process.told).toEqual([]);
  });

  test("counts nothing of the fleet itself, but its own health", async () => {
    const hub = await startTestHub();
    const { crowsnest, metric } = await startRelaying(hub.hub.url, { hostMetrics: true });
    await crowsnest.agentRun({ agent: "scribe" }, () => crowsnest.task({ agent: "scribe", type: "write" }, () => sleep(1)));
    await crowsnest.flush();
    const page = await (await fetch(`${crowsnest.url}/metrics`)).text();
    expect(page).not.toMatch(/^(# \w+ )?agent_/m);
    expect(page).toMatch(/^process_resident_memory_bytes/m);
    expect(await metric('crowsnest_events_total{type="task_completed"}')).toBe(1);
    expect(await metric('crowsnest_queue_capacity{queue="hub"}')).toBe(10_000);
    expect(await hub.metric('agent_tasks_total{service="relaying",agent="scribe",task_type="write",outcome="success"}')).toBe(1);
  });

  test("lets the hub alone tell that a budget was passed, and still enforces it", async () => {
    const hub = await startTestHub();
    const { crowsnest, recorder } = await startRelaying(hub.hub.url);
    crowsnest.budget({ agent: "scribe", limitUsd: 1, enforce: true });
    const call = () =>
      crowsnest.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5" }, async (handle) => handle.cost(1.5));
    await call();
    expect(() => call()).toThrow("the budget of agent scribe is used up");
    await crowsnest.flush();
    await until("the hub to tell", () => hub.metric('crowsnest_events_total{type="budget_exceeded"}'));
    expect(await hub.metric('crowsnest_events_total{type="budget_exceeded"}')).toBe(1);
    expect(recorder.of("budget_exceeded")).toEqual([]);
  });

  test("starts without the hub, waits for it, and tells about it once", async () => {
    const port = await freePort();
    const process = await startRelaying(`http://127.0.0.1:${port}`);
    tellNumbers(process, 0, 300);
    const waits = `the hub at http://127.0.0.1:${port} cannot be reached (connection refused); 300 events wait`;
    await until("the process to notice", () => process.told[0]);
    expect(process.told).toEqual([`crowsnest: ${waits}`]);
    expect(process.crowsnest.health()).toMatchObject({
      status: "degraded",
      components: { hub: { status: "degraded", reason: waits } },
    });
    const hub = await startTestHub({ port });
    tellNumbers(process, 300, 400);
    await until("everything to arrive", async () => (await numbersAt(hub)).length === 400);
    expect(await numbersAt(hub)).toEqual(numbersTo(400));
    await until("the process to be told", () => process.told[1]);
    expect(process.told[1]).toMatch(/^crowsnest: the hub at http:\/\/127\.0\.0\.1:\d+ takes events again; \d+ events? waits?$/);
    expect(process.crowsnest.health().components.hub).toEqual({ status: "up" });
  });

  test("loses nothing and sends nothing twice while the hub is stopped and started again", { timeout: 60_000 }, async () => {
    const port = await freePort();
    let hub = await startTestHub({ port });
    const process = await startRelaying(hub.hub.url);
    let told = 0;
    let working = true;
    const work = (async () => {
      for (; working; told += 10) {
        tellNumbers(process, told, told + 10);
        await sleep(20);
      }
    })();
    for (let restart = 0; restart < 2; restart += 1) {
      await sleep(300);
      const closingAtMillis = performance.now();
      await hub.hub.close();
      // The hub does not wait for a process that goes on sending.
      expect(performance.now() - closingAtMillis).toBeLessThan(4_000);
      await sleep(200);
      hub = await startTestHub({ port, data: hub.data });
    }
    working = false;
    await work;
    await until("everything to arrive", async () => (await numbersAt(hub)).length >= told);
    expect(await numbersAt(hub)).toEqual(numbersTo(told));
    expect(await process.metric('crowsnest_events_dropped_total{queue="hub",reason="queue_full"}')).toBeUndefined();
  });

  test("holds no more than its queue while the hub is away, and counts the rest", async () => {
    const process = await startRelaying(`http://127.0.0.1:${await freePort()}`, { closeTimeoutSeconds: 0.3 });
    tellNumbers(process, 0, 25_000);
    expect(await process.metric('crowsnest_queue_depth{queue="hub"}')).toBe(10_000);
    expect(await process.metric('crowsnest_events_dropped_total{queue="hub",reason="queue_full"}')).toBe(15_000);
    const { delivered, problems } = await process.crowsnest.flush();
    expect(delivered).toBe(false);
    expect(problems[0]).toMatch(
      /^events were not all sent within 0\.3 s: the hub at \S+ cannot be reached \(connection refused\); 10000 events wait$/,
    );
  });

  test("closes in time without the hub, and counts what it gave up", async () => {
    const told: string[] = [];
    const process = await startRelaying(`http://127.0.0.1:${await freePort()}`, {
      closeTimeoutSeconds: 0.5,
      log: (message) => told.push(message),
    });
    tellNumbers(process, 0, 700);
    const startedMillis = performance.now();
    await process.crowsnest.close();
    expect(performance.now() - startedMillis).toBeLessThan(3_000);
    expect(told).toContainEqual("crowsnest: events for hub are lost (deadline)");
    expect(process.crowsnest.health().reasons).toContainEqual("events were lost within the last 5 minutes (700 since the start)");
  });

  test("stays alive in the eyes of the hub while it works in silence", { timeout: 30_000 }, async () => {
    // Long enough that a busy machine does not silence it.
    const hub = await startTestHub({ abandonAfterSeconds: 2 });
    const { crowsnest, recorder } = await startRelaying(hub.hub.url, { abandonAfterSeconds: 2 });
    await crowsnest.workflow({ name: "checkout" }, () => sleep(4_500));
    await crowsnest.flush();
    expect(await hub.metric('agent_workflows_total{service="relaying",workflow="checkout",outcome="success"}')).toBe(1);
    expect(await hub.metric('agent_workflows_total{service="relaying",workflow="checkout",outcome="abandoned"}')).toBeUndefined();
    expect(recorder.types.filter((type) => type === "process_heartbeat").length).toBeGreaterThanOrEqual(5);
  });

  test("leaves it to the hub to give up what nobody ends", { timeout: 30_000 }, async () => {
    const hub = await startTestHub({ abandonAfterSeconds: 0.5 });
    const { crowsnest, recorder } = await startRelaying(hub.hub.url, { abandonAfterSeconds: 0.3 });
    crowsnest.emit({ type: "task_assigned", agent: "scribe", taskId: "T-1", data: { taskType: "write" } });
    await crowsnest.flush();
    const abandoned = 'agent_tasks_total{service="relaying",agent="scribe",task_type="write",outcome="abandoned"}';
    await until("the hub to give it up", () => hub.metric(abandoned));
    await crowsnest.flush();
    expect(recorder.of("task_failed")).toEqual([]);
    expect(crowsnest.health().current_agents).toEqual([]);
    expect(await hub.metric(abandoned)).toBe(1);
  });

  test("is told in one sentence what to set where the hub wants a token, and never prints one", async () => {
    const token = "tops3cret-token";
    const hub = await startTestHub({ token });
    const stranger = await startRelaying(hub.hub.url, { token: "wr0ng-token", closeTimeoutSeconds: 0.3 });
    tellNumbers(stranger, 0, 3);
    await until("the process to notice", () => stranger.told[0]);
    expect(stranger.told).toEqual([
      `crowsnest: the hub at ${hub.hub.url} does not let this process in (401): ` +
        "set token (CROWSNEST_TOKEN) to the hub's; 3 events wait",
    ]);
    const friend = await startRelaying(hub.hub.url, { token });
    tellNumbers(friend, 0, 3);
    expect(await friend.crowsnest.flush()).toEqual({ delivered: true, problems: [] });
    expect(await numbersAt(hub)).toEqual(numbersTo(3));
    expect(JSON.stringify([stranger.told, stranger.crowsnest.health(), friend.told])).not.toMatch(/tops3cret|wr0ng/);
  });

  test("is no hub's own option: a hub keeps events itself", async () => {
    const { hub, told, metric } = await startTestHub({ hub: "http://127.0.0.1:9" });
    hub.attach({ service: "factory" }).emit({ type: "hitl_escalated", data: { priority: "low" } });
    await hub.flush();
    expect(await metric('agent_escalations_total{service="factory",priority="low"}')).toBe(1);
    expect(told).toEqual(["crowsnest: a hub keeps events itself and sends them to no other: hub (CROWSNEST_HUB) has no effect"]);
  });
});
