import type { z } from "zod";
import type { Outcome } from "../../events/fields.ts";
import type { EventOf } from "../../events/types.ts";
import { addTotals, newTotals, type Totals, totalsOf } from "../costs/totals.ts";
import { count, share } from "../parts/answer.ts";
import type { Histogram } from "../parts/histogram.ts";
import { named } from "../parts/named.ts";
import { clipMessage } from "../parts/outcomes/failure-pattern.ts";
import { addOutcome, newDurations, newOutcomes, type Outcomes, recordDuration, sumsAt } from "../parts/outcomes/outcomes.ts";
import { addTally, answerOfTally, newTally, type Tally, tallyAnswer } from "../parts/outcomes/tally.ts";
import { ratio } from "../parts/sums.ts";
import type { Tiers } from "../parts/tiers.ts";
import { isUnavailable } from "./blame.ts";

export const MAX_PROVIDERS = 100;
const MAX_MODELS_PER_PROVIDER = 200;
/** Most models of all providers together: each one may keep figures of 720 hours. */
const MAX_MODELS = 500;
const LAST_ERRORS = 10;

type Call = EventOf<"model_called">;

export interface CallTally extends Tally, Totals {
  unavailable: number;
  /** Of all calls that were not called off. */
  seconds: number;
  /** Tokens that were written, and in how much time: of the calls that told their tokens. */
  writtenTokens: number;
  writingSeconds: number;
}

/** Calls of one provider, or of one of its models. */
export interface Calls extends Outcomes<CallTally> {
  readonly firstTokens: Tiers<Histogram>;
}

export interface Provider extends Calls {
  readonly models: Map<string, Calls>;
  readonly lastErrors: CallError[];
}

export interface CallError {
  readonly atMillis: number;
  readonly model: string;
  readonly agent: string | undefined;
  readonly outcome: Outcome;
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
}

export const callTally = tallyAnswer.extend({
  unavailable: count.describe("Failed or timed out, and not because of what was asked."),
  availabilityRatio: share.describe("Of those that succeeded or failed, what did not find the provider unavailable."),
});

export const counting = {
  nothing: (): CallTally => ({
    ...newTally(),
    ...newTotals(),
    unavailable: 0,
    seconds: 0,
    writtenTokens: 0,
    writingSeconds: 0,
  }),
  add(sum: CallTally, other: Readonly<CallTally>): void {
    addTally(sum, other);
    addTotals(sum, other);
    sum.unavailable += other.unavailable;
    sum.seconds += other.seconds;
    sum.writtenTokens += other.writtenTokens;
    sum.writingSeconds += other.writingSeconds;
  },
  answerOf(sums: CallTally): z.output<typeof callTally> {
    const judged = sums.succeeded + sums.failed;
    const availabilityRatio = ratio(judged - sums.unavailable, judged);
    return { ...answerOfTally(sums), unavailable: sums.unavailable, availabilityRatio };
  },
};

export function newProvider(timeUnixMillis: number): Provider {
  return { ...newCalls(timeUnixMillis), models: new Map(), lastErrors: [] };
}

export function applyCall(providers: Map<string, Provider>, provider: Provider, call: Call, timeUnixMillis: number): void {
  const { data } = call;
  const totals = totalsOf(call);
  const model = modelOf(providers, provider, data.model, timeUnixMillis);
  addCall(provider, call, totals, timeUnixMillis);
  addCall(model, call, totals, timeUnixMillis);
  if (data.outcome === "success" || data.outcome === "cancelled") return;
  const { outcome, errorType, errorMessage: message } = data;
  const errorMessage = message === undefined ? undefined : clipMessage(message);
  const error = { atMillis: timeUnixMillis, model: data.model, agent: call.agent, outcome, errorType, errorMessage };
  provider.lastErrors.push(error);
  provider.lastErrors.sort((one, other) => one.atMillis - other.atMillis);
  if (provider.lastErrors.length > LAST_ERRORS) provider.lastErrors.shift();
}

/** A sum of calls tells what was used, and nothing of how they went. */
export function applySum(
  providers: Map<string, Provider>,
  provider: Provider,
  sum: EventOf<"usage_reported">,
  timeUnixMillis: number,
): void {
  const totals = totalsOf(sum);
  for (const calls of [provider, modelOf(providers, provider, sum.data.model, timeUnixMillis)]) {
    for (const tally of sumsAt(calls, timeUnixMillis, counting.nothing)) addTotals(tally, totals);
  }
}

function modelOf(providers: ReadonlyMap<string, Provider>, provider: Provider, model: string, timeUnixMillis: number): Calls {
  return named(provider.models, model, roomFor(providers, provider, model), timeUnixMillis, () => newCalls(timeUnixMillis));
}

function newCalls(timeUnixMillis: number): Calls {
  return { ...newOutcomes<CallTally>(timeUnixMillis), firstTokens: newDurations() };
}

function addCall(calls: Calls, { data }: Call, totals: Totals, timeUnixMillis: number): void {
  for (const tally of addOutcome(calls, data, timeUnixMillis, counting.nothing)) {
    addTotals(tally, totals);
    if (data.outcome !== "cancelled") tally.seconds += data.durationSeconds;
    if (isUnavailable(data)) tally.unavailable += 1;
    if (data.outcome !== "success" || data.outputTokens === undefined) continue;
    tally.writtenTokens += data.outputTokens;
    tally.writingSeconds += data.durationSeconds;
  }
  if (data.outcome === "success" && data.timeToFirstTokenSeconds !== undefined) {
    recordDuration(calls.firstTokens, data.timeToFirstTokenSeconds, timeUnixMillis);
  }
}

/** How many models a provider may have: its share, and what the others leave. Looked at only when a model is new. */
function roomFor(providers: ReadonlyMap<string, Provider>, { models }: Provider, model: string): number {
  if (models.has(model)) return MAX_MODELS_PER_PROVIDER;
  let all = 0;
  for (const provider of providers.values()) all += provider.models.size;
  return Math.min(MAX_MODELS_PER_PROVIDER, models.size + Math.max(0, MAX_MODELS - all));
}
