import fc from "fast-check";
import { test } from "vitest";
import { emptyPlaces, type Scene } from "../../support/live/places.ts";
import { steps } from "../../support/live/steps.ts";
import { WatchedHub } from "../../support/live/watched-hub.ts";

const isFull = process.env.CROWSNEST_SLOW !== undefined;
/** A hub for each, which keeps what it was told from one run to the next. */
const SEEDS = isFull ? 20 : 1;
const RUNS = isFull ? 25 : 3;
const STEPS = isFull ? 100 : 60;
const firstSeed = Math.floor(Math.random() * 1_000_000);

test.each(Array.from({ length: SEEDS }, (_, index) => firstSeed + index))(
  "whatever happens in whatever order, each watcher is sent what it asked for once, in order, and told of the rest (seed %i)",
  { timeout: RUNS * 20_000 },
  async (seed) => {
    const hub = await WatchedHub.start();
    await fc.assert(
      fc.asyncProperty(fc.noBias(fc.commands(steps, { maxCommands: STEPS, size: "max" })), async (commands) => {
        const scene: Scene = { hub, connections: [] };
        await fc.asyncModelRun(() => ({ model: emptyPlaces(), real: scene }), commands);
        await hub.settle();
      }),
      // Sockets take their time, so the same steps need not fail again: the first failure tells most.
      { seed, numRuns: RUNS, endOnFailure: true },
    );
  },
);
