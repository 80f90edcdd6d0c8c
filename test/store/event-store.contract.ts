import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/events/types.ts";
import type { EventQuery, EventStore, Retention } from "../../src/store/event-store.ts";
import { NOON_UNIX_MILLIS, sampleEvent, sampleEvents, sampleOf } from "./sample-events.ts";

const DAY_MILLIS = 86_400_000;

/** Opens the same store again at each call, empty at first. */
export type OpenAgain = (options?: { readonly retention?: Retention; readonly maxEventChars?: number }) => Promise<EventStore>;

/** What every engine owes. `place` finds room for one test's store and says how to open it. */
export function eventStoreContract(engine: string, place: () => OpenAgain): void {
  describe(`${engine} keeps the contract of event stores`, () => {
    let open: OpenAgain;
    let store: EventStore;

    beforeEach(async () => {
      open = place();
      store = await open();
    });
    afterEach(() => store.close());

    async function reopen(...options: Parameters<OpenAgain>): Promise<void> {
      await store.close();
      store = await open(...options);
    }

    async function readAll(query: EventQuery = {}): Promise<StoredEvent[]> {
      const events: StoredEvent[] = [];
      let cursor: string | undefined;
      do {
        const page = await store.query({ ...query, ...(cursor === undefined ? {} : { cursor }) });
        events.push(...page.events);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      return events;
    }

    const idsOf = (events: readonly { readonly id: string }[]): string[] => events.map(({ id }) => id);

    describe("append", () => {
      it("gives events back whole, with a seq and the time of arrival", async () => {
        const event = sampleEvent({
          attributes: { team: "ä \u0000 \n 🦉", retried: false },
          taskId: "T-1",
          spanId: "b7ad6b7169203331",
        });
        const beforeUnixMillis = Date.now();
        const { stored, duplicates, rejected } = await store.append([event]);
        expect({ stored, duplicates, rejected }).toEqual({
          stored: [{ ...event, seq: 1, receivedUnixMillis: expect.any(Number) }],
          duplicates: 0,
          rejected: [],
        });
        expect(stored[0]?.receivedUnixMillis).toBeGreaterThanOrEqual(beforeUnixMillis);
        expect(await readAll()).toEqual(stored);
      });

      it("keeps events over a restart", async () => {
        const { stored } = await store.append(sampleEvents(3));
        await reopen();
        expect(await readAll()).toEqual(stored);
      });

      it("numbers events in the order given, also those of appends that wait together", async () => {
        const batches = Array.from({ length: 40 }, (_, index) => sampleEvents(1 + (index % 5)));
        const results = await Promise.all(batches.map((batch) => store.append(batch)));
        const stored = results.flatMap((result) => result.stored);
        expect(idsOf(stored)).toEqual(idsOf(batches.flat()));
        expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
        expect(await readAll()).toEqual(stored);
      });

      it("keeps an id once: within a call, across calls that wait together, and over restarts", async () => {
        const [first, second, third, fourth] = sampleEvents(4) as [StoredEvent, StoredEvent, StoredEvent, StoredEvent];
        const within = await store.append([first, first, second]);
        expect([idsOf(within.stored), within.duplicates]).toEqual([[first.id, second.id], 1]);

        const together = await Promise.all([store.append([second, third]), store.append([third, first])]);
        expect(together.map(({ stored, duplicates }) => [idsOf(stored), duplicates])).toEqual([
          [[third.id], 1],
          [[], 2],
        ]);

        await reopen();
        const later = await store.append([first, third, fourth, second]);
        expect([idsOf(later.stored), later.duplicates]).toEqual([[fourth.id], 3]);
        const kept = await readAll();
        expect(idsOf(kept)).toEqual(idsOf([first, second, third, fourth]));
        // Duplicates take no number, so that a reader who counts sees that nothing is missing.
        expect(kept.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
      });

      it("takes an empty list", async () => {
        expect(await store.append([])).toEqual({ stored: [], duplicates: 0, rejected: [] });
      });

      it("rejects events that cannot be JSON alone, and keeps their neighbours", async () => {
        const circular = sampleEvent();
        Object.assign(circular.data, { self: circular });
        const big = sampleEvent();
        Object.assign(big.data, { count: 10n });
        const trapped = sampleEvent();
        Object.defineProperty(trapped.data, "trap", {
          enumerable: true,
          get: () => {
            throw new Error("do not look");
          },
        });
        const nothing = undefined as unknown as StoredEvent;
        const nameless = { ...sampleEvent(), id: undefined } as unknown as StoredEvent;
        const [before, between, after] = sampleEvents(3) as [StoredEvent, StoredEvent, StoredEvent];

        const append = store.append([before, circular, big, between, trapped, nothing, nameless, after]);
        const neighbour = store.append(sampleEvents(2));
        const { stored, rejected } = await append;
        expect(idsOf(stored)).toEqual(idsOf([before, between, after]));
        expect(rejected.map(({ index, reason }) => [index, reason])).toEqual([1, 2, 4, 5, 6].map((index) => [index, "not_json"]));
        expect(rejected[0]?.message).toMatch(/^An event cannot be written as JSON: [^\n]+\.$/);
        expect((await neighbour).stored.map(({ seq }) => seq)).toEqual([4, 5]);
        expect(await readAll()).toHaveLength(5);
      });

      it("answers when all of an append is rejected", async () => {
        const { stored, rejected } = await store.append([undefined as unknown as StoredEvent]);
        expect([stored.length, rejected.length]).toEqual([0, 1]);
      });

      it("rejects an event that is too large alone", async () => {
        await reopen({ maxEventChars: 1_000 });
        const huge = sampleEvent({ attributes: { text: "x".repeat(1_000) } });
        const { stored, rejected } = await store.append([sampleEvent(), huge, sampleEvent()]);
        expect(stored).toHaveLength(2);
        expect(rejected).toEqual([{ index: 1, reason: "too_large", message: expect.stringContaining("1000") }]);
      });
    });

    describe("query", () => {
      const wanted = {
        type: sampleOf("task_queued", { taskType: "write_test" }, { taskId: "T-9" }),
        agent: sampleEvent({ agent: "critic" }),
        source: sampleEvent({ source: "billing-agents" }),
        workflow: sampleEvent({ workflowId: "W-1" }),
        session: sampleEvent({ sessionId: "S-1" }),
        trace: sampleEvent({ traceId: "0af7651916cd43dd8448eb211c80319c" }),
        early: sampleEvent({ timeUnixMillis: NOON_UNIX_MILLIS - 1 }),
        late: sampleEvent({ timeUnixMillis: NOON_UNIX_MILLIS + 1 }),
      };

      it.each<[keyof typeof wanted, EventQuery]>([
        ["type", { types: ["task_queued"] }],
        ["type", { types: ["task_queued", "task_failed"] }],
        ["type", { taskId: "T-9" }],
        ["agent", { agents: ["critic"] }],
        ["agent", { agents: ["critic", "nobody"] }],
        ["source", { sources: ["billing-agents"] }],
        ["workflow", { workflowId: "W-1" }],
        ["session", { sessionId: "S-1" }],
        ["trace", { traceId: "0af7651916cd43dd8448eb211c80319c" }],
        ["early", { untilUnixMillis: NOON_UNIX_MILLIS }],
        ["late", { sinceUnixMillis: NOON_UNIX_MILLIS + 1 }],
      ])("finds the %s event by %j", async (name, query) => {
        await store.append(Object.values(wanted));
        expect(idsOf((await store.query(query)).events)).toEqual([wanted[name].id]);
      });

      it("wants all conditions at once", async () => {
        const right = sampleEvent({ agent: "critic", workflowId: "W-1", timeUnixMillis: NOON_UNIX_MILLIS + 5 });
        await store.append([
          sampleEvent({ agent: "critic", workflowId: "W-2", timeUnixMillis: NOON_UNIX_MILLIS + 5 }),
          sampleEvent({ agent: "scribe", workflowId: "W-1", timeUnixMillis: NOON_UNIX_MILLIS + 5 }),
          sampleEvent({ agent: "critic", workflowId: "W-1", timeUnixMillis: NOON_UNIX_MILLIS + 6 }),
          sampleEvent({ agent: "critic", workflowId: "W-1", timeUnixMillis: NOON_UNIX_MILLIS + 5, source: "billing-agents" }),
          right,
        ]);
        const { events } = await store.query({
          types: ["agent_heartbeat", "agent_started"],
          agents: ["critic", "router"],
          sources: ["checkout-agents", "other"],
          workflowId: "W-1",
          sinceUnixMillis: NOON_UNIX_MILLIS + 5,
          untilUnixMillis: NOON_UNIX_MILLIS + 6,
        });
        expect(idsOf(events)).toEqual([right.id]);
      });

      it("finds nothing for an empty list, an unknown name or a window that holds nothing", async () => {
        await store.append(sampleEvents(3));
        for (const query of [{ types: [] }, { agents: ["nobody"] }, { sources: [] }, { sinceUnixMillis: NOON_UNIX_MILLIS + 1 }]) {
          expect(await store.query(query as EventQuery)).toEqual({ events: [] });
        }
      });

      it("takes lists longer than any parameter limit, and names that look like SQL", async () => {
        const quoted = sampleEvent({ agent: `o'brien"; DROP TABLE events; --` });
        await store.append([quoted, ...sampleEvents(2)]);
        const agents = Array.from({ length: 50_000 }, (_, index) => `agent-${index}`);
        expect(idsOf((await store.query({ agents: [...agents, String(quoted.agent)] })).events)).toEqual([quoted.id]);
        expect(idsOf((await store.query({ agents: [String(quoted.agent)] })).events)).toEqual([quoted.id]);
      });

      it.each(["oldest-first", "newest-first"] as const)(
        "pages %s through everything once, by every way of looking up",
        async (order) => {
          const agents = ["scribe", "critic", "router"];
          const { stored } = await store.append(sampleEvents(50).map((event, index) => ({ ...event, agent: agents[index % 3] })));
          const inOrder = order === "oldest-first" ? stored : stored.toReversed();
          const since = { sinceUnixMillis: NOON_UNIX_MILLIS };
          for (const query of [{}, since, { agents }, { agents, ...since }, { sources: ["checkout-agents"] }]) {
            expect(await readAll({ ...query, order, limit: 7 })).toEqual(inOrder);
          }
        },
      );

      it("has no next page after the last event, also where the page is exactly full", async () => {
        await store.append(sampleEvents(10));
        expect(await store.query({ limit: 10 })).not.toHaveProperty("nextCursor");
        expect(await store.query({ limit: 9 })).toHaveProperty("nextCursor");
      });

      it("goes on from a cursor with what was appended since", async () => {
        await store.append(sampleEvents(2));
        const { nextCursor } = await store.query({ limit: 1 });
        const { stored } = await store.append(sampleEvents(1));
        const { events } = await store.query({ cursor: String(nextCursor) });
        expect(events.map(({ seq }) => seq)).toEqual([2, stored[0]?.seq]);
      });

      it.each(["oldest-first", "newest-first"] as const)(
        "reads what was kept after a seq, %s, also page by page",
        async (order) => {
          const { stored } = await store.append(
            sampleEvents(20).map((event, index) => ({ ...event, agent: `agent-${index % 2}` })),
          );
          const inOrder = (events: readonly StoredEvent[]) => (order === "oldest-first" ? events : events.toReversed());
          expect(await readAll({ afterSeq: 12, order, limit: 3 })).toEqual(inOrder(stored.slice(12)));
          const ofOne = stored.filter(({ agent, seq }) => agent === "agent-1" && seq > 5);
          expect(await readAll({ afterSeq: 5, agents: ["agent-1"], order, limit: 3 })).toEqual(inOrder(ofOne));
          expect(await readAll({ afterSeq: 0, order })).toEqual(inOrder(stored));
          // Where nothing has come yet, the answer is empty, and what comes next is found by the same question.
          expect(await readAll({ afterSeq: 20, order })).toEqual([]);
          const next = await store.append(sampleEvents(1));
          expect(await readAll({ afterSeq: 20, order })).toEqual(next.stored);
        },
      );

      it("gives 100 events unless asked otherwise, and never less than 1 or more than 10,000", async () => {
        await store.append(sampleEvents(10_001));
        const sizes = [];
        for (const limit of [undefined, 0, -5, Number.NaN, 2.9, 1_000_000]) {
          sizes.push((await store.query(limit === undefined ? {} : { limit })).events.length);
        }
        expect(sizes).toEqual([100, 1, 1, 100, 2, 10_000]);
      });

      it("refuses a cursor that it did not make, or made for the other order", async () => {
        await store.append(sampleEvents(2));
        const { nextCursor } = await store.query({ limit: 1 });
        for (const query of [
          { cursor: "" },
          { cursor: "1" },
          { cursor: "zzzz" },
          { order: "newest-first", cursor: nextCursor },
        ]) {
          await expect(store.query(query as EventQuery)).rejects.toMatchObject({ name: "StoreError", code: "bad_cursor" });
        }
      });
    });

    describe("stats", () => {
      it("counts events, and those that went out", async () => {
        expect(await store.stats()).toMatchObject({ events: 0, lastSeq: 0 });
        await store.append(sampleEvents(5));
        await store.append([...sampleEvents(1), sampleOf("measurement_recorded", { name: "latency", value: 1, unit: "s" })]);
        expect(await store.stats()).toMatchObject({ events: 7, lastSeq: 7, sizeBytes: expect.any(Number) });
        await store.prune(Date.now() + 31 * DAY_MILLIS);
        expect(await store.stats()).toMatchObject({ events: 1, lastSeq: 7 });
      });
    });

    describe("prune", () => {
      const studies = [
        sampleOf("measurement_recorded", { name: "latency", value: 1, unit: "s" }),
        sampleOf("decision_made", { decisionType: "approval" }),
        sampleOf("failure_recorded", { failureType: "crash", component: "router", recoveryAttempted: false }),
        sampleOf("journey_executed", { journey: "signup", outcome: "success", durationSeconds: 1 }),
      ];
      const operations = [sampleEvent(), sampleOf("task_queued", { taskType: "write_test" }, { taskId: "T-1" })];

      it("deletes after 30 days, and after 90 what studies compare", async () => {
        await store.append([...operations, ...studies]);
        expect(await store.prune(Date.now() + 29 * DAY_MILLIS)).toBe(0);
        expect(await store.prune(Date.now() + 31 * DAY_MILLIS)).toBe(operations.length);
        expect(idsOf(await readAll())).toEqual(idsOf(studies));
        expect(await store.prune(Date.now() + 89 * DAY_MILLIS)).toBe(0);
        expect(await store.prune(Date.now() + 91 * DAY_MILLIS)).toBe(studies.length);
        expect(await readAll()).toEqual([]);
      });

      it("does as the user says, family by family", async () => {
        await reopen({ retention: { default: 1, research: 2, agents: Number.POSITIVE_INFINITY } });
        await store.append([...operations, ...studies]);
        // Tasks follow the user's default; decisions, trouble and journeys keep their 90 days.
        expect(await store.prune(Date.now() + 1.5 * DAY_MILLIS)).toBe(1);
        expect(await store.prune(Date.now() + 2.5 * DAY_MILLIS)).toBe(1);
        expect(await store.prune(Date.now() + 36_500 * DAY_MILLIS)).toBe(3);
        expect(idsOf(await readAll())).toEqual([operations[0]?.id]);
      });

      it("goes by arrival: a sender whose clock is wrong loses nothing", async () => {
        await store.append([sampleEvent({ timeUnixMillis: 0 })]);
        expect(await store.prune(Date.now())).toBe(0);
      });

      it("deletes many, while events come in", async () => {
        await store.append(sampleEvents(3_000));
        const pruning = store.prune(Date.now() + 31 * DAY_MILLIS);
        const appends = await Promise.all(Array.from({ length: 20 }, () => store.append(sampleEvents(1))));
        expect(await pruning).toBeGreaterThanOrEqual(3_000);
        expect(appends.map(({ stored }) => stored[0]?.seq)).toEqual(appends.map((_, index) => 3_001 + index));
      });

      it("never gives a seq away twice, though everything was deleted and the store opened anew", async () => {
        await store.append(sampleEvents(4));
        await store.prune(Date.now() + 31 * DAY_MILLIS);
        expect((await store.append(sampleEvents(1))).stored[0]?.seq).toBe(5);
        await store.prune(Date.now() + 31 * DAY_MILLIS);
        await reopen();
        expect((await store.append(sampleEvents(1))).stored[0]?.seq).toBe(6);
      });
    });

    describe("close", () => {
      it("finishes what waits, and refuses what comes later", async () => {
        const waiting = Array.from({ length: 30 }, () => store.append(sampleEvents(10)));
        const closing = store.close();
        await expect(store.append(sampleEvents(1))).rejects.toMatchObject({ name: "StoreError", code: "closed" });
        await closing;
        const stored = (await Promise.all(waiting)).flatMap((result) => result.stored);
        for (const call of [() => store.query({}), () => store.stats(), () => store.prune(0)]) {
          await expect(call()).rejects.toMatchObject({ name: "StoreError", code: "closed" });
        }
        await reopen();
        expect(await readAll()).toEqual(stored);
      });

      it("may be called twice, and while old events are being deleted", async () => {
        await store.append(sampleEvents(2_000));
        const pruning = store.prune(Date.now() + 31 * DAY_MILLIS);
        await Promise.all([store.close(), store.close()]);
        await store.close();
        expect(await pruning).toBeLessThanOrEqual(2_000);
      });
    });

    it("says how much waits, and how much may", async () => {
      const append = store.append(sampleEvents(7));
      expect(store.queue).toEqual({ depth: 7, capacity: expect.any(Number) });
      await append;
      expect(store.queue.depth).toBe(0);
    });
  });
}
