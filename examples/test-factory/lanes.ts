import type { Face } from "crowsnest";
import type { Budgets } from "./budgets.ts";
import { coverFeature } from "./cover-feature.ts";
import { createJob, type Factory } from "./job.ts";
import { sendHeartbeats } from "./opening.ts";
import type { Pace } from "./pace.ts";
import { smokeTest } from "./smoke-test.ts";
import { FEATURES_PER_ROUND } from "./stories.ts";

/** How many orders are in work at once. */
const LANES = 3;
const FEATURES_PER_SMOKE_TEST = 4;
const HEARTBEAT_STEPS = 60;

/** Works through the orders, several at once; resolves when there are none left or the factory is stopped. */
export async function workInLanes(factory: Factory, budgets: Budgets, rounds: number): Promise<void> {
  const orders = takeOrders(factory, rounds * FEATURES_PER_ROUND);
  await Promise.all(Array.from({ length: LANES }, () => lane(factory.pace, budgets, orders)));
}

async function lane(pace: Pace, budgets: Budgets, orders: Iterator<Promise<void>>): Promise<void> {
  while (!pace.signal.aborted) {
    const order = orders.next();
    if (order.done === true) return;
    // What goes wrong with an order is told by the workflow around it, and the next one is done all the same.
    await order.value.catch(() => undefined);
    budgets.review();
    await pace.wait(2).catch(() => undefined);
  }
}

/** Twelve features are a round, and each round is a phase of the work. */
function* takeOrders(factory: Factory, count: number): Generator<Promise<void>, void, void> {
  const { crowsnest } = factory;
  let round = { phase: "", left: 0 };
  for (let number = 0; number < count; number++) {
    if (number % FEATURES_PER_ROUND === 0) {
      round = { phase: `round ${number / FEATURES_PER_ROUND + 1}`, left: FEATURES_PER_ROUND };
      const data = { phase: round.phase, objectives: ["cover the next features"], plannedTasks: FEATURES_PER_ROUND };
      crowsnest.emit({ type: "phase_started", data });
    }
    const current = round;
    const job = createJob(factory, number);
    if (number % FEATURES_PER_SMOKE_TEST === FEATURES_PER_SMOKE_TEST - 1) yield smokeTest(job);
    yield coverFeature(job).finally(() => {
      current.left -= 1;
      if (current.left === 0) crowsnest.emit({ type: "phase_completed", data: { phase: current.phase, outcome: "success" } });
    });
  }
}

/** Tells now and then that everybody is there, until the factory is over. */
export async function keepAlive(crowsnest: Face, pace: Pace): Promise<void> {
  while (!pace.signal.aborted) {
    sendHeartbeats(crowsnest);
    await pace.wait(HEARTBEAT_STEPS).catch(() => undefined);
  }
}
