import { z } from "zod";
import { named } from "../parts/named.ts";
import { periodHours } from "../parts/outcomes/answer.ts";
import { defineView } from "../view.ts";
import { providerAnswer, tellProviders } from "./answer.ts";
import { applyCall, MAX_PROVIDERS, newProvider, type Provider } from "./calls.ts";
import { healthStatuses, overallOf } from "./health.ts";

export const providersView = defineView({
  summary: "Providers of models: available or not, how fast, what failed last, at what cost; ranked, each with its models.",
  version: 1,
  types: ["model_called"],
  query: z.strictObject({ provider: z.string().optional().describe("Name of a provider."), hours: periodHours }),
  answer: z.object({
    hours: z.number().int(),
    status: z.enum(healthStatuses).describe("Healthy or unhealthy where each one that can be judged is, else degraded."),
    providers: z.array(providerAnswer).describe("The best first."),
  }),
  initial: (): Map<string, Provider> => new Map(),
  apply(state, event, timeUnixMillis) {
    if (event.type !== "model_called") return;
    const provider = named(state, event.data.provider, MAX_PROVIDERS, timeUnixMillis, () => newProvider(timeUnixMillis));
    applyCall(state, provider, event, timeUnixMillis);
  },
  read(state, { provider: wanted, hours }, now) {
    const all = tellProviders(state, { hours, now });
    return {
      hours,
      status: overallOf(all.map(({ status }) => status)),
      // Asked for one, its rank is still that among all.
      providers: wanted === undefined ? all : all.filter(({ provider }) => provider === wanted),
    };
  },
});
