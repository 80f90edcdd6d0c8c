import { addKpiSums, type KpiSum, type KpiSums, newKpiSums } from "../../folds/kpis/kpis.ts";
import type { KnownWorker, KpiTaker } from "../../folds/kpis/taker.ts";
import { periods, startOf } from "./keys.ts";

/** Most names (of agents, of features) that wait, over all hours. */
const MAX_NAMES = 100_000;
/** What is left of them once that is too many: finding the oldest hours each time would cost more than everything else. */
const LEFT_NAMES = MAX_NAMES * (7 / 8);

/** What one bucket is to be given. */
export interface Portion {
  readonly startMillis: number;
  events: number;
  readonly sums: KpiSums;
  /** When each agent was first heard of, by service and name. */
  readonly agents: Map<string, number>;
  readonly features: Set<string>;
}

/**
 * Sums by hour that wait for Redis. However long that takes, they do not become more with every event, only with every hour and with
 * every name; beyond a limit of names the oldest hour is given up.
 */
export class PendingSums implements KpiTaker {
  readonly #hours = new Map<number, Portion>();
  readonly #givenUp: (events: number) => void;
  readonly #oldestMillis: number;
  #names = 0;
  events = 0;

  /** @param givenUp hears how many events were in the hours that are given up */
  constructor(nowMillis: number, givenUp: (events: number) => void) {
    this.#oldestMillis = startOf(periods.daily, nowMillis - periods.daily.keptSeconds * 1_000);
    this.#givenUp = givenUp;
  }

  get isEmpty(): boolean {
    return this.#hours.size === 0;
  }

  get hours(): IterableIterator<Portion> {
    return this.#hours.values();
  }

  /** The same by days in UTC. */
  days(): Portion[] {
    const days = new Map<number, Portion>();
    for (const hour of this.hours) addPortion(portionAt(days, startOf(periods.daily, hour.startMillis)), hour);
    return [...days.values()];
  }

  /** An event of that time was folded. */
  count(unixMillis: number): void {
    const hour = this.#at(unixMillis);
    if (hour === undefined) return;
    hour.events += 1;
    this.events += 1;
  }

  add(sum: KpiSum, amount: number, unixMillis: number): void {
    const hour = this.#at(unixMillis);
    if (hour !== undefined) hour.sums[sum] += amount;
  }

  heard(worker: KnownWorker, unixMillis: number): void {
    const hour = this.#at(unixMillis);
    if (hour === undefined) return;
    if (!hour.agents.has(worker.name)) this.#names += 1;
    hour.agents.set(worker.name, worker.firstMillis);
    this.#giveUpOldest();
  }

  worked(worker: KnownWorker, fromUnixMillis: number, toUnixMillis: number): void {
    let from = Math.max(fromUnixMillis, this.#oldestMillis);
    while (from < toUnixMillis) {
      const to = Math.min(toUnixMillis, startOf(periods.hourly, from) + periods.hourly.widthMillis);
      this.add("agent_active_seconds", (to - from) / 1_000, from);
      this.heard(worker, from);
      from = to;
    }
  }

  completed(featureId: string, unixMillis: number): void {
    const hour = this.#at(unixMillis);
    if (hour === undefined) return;
    if (!hour.features.has(featureId)) this.#names += 1;
    hour.features.add(featureId);
    this.#giveUpOldest();
  }

  /** What is older than any bucket is kept for goes nowhere. */
  #at(unixMillis: number): Portion | undefined {
    if (unixMillis < this.#oldestMillis) return undefined;
    return portionAt(this.#hours, startOf(periods.hourly, unixMillis));
  }

  #giveUpOldest(): void {
    if (this.#names <= MAX_NAMES) return;
    const oldestFirst = [...this.#hours.values()].sort((one, other) => one.startMillis - other.startMillis);
    for (const { startMillis, agents, features, events } of oldestFirst) {
      if (this.#names <= LEFT_NAMES) return;
      this.#hours.delete(startMillis);
      this.#names -= agents.size + features.size;
      this.events -= events;
      if (events > 0) this.#givenUp(events);
    }
  }
}

function portionAt(portions: Map<number, Portion>, startMillis: number): Portion {
  let portion = portions.get(startMillis);
  if (portion === undefined) {
    portion = { startMillis, events: 0, sums: newKpiSums(), agents: new Map(), features: new Set() };
    portions.set(startMillis, portion);
  }
  return portion;
}

function addPortion(portion: Portion, other: Portion): void {
  portion.events += other.events;
  addKpiSums(portion.sums, other.sums);
  for (const [name, firstMillis] of other.agents) {
    portion.agents.set(name, Math.min(firstMillis, portion.agents.get(name) ?? firstMillis));
  }
  for (const id of other.features) portion.features.add(id);
}
