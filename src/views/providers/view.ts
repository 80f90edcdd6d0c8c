import { z } from "zod";
import { isSpending, spendingTypes } from "../../folds/spending.ts";
import { named } from "../parts/named.ts";
import { periodHours } from "../parts/outcomes/answer.ts";
import { defineView } from "../view.ts";
import { providerAnswer, tellProviders, withModels } from "./answer.ts";
import { applyCall, applySum, MAX_PROVIDERS, newProvider, type Provider } from "./calls.ts";
import { healthStatuses, overallOf } from "./health.ts";

/** Most models in one answer: each of them is some ten kilobytes, and half a millisecond's work where it is called all the time. */
const MAX_TOLD = 50;
const USUALLY_TOLD = 20;

export const providersView = defineView({
  summary: "Providers of models: available or not, how fast, what failed last, at what cost; ranked, each with its models.",
  version: 2,
  types: spendingTypes,
  query: z.strictObject({
    provider: z.string().optional().describe("Name of a provider."),
    model: z.string().optional().describe("Name of a model: the only one that is told."),
    hours: periodHours,
    limit: z.coerce
      .number()
      .int()
      .min(0)
      .max(MAX_TOLD)
      .optional()
      .describe(
        `Most models in the answer, of all its providers together, the most called first; 0 to ${MAX_TOLD}. [default: ${USUALLY_TOLD}]`,
      ),
  }),
  answer: z.object({
    hours: z.number().int(),
    status: z.enum(healthStatuses).describe("Healthy or unhealthy where each one that can be judged is, else degraded."),
    providers: z.array(providerAnswer).describe("The best first."),
  }),
  initial: (): Map<string, Provider> => new Map(),
  apply(state, event, timeUnixMillis) {
    if (!isSpending(event)) return;
    const provider = named(state, event.data.provider, MAX_PROVIDERS, timeUnixMillis, () => newProvider(timeUnixMillis));
    if (event.type === "model_called") applyCall(state, provider, event, timeUnixMillis);
    else applySum(state, provider, event, timeUnixMillis);
  },
  read(state, { provider: wanted, model, hours, limit = USUALLY_TOLD }, now) {
    // Asked for one, its rank is still that among all.
    const all = tellProviders(state, { hours, now });
    const providers = wanted === undefined ? all : all.filter(({ provider }) => provider === wanted);
    return {
      hours,
      status: overallOf(all.map(({ status }) => status)),
      providers: withModels(state, providers, { name: model, limit, hours, now }),
    };
  },
});
