import { z } from "zod";
import type { Operation } from "../operation.ts";

const componentStatus = z.enum(["up", "degraded", "down"]);
const health = z
  .object({
    status: z.enum(["healthy", "degraded", "unhealthy"]),
    reasons: z.array(z.string()).describe("Why it is not healthy."),
    mode: z.enum(["embedded", "hub"]),
    service: z.string(),
    version: z.string(),
    current_agents: z.array(z.string()).describe("Agents that have a run or a task right now."),
    uptime_seconds: z.number(),
    errors_last_hour: z.number().int(),
    memory_usage_mb: z.number(),
    context_health: z
      .union([
        z.object({ status: z.literal("unknown") }),
        z.object({ status: z.enum(["ok", "near_limit", "over_limit"]), agent: z.string(), used_ratio: z.number() }),
      ])
      .describe("The agent whose context is fullest."),
    components: z.record(z.string(), z.object({ status: componentStatus, reason: z.string().optional() })),
  })
  .meta({ id: "Health" });
const ready = z.object({ status: z.enum(["live", "ready", "not ready"]) });

const json = (schema: z.ZodType) => ({ "application/json": schema });

export const observeOperations: readonly Operation[] = [
  {
    method: "get",
    path: "/metrics",
    tag: "Observing",
    summary: "Metrics for Prometheus.",
    isOpen: true,
    answers: {
      200: {
        description: "Which format it is depends on Accept; only OpenMetrics has exemplars.",
        content: { "text/plain": z.string(), "application/openmetrics-text": z.string() },
      },
      500: { description: "Nothing can be told.", content: { "text/plain": z.string() } },
    },
  },
  {
    method: "get",
    path: "/health",
    tag: "Observing",
    summary: "How things are, and why.",
    isOpen: true,
    answers: {
      200: { description: "Healthy, or degraded.", content: json(health) },
      503: { description: "Unhealthy: a component is down.", content: json(health) },
    },
  },
  {
    method: "get",
    path: "/health/live",
    tag: "Observing",
    summary: "Whether the process runs.",
    isOpen: true,
    answers: { 200: { description: "It does.", content: json(ready) } },
  },
  {
    method: "get",
    path: "/health/ready",
    tag: "Observing",
    summary: "Whether the hub takes requests.",
    isOpen: true,
    answers: {
      200: { description: "It does.", content: json(ready) },
      503: { description: "It starts or stops.", content: json(ready) },
    },
  },
];
