import { context, createContextKey, ROOT_CONTEXT } from "@opentelemetry/api";

const PROBE_KEY = createContextKey("crowsnest probe");

/** Whether somebody sees to it that OpenTelemetry's context follows the work of this process. */
export function contextIsCarried(): boolean {
  const probe = ROOT_CONTEXT.setValue(PROBE_KEY, true);
  return context.with(probe, () => context.active() === probe);
}
