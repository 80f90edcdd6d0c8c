import { describe, expect, it } from "vitest";
import { PendingSums } from "../../../src/sinks/redis/pending-sums.ts";

const HOUR_MILLIS = 3_600_000;
const NOW = Date.UTC(2026, 2, 4, 12, 30);

const worker = (name: string) => ({
  name,
  firstMillis: NOW,
  lastMillis: NOW,
  open: 0,
  busySinceMillis: 0,
  toldUntilMillis: 0,
});

describe("sums that wait for Redis", () => {
  it("do not grow with events", () => {
    const pending = new PendingSums(NOW, () => {});
    for (let index = 0; index < 10_000; index += 1) {
      pending.count(NOW - (index % 3) * HOUR_MILLIS);
      pending.add("reviews", 1, NOW - (index % 3) * HOUR_MILLIS);
    }
    expect([...pending.hours]).toHaveLength(3);
    expect(pending.events).toBe(10_000);
  });

  it("are the same by days", () => {
    const pending = new PendingSums(NOW, () => {});
    for (let hours = 0; hours < 48; hours += 1) {
      pending.count(NOW - hours * HOUR_MILLIS);
      pending.completed(`F-${hours % 2}`, NOW - hours * HOUR_MILLIS);
    }
    expect(pending.days().map(({ events, features }) => [events, features.size])).toEqual([
      [13, 2],
      [24, 2],
      [11, 2],
    ]);
  });

  it("split time at work by hours, in each of which the agent is known", () => {
    const pending = new PendingSums(NOW, () => {});
    pending.worked(worker("scribe"), NOW - 2 * HOUR_MILLIS, NOW);
    expect([...pending.hours].map(({ sums, agents }) => [sums.agent_active_seconds, agents.size])).toEqual([
      [1_800, 1],
      [3_600, 1],
      [1_800, 1],
    ]);
  });

  it("give up the oldest hour when there are too many names, and tell how many events that were", () => {
    const givenUp: number[] = [];
    const pending = new PendingSums(NOW, (events) => givenUp.push(events));
    for (let hours = 2; hours >= 0; hours -= 1) {
      for (let index = 0; index < 40_000; index += 1) {
        pending.count(NOW - hours * HOUR_MILLIS);
        pending.heard(worker(`agent-${index}`), NOW - hours * HOUR_MILLIS);
      }
    }
    expect(givenUp).toEqual([40_000]);
    expect(pending.events).toBe(80_000);
    expect([...pending.hours]).toHaveLength(2);
  });

  it("are bounded within one hour too, whatever names are made up", () => {
    let givenUp = 0;
    const pending = new PendingSums(NOW, (events) => {
      givenUp += events;
    });
    for (let index = 0; index < 250_000; index += 1) {
      pending.count(NOW);
      pending.heard(worker(`agent-${index}`), NOW);
    }
    const names = [...pending.hours].reduce((sum, { agents }) => sum + agents.size, 0);
    expect(names).toBeLessThanOrEqual(100_000);
    expect(givenUp + pending.events).toBe(250_000);
  });

  it("take no time over work that is said to have lasted for years, whoever says so", () => {
    const pending = new PendingSums(NOW, () => {});
    const startedMillis = performance.now();
    for (let index = 0; index < 500; index += 1) {
      pending.worked(worker(`agent-${index}`), 0, NOW);
    }
    // Half a second; hour by hour since 1970 it would be minutes.
    expect(performance.now() - startedMillis).toBeLessThan(10_000);
  });
});
