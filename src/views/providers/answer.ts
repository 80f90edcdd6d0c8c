import { z } from "zod";
import { outcomes } from "../../events/fields.ts";
import { addTotals, newTotals, totalsAnswer as usageAnswer } from "../costs/totals.ts";
import { count, moment, momentOf, percentiles, percentilesOf, seconds } from "../parts/answer.ts";
import { type Asked, outcomesAnswer, tellOutcomes } from "../parts/outcomes/answer.ts";
import { durationsWithin } from "../parts/outcomes/outcomes.ts";
import { ratio } from "../parts/sums.ts";
import { gatheredWithin } from "../parts/tiers.ts";
import { type CallError, type Calls, type CallTally, callTally, counting, type Provider } from "./calls.ts";
import { healthOf, healthStatuses, thresholds } from "./health.ts";

const figures = outcomesAnswer(callTally).extend({
  status: z.enum(healthStatuses).describe("Unknown: fewer than 10 calls within the last day."),
  judgedByHours: z.number().int().nullable().describe("By the last hour, or by the last day where there was too little."),
  reasons: z.array(z.string()).describe("Why it is not healthy."),
  timeToFirstTokenSeconds: percentiles,
  secondsPerSuccess: seconds
    .nullable()
    .describe("Time that went into all calls, failed ones too, for each that succeeded: what one good answer takes."),
  outputTokensPerSecond: z.number().nonnegative().nullable(),
  usage: usageAnswer,
});

const callError = z.object({
  at: moment,
  model: z.string(),
  agent: z.string().nullable(),
  outcome: z.enum(outcomes),
  errorType: z.string().nullable(),
  errorMessage: z.string().nullable(),
});

export const providerAnswer = figures
  .extend({
    provider: z.string(),
    rank: z
      .number()
      .int()
      .nullable()
      .describe("1 is the best: the least `secondsPerSuccess` within the period. Null for fewer than 10 calls."),
    lastErrors: z.array(callError).describe("The last ten, newest first."),
    modelCount: count.describe("Models that are known of it; `models` may have fewer of them."),
    models: z.array(figures.extend({ model: z.string() })).describe("The most called first."),
  })
  .meta({ id: "Provider" });

export type ProviderAnswer = z.output<typeof providerAnswer>;

/** The same with their models, as many as are asked for. Which these are is found out before any of them is told. */
export function withModels(
  providers: ReadonlyMap<string, Provider>,
  told: readonly ProviderAnswer[],
  { name, limit = 0, hours, now }: Asked,
): ProviderAnswer[] {
  const known = told.map(({ provider }) => [...(providers.get(provider)?.models ?? [])]);
  const called = known
    .flat()
    .filter(([model]) => name === undefined || model === name)
    .map(([, calls]) => ({
      calls,
      total: gatheredWithin(calls.tallies, hours, now).reduce((sum, tally) => sum + tally.calls, 0),
    }));
  const chosen = new Set(
    called
      .sort((one, other) => other.total - one.total)
      .slice(0, limit)
      .map(({ calls }) => calls),
  );
  return told.map((provider, place) => ({
    ...provider,
    models: tellCalls(new Map(known[place]?.filter(([, calls]) => chosen.has(calls))), { hours, now }).map((model) => ({
      model: model.name,
      ...model.answer,
    })),
  }));
}

/** Providers without their models, in the order of their rank; those that have none follow, the most called first. */
export function tellProviders(providers: ReadonlyMap<string, Provider>, asked: Asked): ProviderAnswer[] {
  const told = tellCalls(providers, asked).map(
    ({ name, thing, answer }): ProviderAnswer => ({
      provider: name,
      rank: null,
      ...answer,
      lastErrors: thing.lastErrors.map(tellError).reverse(),
      modelCount: thing.models.size,
      models: [],
    }),
  );
  const ranked = told
    .filter(({ succeeded, failed }) => succeeded + failed >= thresholds.minCalls)
    .sort((one, other) => costInTime(one) - costInTime(other) || one.provider.localeCompare(other.provider));
  for (const [place, provider] of ranked.entries()) provider.rank = place + 1;
  return [...ranked, ...told.filter(({ rank }) => rank === null)];
}

function tellCalls<Kind extends Calls>(
  calls: ReadonlyMap<string, Kind>,
  asked: Asked,
): { name: string; thing: Kind; answer: z.output<typeof figures> }[] {
  return tellOutcomes<CallTally, z.output<typeof callTally>, Kind>(calls, counting, asked).each.map(
    ({ name, thing, sums, answer }) => ({
      name,
      thing,
      answer: {
        ...answer,
        ...healthOf(thing, asked.now),
        timeToFirstTokenSeconds: percentilesOf(durationsWithin(thing.firstTokens, asked.hours, asked.now)),
        secondsPerSuccess: ratio(sums.seconds, sums.succeeded),
        outputTokensPerSecond: ratio(sums.writtenTokens, sums.writingSeconds),
        usage: usageOf(sums),
      },
    }),
  );
}

function usageOf(sums: CallTally): z.output<typeof usageAnswer> {
  const usage = newTotals();
  addTotals(usage, sums);
  return usage;
}

function tellError({ atMillis, agent, errorType, errorMessage, ...rest }: CallError): z.output<typeof callError> {
  return {
    at: momentOf(atMillis),
    ...rest,
    agent: agent ?? null,
    errorType: errorType ?? null,
    errorMessage: errorMessage ?? null,
  };
}

/** A provider that answers nothing costs all time there is. */
function costInTime({ secondsPerSuccess }: ProviderAnswer): number {
  return secondsPerSuccess ?? Number.MAX_VALUE;
}
