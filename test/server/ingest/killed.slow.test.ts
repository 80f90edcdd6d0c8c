import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import type { EventInput, StoredEvent } from "../../../src/events/types.ts";
import { connect } from "../../../src/store/sqlite/driver.ts";
import { NOON } from "../../helpers/events.ts";
import { samplesOf, TestMetrics } from "../../helpers/metrics.ts";
import { FleetTraffic } from "../../support/fleet-traffic.ts";
import { type HubProcess, startHubProcess } from "../../support/hub-process.ts";
import { NowByHand } from "../../support/now-by-hand.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const isFull = process.env.CROWSNEST_SLOW !== undefined;
const EVENTS = isFull ? 200_000 : 20_000;
const KILLS = isFull ? 5 : 2;
const CLIENTS = 8;
const EVENTS_PER_REQUEST = 100;
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
/** How long a hub may take until it listens again, with all that it has read back. */
const MAX_RESTART_SECONDS = 20;
/** Work that is open goes on while figures are compared. */
const ACTIVE_SECONDS_TOLERANCE = 3;

test(`${EVENTS} events of ${CLIENTS} clients are kept once each, though the hub is killed ${KILLS} times`, {
  timeout: 600_000,
}, async () => {
  const data = join(await tempFolder(), "data");
  let hub = await startHubProcess(data);
  const { port } = new URL(hub.url);
  const clients = Array.from({ length: CLIENTS }, (_, client) => new Client(client, hub.url));
  const sending = Promise.all(clients.map((client) => client.send(EVENTS / CLIENTS)));

  const restarts: string[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await clients[0]?.acknowledged((EVENTS / CLIENTS) * (kill / (KILLS + 1)));
    await hub.kill();
    const pause = pauseAll(clients);
    const { integrity, events } = readStore(data);
    expect(integrity).toBe("ok");
    expect(events.at(-1)?.seq).toBe(events.length);
    const kept = new Set(events.map(({ id }) => id));
    expect(acknowledgedBy(clients).filter((id) => !kept.has(id))).toEqual([]);
    hub = await startHubProcess(data, ["--port", port]);
    restarts.push(`${events.length} events in ${hub.startSeconds.toFixed(2)} s`);
    expect(hub.startSeconds).toBeLessThan(MAX_RESTART_SECONDS);
    await expectSameAsStore(hub, events);
    pause.end();
  }
  await sending;
  await hub.kill();

  const { integrity, events } = readStore(data);
  expect(integrity).toBe("ok");
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const sent = events.filter(({ id }) => id.startsWith("client-")).map(({ id }) => id);
  expect(sent.length).toBe(EVENTS);
  expect(new Set(sent).size).toBe(EVENTS);
  // What the hub said of its own accord: budgets that were passed.
  const own = events.filter(({ id }) => !id.startsWith("client-"));
  expect(new Set(own.map(({ type }) => type))).toEqual(new Set(["budget_warning", "budget_exceeded"]));
  // Kills fell into requests that were under way, or this proves nothing.
  expect(clients.reduce((sum, { retries }) => sum + retries, 0)).toBeGreaterThan(0);
  const again = await startHubProcess(data);
  restarts.push(`${events.length} events in ${again.startSeconds.toFixed(2)} s`);
  await expectSameAsStore(again, events);
  if (isFull) console.log(`restarts: ${restarts.join(", ")}; requests sent again: ${clients.map(({ retries }) => retries)}`);
});

/** Sends its events in order, and each request until it is acknowledged. */
class Client {
  readonly #client: number;
  readonly #url: string;
  readonly #traffic: FleetTraffic;
  #acknowledged = 0;
  #waiting: { readonly events: number; readonly resolve: () => void } | undefined;
  retries = 0;
  /** While this is not resolved, nothing is sent. */
  gate: Promise<void> = Promise.resolve();

  constructor(client: number, url: string) {
    this.#client = client;
    this.#url = url;
    this.#traffic = new FleetTraffic(client);
  }

  get ids(): string[] {
    return Array.from({ length: this.#acknowledged }, (_, index) => FleetTraffic.idOf(this.#client, index + 1));
  }

  acknowledged(events: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { events, resolve };
    });
  }

  async send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += EVENTS_PER_REQUEST) {
      const events = this.#traffic.next(EVENTS_PER_REQUEST);
      const [accepted, duplicates] = await this.#untilAcknowledged(events);
      expect(accepted + duplicates).toBe(events.length);
      this.#acknowledged += events.length;
      // Now and then an acknowledgement is lost on its way, and the sender cannot know.
      if (sent % 5_000 === 0) expect(await this.#untilAcknowledged(events)).toEqual([0, events.length]);
      if (this.#waiting !== undefined && this.#acknowledged >= this.#waiting.events) this.#waiting.resolve();
    }
  }

  async #untilAcknowledged(events: readonly EventInput[]): Promise<[accepted: number, duplicates: number]> {
    for (;;) {
      await this.gate;
      const answer = await this.#post(events);
      if (answer !== undefined) {
        expect(answer.rejected).toBe(0);
        return [answer.accepted, answer.duplicates];
      }
      this.retries += 1;
      await sleep(20);
    }
  }

  /** Undefined where there was no answer: whether the events were kept is not known. */
  async #post(events: readonly EventInput[]): Promise<{ accepted: number; duplicates: number; rejected: number } | undefined> {
    const asLines = this.#client % 2 === 0;
    const text = asLines ? events.map((event) => JSON.stringify(event)).join("\n") : JSON.stringify(events);
    const isZipped = this.#client % 4 >= 2;
    try {
      const response = await fetch(`${this.#url}/v1/events`, {
        method: "POST",
        headers: {
          "content-type": asLines ? "application/x-ndjson" : "application/json",
          ...(isZipped ? { "content-encoding": "gzip" } : {}),
        },
        body: isZipped ? gzipSync(text, { level: 1 }) : text,
      });
      const answer = (await response.json()) as { accepted: number; duplicates: number; rejected: number };
      expect([202, 429, 503]).toContain(response.status);
      return response.status === 202 ? answer : undefined;
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}

function pauseAll(clients: readonly Client[]): { end(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const client of clients) client.gate = promise;
  return { end: resolve };
}

function acknowledgedBy(clients: readonly Client[]): string[] {
  return clients.flatMap(({ ids }) => ids);
}

/** What is in the file, by other means than the hub's. */
function readStore(data: string): { integrity: unknown; events: StoredEvent[] } {
  const database = connect(join(data, "events.db"), { readonly: true, fileMustExist: true });
  try {
    const rows = database.prepare("SELECT seq, received_unix_millis, event FROM events ORDER BY seq").raw().all() as [
      seq: number,
      receivedUnixMillis: number,
      event: string,
    ][];
    return {
      integrity: database.pragma("integrity_check", { simple: true }),
      events: rows.map(([seq, receivedUnixMillis, event]) => ({ ...JSON.parse(event), seq, receivedUnixMillis }) as StoredEvent),
    };
  } finally {
    database.close();
  }
}

/** The hub says what follows from the events: worked out by hand, and by the same folds afresh where that would be the same code again. */
async function expectSameAsStore(hub: HubProcess, events: readonly StoredEvent[]): Promise<void> {
  const page = samplesOf(await (await fetch(`${hub.url}/metrics`)).text());
  const health = (await (await fetch(`${hub.url}/health`)).json()) as { current_agents: string[]; errors_last_hour: number };
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
