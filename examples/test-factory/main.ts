import { randomUUID } from "node:crypto";
import { setTracingDisabled } from "@openai/agents";
import type { Face } from "crowsnest";
import { instrumentOpenAIAgents } from "crowsnest/openai-agents";
import { Budgets } from "./budgets.ts";
import type { Factory } from "./job.ts";
import { keepAlive, workInLanes } from "./lanes.ts";
import { introduce } from "./opening.ts";
import { createPace } from "./pace.ts";
import { priceOf } from "./prices.ts";
import { CONTEXT_LIMIT_TOKENS } from "./tokens.ts";
import { Workbench } from "./workbench.ts";

export interface FactoryOptions {
  /** The same seed tells the same stories. @default 1 */
  readonly seed?: number;
  /** How long one step takes, in milliseconds; a feature takes some 60 of them. 0 is as fast as it can. @default 170 */
  readonly paceMillis?: number;
  /** Stops the factory: agents put down what they are doing. @default never */
  readonly signal?: AbortSignal;
  /** How many rounds of twelve features to work through. @default without end */
  readonly rounds?: number;
  /** Name of this run, part of every id. @default a new one */
  readonly run?: string;
}

/**
 * Lets a team of agents cover a web shop with tests, under instrumentation. Resolves when it is stopped or has done its rounds;
 * never rejects for what goes wrong with a feature.
 */
export async function runFactory(crowsnest: Face, options: FactoryOptions = {}): Promise<void> {
  const { seed = 1, paceMillis = 170, rounds = Number.POSITIVE_INFINITY, run = `run-${randomUUID().slice(0, 8)}` } = options;
  await instrument(crowsnest);
  const over = new AbortController();
  const pace = createPace(
    paceMillis,
    options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]),
  );
  const workbench = await Workbench.open(crowsnest);
  introduce(crowsnest);
  const budgets = new Budgets(crowsnest);
  const factory: Factory = { crowsnest, seed, run, pace, workbench, spent: (agent, usd) => budgets.spend(agent, usd) };
  const alive = keepAlive(crowsnest, pace);
  try {
    await workbench.save("brief", BRIEF);
    await workInLanes(factory, budgets, rounds);
  } finally {
    over.abort();
    await alive;
    await workbench.close();
  }
}

/** This is all it takes to make every run of the SDK visible. */
async function instrument(crowsnest: Face): Promise<void> {
  // The SDK switches its tracing off by itself where NODE_ENV is "test".
  setTracingDisabled(false);
  await instrumentOpenAIAgents(crowsnest, {
    price: priceOf,
    contextLimitTokens: () => CONTEXT_LIMIT_TOKENS,
    // The scripted team has no key, and nothing of it leaves this machine.
    exportToOpenAI: false,
  });
}

const BRIEF = {
  rules: ["test what a customer sees", "wait for the page, not for the clock", "leave nothing behind"],
  style: "One behaviour a test, named as a sentence.",
};
