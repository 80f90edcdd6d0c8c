import type { AgentEvent } from "../events/types.ts";
import type { Pricer } from "./pricer.ts";

/** The event with the cost or the limit that its sender left out, as far as they are known; else the event as it came. */
export function priceEvent(event: AgentEvent, pricer: Pricer): AgentEvent {
  if (event.type === "model_called") {
    if (event.data.costUsd !== undefined) return event;
    const costUsd = pricer.costUsd(event.data, event.timeUnixMillis);
    return costUsd === undefined ? event : { ...event, data: { ...event.data, costUsd, costIsEstimated: true } };
  }
  if (event.type === "context_updated") {
    const { provider, model, limitTokens } = event.data;
    if (limitTokens !== undefined || provider === undefined || model === undefined) return event;
    const window = pricer.contextWindowTokens(provider, model);
    return window === undefined ? event : { ...event, data: { ...event.data, limitTokens: window } };
  }
  return event;
}
