import type { Board } from "../board.ts";
import { line } from "../layout.ts";
import {
  cacheShare,
  cacheShareByModel,
  latencyByModel,
  modelCallRate,
  modelLatencies,
  modelLatency,
  providerFailures,
  providerHealth,
  providerTable,
  tokensByAgent,
  tokensByKind,
  tokensPerCall,
} from "../panels/models.ts";
import {
  skillCacheShare,
  skillFailures,
  skillUse,
  toolCallRate,
  toolDurations,
  toolFailures,
  toolLatency,
  toolTable,
} from "../panels/tools.ts";
import type { Context } from "./context.ts";

/** Whether providers are well, how long answers take, where tokens go, and which tools fail. */
export function modelsAndTools({ queries: q, thresholds, service, agent }: Context): Board {
  return {
    uid: "crowsnest-models",
    title: "Models and tools",
    description: "Whether providers are well, how long answers take, where tokens go, and which tools fail.",
    variables: [service, agent],
    sections: [
      {
        title: "Providers",
        lines: [
          line(8, [providerFailures(q, thresholds), 4], [providerTable(q, thresholds), 10], providerHealth(q, thresholds)),
          line(8, modelCallRate(q), latencyByModel(q)),
          line(8, modelLatencies(q), modelLatency(q)),
        ],
      },
      {
        title: "Tokens",
        lines: [
          line(8, [cacheShare(q), 4], [cacheShareByModel(q), 10], tokensByKind(q)),
          line(8, tokensByAgent(q), tokensPerCall(q)),
        ],
      },
      {
        title: "Tools",
        lines: [
          line(8, toolTable(q, thresholds), toolCallRate(q), toolFailures(q, thresholds)),
          line(8, toolDurations(q), toolLatency(q)),
        ],
      },
      { title: "Skills", lines: [line(8, skillUse(q), skillCacheShare(q), skillFailures(q))] },
    ],
  };
}
