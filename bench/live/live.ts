import type { BenchResult } from "../measure.ts";
import { inScene, type Measured } from "./scene.ts";

/** How long each load lasts; 60 is what the budget names. */
const SECONDS = Number(process.env.CROWSNEST_BENCH_LIVE_SECONDS ?? 5);
const CLIENTS = 100;
const EVENTS_PER_SECOND = 1_000;
const MANY_CLIENTS = 1_000;
/** Rates that a thousand clients are tried with; the first one is the bar. */
const MANY_CLIENTS_EVENTS_PER_SECOND = [200, 500, 1_000];
const MAX_CPU_RATIO = 0.5;
const MAX_P95_MILLIS = 50;
const MAX_RSS_MB = 250;
/** Of the memory half-way through, the memory at the end; measured where the load lasts long enough for that to say something. */
const MAX_GROWTH_RATIO = 1.1;
const GROWTH_SECONDS = 30;

/** The live stream of a hub: what is lost, how late it is, and what it costs against the simplest broadcast that there is. */
export async function benchLive(): Promise<BenchResult[]> {
  const load = { perSecond: EVENTS_PER_SECOND, seconds: SECONDS };
  const naive = await inScene({ server: "naive-server.ts", path: "/", clients: CLIENTS }, (scene) => scene.measure(load));
  const stream = await inScene({ server: "stream-server.ts", path: "/ws", clients: CLIENTS }, (scene) => scene.measure(load));
  const hub = await inScene({ server: "hub-server.ts", path: "/ws", clients: CLIENTS }, (scene) => scene.measure(load));
  const what = `live, ${CLIENTS} clients × ${EVENTS_PER_SECOND} events/s`;
  return [
    lostResult(`${what}: events lost`, hub),
    belowResult(
      `${what}: from the event to a client, commit included, p95`,
      "ms",
      percentile(hub.latenciesMillis, 0.95),
      MAX_P95_MILLIS,
    ),
    cpuResult(`${what}: the stream's processor time against a naive broadcast`, stream, naive),
    cpuResult(`${what}: the same of a whole hub, which also keeps, counts and shows them`, hub, naive),
    belowResult(`${what}: the hub's memory at most`, "MB", Math.max(...hub.rssBytes) / 1e6, MAX_RSS_MB),
    ...(SECONDS < GROWTH_SECONDS ? [] : [growthResult(`${what}: the hub's memory at the end`, hub)]),
    ...(await ofOneThousand()),
  ];
}

async function ofOneThousand(): Promise<BenchResult[]> {
  const [bar = 0] = MANY_CLIENTS_EVENTS_PER_SECOND;
  const what = `live, ${MANY_CLIENTS} clients with ?batch=1`;
  return inScene({ server: "hub-server.ts", path: "/ws?batch=1", clients: MANY_CLIENTS }, async (scene) => {
    const runs: Measured[] = [];
    let most = 0;
    for (const perSecond of MANY_CLIENTS_EVENTS_PER_SECOND) {
      const measured = await scene.measure({ perSecond, seconds: SECONDS });
      runs.push(measured);
      if (!isWhole(measured)) break;
      most = perSecond;
    }
    const [atBar] = runs.map(({ rssBytes }) => Math.max(...rssBytes) / 1e6) as [number];
    return [
      { ...absolute(`${what}: events/s of which none is lost`, "events/s", most, `>= ${bar}`), ok: most >= bar },
      belowResult(`${what} × ${bar} events/s: the hub's memory at most`, "MB", atBar, MAX_RSS_MB),
    ];
  });
}

function isWhole({ lost, gaps }: Measured): boolean {
  return lost === 0 && gaps === 0;
}

function lostResult(name: string, measured: Measured): BenchResult {
  return { ...absolute(name, "events", measured.lost, "none"), ok: isWhole(measured) };
}

function cpuResult(name: string, hub: Measured, naive: Measured): BenchResult {
  const ratio = hub.cpuSeconds / naive.cpuSeconds;
  return {
    name,
    value: round(hub.cpuSeconds / SECONDS),
    unit: "cores",
    baseline: round(naive.cpuSeconds / SECONDS),
    ratio: round(ratio),
    bar: `<= ${MAX_CPU_RATIO}`,
    ok: ratio <= MAX_CPU_RATIO,
  };
}

function growthResult(name: string, { rssBytes }: Measured): BenchResult {
  const halfWay = rssBytes.length >> 1;
  const quarter = rssBytes.length >> 2;
  const [before, after] = [rssBytes.slice(halfWay - quarter, halfWay), rssBytes.slice(-quarter)].map((part) =>
    percentile(part, 0.5),
  );
  const ratio = (after as number) / (before as number);
  return {
    name,
    value: round((after as number) / 1e6),
    unit: "MB",
    baseline: round((before as number) / 1e6),
    ratio: round(ratio),
    bar: `<= ${MAX_GROWTH_RATIO}`,
    ok: ratio <= MAX_GROWTH_RATIO,
  };
}

function belowResult(name: string, unit: string, value: number, below: number): BenchResult {
  return { ...absolute(name, unit, value, `< ${below} ${unit}`), ok: value < below };
}

function absolute(name: string, unit: string, value: number, bar: string): Omit<BenchResult, "ok"> {
  return { name, value: round(value), unit, baseline: null, ratio: null, bar };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
