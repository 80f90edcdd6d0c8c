import type { AgentEvent } from "./types.ts";

/** How much an event calls for attention, least first. */
export const severityLevels = ["info", "warning", "error", "critical"] as const;
export type SeverityLevel = (typeof severityLevels)[number];

/** What an event says of trouble by its type and how it ended. */
export function severityOf(event: AgentEvent): SeverityLevel {
  switch (event.type) {
    case "budget_exceeded":
      return "critical";
    case "alert_fired":
      return event.data.severity ?? "warning";
    case "hitl_escalated":
      return event.data.priority === "critical" ? "critical" : "warning";
    case "error_raised":
      return "error";
    case "failure_recorded":
      return event.data.recoverySuccessful === true ? "warning" : "error";
    case "budget_warning":
    case "safety_blocked":
      return "warning";
    case "validation_completed":
      return event.data.outcome === "failed" ? "warning" : "info";
    case "review_completed":
      return event.data.outcome === "rejected" ? "warning" : "info";
    case "step_progressed":
      return event.data.status === "failed" ? "error" : "info";
    default:
      return "outcome" in event.data ? severityOfOutcome(event.data.outcome) : "info";
  }
}

function severityOfOutcome(outcome: string | undefined): SeverityLevel {
  if (outcome === "failure" || outcome === "timeout") return "error";
  return outcome === "cancelled" || outcome === "abandoned" ? "warning" : "info";
}
