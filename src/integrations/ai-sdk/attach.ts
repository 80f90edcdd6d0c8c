import type { Telemetry } from "ai";
import { tellInsteadOf } from "../../tracing/told-spans.ts";
import type { CrowsnestTelemetry } from "./telemetry.ts";

/** What `@ai-sdk/otel` calls its tracer. Where both are registered, a hub is not to count its spans as well. */
const OTEL_SCOPE = "gen_ai";

/**
 * From now on, every call of this process is seen that names no integrations of its own.
 *
 * @param register the SDK's own function @default what it does, whether or not the SDK is loaded yet
 * @returns how to stop that; calls under way are followed to their end
 */
export function attach(telemetry: CrowsnestTelemetry, register: (telemetry: Telemetry) => void = keep): () => void {
  register(telemetry);
  const endTelling = tellInsteadOf(OTEL_SCOPE);
  return () => {
    endTelling();
    telemetry.detach();
    // The SDK has no function for this, but says where it keeps them.
    const registered = globalThis.AI_SDK_TELEMETRY_INTEGRATIONS ?? [];
    const index = registered.indexOf(telemetry);
    if (index >= 0) registered.splice(index, 1);
  };
}

/** All copies of the SDK look there. */
function keep(telemetry: Telemetry): void {
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS ??= [];
  globalThis.AI_SDK_TELEMETRY_INTEGRATIONS.push(telemetry);
}
