import type { Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { JUDGED } from "../../recordings/recording.ts";
import type { Thresholds } from "../../thresholds.ts";
import { unit } from "../common.ts";
import { heatmap } from "../kinds/heatmap.ts";
import { stat, total } from "../kinds/stat.ts";
import { timeSeries } from "../kinds/time-series.ts";
import type { PanelQueries } from "../queries.ts";

const PASSED = { outcome: '="passed"' } as const;
const SUCCESS = { outcome: '="success"' } as const;
const REJECTED = { outcome: '="rejected"' } as const;

export function validationPassRate(q: PanelQueries, { validationPassRatio }: Thresholds): Panel {
  return total({
    title: "Validations passed",
    shows: "The share of checks by running the work that passed in the time shown.",
    whenBad:
      "Low: work is handed over before it is done. See which milestone fails below, and let the critic look for what the checks find.",
    unit: unit.share,
    query: { expr: q.shareWithin({ metric: "validations", by: [] }, PASSED), legend: "passed" },
    // Good is up here, so the colours go the other way.
    goodFrom: validationPassRatio,
  });
}

export function validationOutcomes(q: PanelQueries): Panel {
  return timeSeries({
    title: "Validations",
    shows: "Checks of work by running it, and what came out.",
    whenBad: "Red after a change: roll it back. Red now and then: the check itself may be flaky, run one of the failed again.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "validations", by: ["outcome"] }), legend: "{{outcome}}" }],
    stacked: true,
    byOutcome: true,
  });
}

export function criticRejections(q: PanelQueries, { reviewRejectionRatio }: Thresholds): Panel {
  return total({
    title: "Rejected by critics",
    shows: "The share of reviewed work that critics sent back in the time shown.",
    whenBad:
      "High: read some of the reasons. If they are the same ones, put them into the author's instructions. At 0 for days: the critic waves everything through.",
    unit: unit.share,
    query: { expr: q.shareWithin({ metric: "reviews", by: [] }, REJECTED), legend: "rejected" },
    thresholds: [[reviewRejectionRatio, "red"]],
  });
}

export function reviewOutcomes(q: PanelQueries): Panel {
  return timeSeries({
    title: "Reviews",
    shows: "Critics' verdicts.",
    whenBad: "Rejections that outgrow approvals: author and critic follow different rules. Compare their instructions.",
    unit: unit.perSecond,
    queries: [{ expr: q.rate({ metric: "reviews", by: ["outcome"] }), legend: "{{outcome}}" }],
    stacked: true,
    byOutcome: true,
  });
}

export function qualityAsAlertsSeeIt(q: PanelQueries): Panel {
  return timeSeries({
    title: "Quality, as the alerts see it",
    shows: "Shares within the last hour: validations passed, work rejected, journeys that went well. Needs the recording rules.",
    whenBad: "The alert that is about to fire is named after the line; its runbook says what to do.",
    unit: unit.share,
    queries: [
      { expr: `min(${q.recorded("validationPassRatio1h")})`, legend: "validations passed" },
      { expr: `max(${q.recorded("reviewRejectionRatio1h")})`, legend: "work rejected" },
      { expr: `min by (journey) (${q.recorded("journeySuccessRatio1h")})`, legend: "{{journey}} succeeded" },
    ],
    max: 1,
  });
}

export function retries(q: PanelQueries, { retriesPerTask }: Thresholds): Panel {
  return total({
    title: "Retries per task",
    shows: "Further attempts for each task that ended in the time shown.",
    whenBad: "Each retry costs a task's time and money again. The panel by type tells where, the errors of the agent why.",
    unit: unit.count,
    query: {
      expr: `${q.increase({ metric: "taskRetries", by: [] })} / ${q.increase({ metric: "tasks", by: [] })}`,
      legend: "retries",
    },
    thresholds: [[retriesPerTask, "red"]],
    decimals: 2,
  });
}

export function decisionConfidence(q: PanelQueries): Panel {
  return heatmap({
    title: "Decision confidence",
    shows: "How sure agents are of their decisions, from 0 to 1; dots are single ones.",
    whenBad:
      "A growing band below a half: agents guess. Open a dot, see what it chose between, and give it the facts or ask a person.",
    unit: unit.share,
    buckets: q.buckets({ metric: "decisionConfidence", by: [] }),
    traces: "decision",
  });
}

export function confidenceByType(q: PanelQueries): Panel {
  return timeSeries({
    title: "Average confidence by type",
    shows: "How sure agents are on average, by what they decide about.",
    whenBad: "Falling for one type: what that decision is about has changed. Compare with how often its work fails afterwards.",
    unit: unit.share,
    queries: [
      {
        expr: `${q.totalRate({ metric: "decisionConfidence", by: ["decision_type"] })} / ${q.countRate({ metric: "decisionConfidence", by: ["decision_type"] })}`,
        legend: "{{decision_type}}",
      },
    ],
    max: 1,
  });
}

export function escalations(q: PanelQueries): Panel {
  return total({
    title: "Escalations",
    shows: "How often a person was asked in the time shown.",
    whenBad: "Somebody waits for an answer: see who asked by the hitl_escalated events, the urgent ones first.",
    unit: unit.count,
    query: { expr: `${q.increaseOfRare({ metric: "escalations", by: [] })} or vector(0)`, legend: "escalations" },
    thresholds: [[1, "yellow"]],
    decimals: 0,
  });
}

export function escalationsByPriority(q: PanelQueries): Panel {
  return timeSeries({
    title: "Escalations by priority",
    shows: "How often a person is asked within an hour.",
    whenBad: "More than people can answer: raise what agents may decide themselves, or mend what makes them ask.",
    unit: unit.count,
    queries: [{ expr: q.increase({ metric: "escalations", by: ["priority"] }, "1h"), legend: "{{priority}}" }],
  });
}

export function safetyBlocks(q: PanelQueries): Panel {
  return timeSeries({
    title: "Safety blocks",
    shows: "Actions that a guardrail or policy stopped within an hour, by policy and agent.",
    whenBad:
      "A rise: an agent was led astray by its input, or a policy is too strict. Read what was blocked before anything is loosened.",
    unit: unit.count,
    queries: [{ expr: q.increase({ metric: "safetyBlocks", by: ["policy", "agent"] }, "1h"), legend: "{{policy}}: {{agent}}" }],
  });
}

export function taskSuccess(q: PanelQueries, { taskSuccessRatio }: Thresholds): Panel {
  return stat({
    title: "Tasks that succeed",
    shows: "The share of tasks that end well, now.",
    whenBad: "Below the objective: Failed tasks by agent tells whose they are.",
    unit: unit.share,
    goodFrom: taskSuccessRatio,
    query: {
      expr: q.share({ metric: "tasks", by: [], where: JUDGED }, SUCCESS),
      legend: "succeed",
    },
  });
}
