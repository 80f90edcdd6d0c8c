import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Registry } from "prom-client";
import { loadConfig } from "../../src/config.ts";
import { Core } from "../../src/core.ts";
import { Translators } from "../../src/server/ingest/translators.ts";
import { hubFolds } from "../../src/server/snapshot/hub-folds.ts";
import { Snapshots } from "../../src/server/snapshot/snapshots.ts";
import { openStore, snapshotPathOf } from "../../src/store/open-store.ts";
import { views } from "../../src/views/index.ts";
import { ViewSet } from "../../src/views/view-set.ts";
import { absoluteResult, type BenchResult, median } from "../measure.ts";
import { fillStore } from "./log-store.ts";

/** Fewer for a quick look; the bars are for a million. */
const EVENTS = Number(process.env.CROWSNEST_BENCH_EVENTS ?? 1_000_000);

/** A stall may be another program's: of several snapshots, the one in the middle is told. */
const WRITES = 7;

/** How long a hub takes to know again what it knew: from the store alone, and from a snapshot; and what a snapshot costs meanwhile. */
export async function benchRebuild(): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), "crowsnest-bench-"));
  try {
    await fillStore(folder, EVENTS);
    const events = EVENTS.toLocaleString("en");
    const fromStore = await start(folder);
    const fromSnapshot = await start(folder);
    const { size } = await stat(snapshotPathOf(folder));
    console.error(
      `the snapshot of ${events} events: ${(size / 1e6).toFixed(1)} MB, written in ${fromStore.writeMillis.toFixed(0)} ms`,
    );
    return [
      absoluteResult(`all views and gauges rebuilt from ${events} events`, "s", fromStore.seconds, 20),
      absoluteResult("the same from a snapshot", "s", fromSnapshot.seconds, 2),
      absoluteResult("longest stall while a snapshot is written", "ms", fromSnapshot.longestStallMillis, 50),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Start {
  readonly seconds: number;
  readonly writeMillis: number;
  readonly longestStallMillis: number;
}

/** All that a hub does at start to know how things are, and then some snapshots. */
async function start(folder: string): Promise<Start> {
  const store = await openStore(folder);
  const core = new Core(loadConfig({ options: { data: folder } }), { registry: new Registry(), submit: () => {} });
  const set = new ViewSet(views, (_view, error) => {
    throw error;
  });
  const snapshots = new Snapshots({
    path: snapshotPathOf(folder),
    store,
    folds: [...hubFolds(core, new Translators()), set],
    trouble: (sentence) => {
      throw new Error(sentence);
    },
  });
  const startedMillis = performance.now();
  await snapshots.rebuild();
  const seconds = (performance.now() - startedMillis) / 1_000;
  const writes: { millis: number; stallMillis: number }[] = [];
  while (writes.length < WRITES) writes.push(await write(snapshots));
  await snapshots.close(0);
  await store.close();
  return {
    seconds,
    writeMillis: median(writes.map(({ millis }) => millis)),
    longestStallMillis: median(writes.map(({ stallMillis }) => stallMillis)),
  };
}

/** One snapshot: how long it takes, and how long everything else has to wait for it at most. */
async function write(snapshots: Snapshots): Promise<{ millis: number; stallMillis: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedMillis = performance.now();
  await snapshots.write();
  const millis = performance.now() - startedMillis;
  delay.disable();
  return { millis, stallMillis: delay.max / 1e6 };
}
