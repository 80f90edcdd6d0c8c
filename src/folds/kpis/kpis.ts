/**
 * The sums that all KPIs are made of. Sums and counts only, never averages: those of two hubs, of two hours or of two weeks can be
 * added, and only then be divided.
 */
export interface KpiSums {
  /** Time that agents were at work, all agents together. */
  agent_active_seconds: number;
  /** What model calls for features that are completed cost. */
  feature_cost_usd: number;
  features_completed: number;
  /** Tasks that ended, well or not. */
  tasks_finished: number;
  task_retries: number;
  reviews: number;
  reviews_rejected: number;
  validations: number;
  validations_passed: number;
  tasks_completed: number;
  /** From queue (or assignment) to completion, all completed tasks together. */
  completion_seconds: number;
}

export type KpiSum = keyof KpiSums;

export function newKpiSums(): KpiSums {
  return {
    agent_active_seconds: 0,
    feature_cost_usd: 0,
    features_completed: 0,
    tasks_finished: 0,
    task_retries: 0,
    reviews: 0,
    reviews_rejected: 0,
    validations: 0,
    validations_passed: 0,
    tasks_completed: 0,
    completion_seconds: 0,
  };
}

export const kpiSumNames = Object.keys(newKpiSums()) as readonly KpiSum[];

/** Adds what `other` holds. */
export function addKpiSums(sums: KpiSums, other: Readonly<KpiSums>): void {
  for (const name of kpiSumNames) sums[name] += other[name];
}

/** Who was there to work. */
export interface KnownAgents {
  readonly agents: number;
  /** How long they were known within the time that is looked at, all agents together. */
  readonly seconds: number;
}

/** One KPI as it is answered: null where nothing was there to judge by. */
export interface Kpi {
  readonly value: number | null;
  /** How many agents, features, tasks, reviews or validations it is made of. */
  readonly sample_size: number;
  readonly unit: string;
  readonly definition: string;
}

export const kpiNames = [
  "agent_utilization",
  "cost_per_feature",
  "average_retry_count",
  "critic_rejection_rate",
  "validation_pass_rate",
  "time_to_completion",
] as const;

export type KpiName = (typeof kpiNames)[number];
export type Kpis = Readonly<Record<KpiName, Kpi>>;

/** The KPIs by their definitions. */
export function kpisOf(sums: Readonly<KpiSums>, known: KnownAgents): Kpis {
  return {
    agent_utilization: agentUtilization(sums, known),
    cost_per_feature: costPerFeature(sums),
    average_retry_count: averageRetryCount(sums),
    critic_rejection_rate: criticRejectionRate(sums),
    validation_pass_rate: validationPassRate(sums),
    time_to_completion: timeToCompletion(sums),
  };
}

/**
 * Time at work by time known, over all agents that were heard of or at work. At work is whoever has a run or a task, and whoever tells
 * of a call or a decision that took time; what overlaps counts once. An agent is known from when it was first heard of, and what it
 * does not do afterwards lowers the share. Ratio, 0 to 1; the sample is agents.
 */
function agentUtilization(sums: Readonly<KpiSums>, { agents, seconds }: KnownAgents): Kpi {
  // An agent may have been at work for longer than it is known: then it was at work all the time.
  const value = seconds > 0 ? Math.min(1, sums.agent_active_seconds / seconds) : null;
  const definition = "Share of time that the agents which were heard of were at work; work that overlaps counts once.";
  return { value, sample_size: agents, unit: "ratio", definition };
}

/**
 * Cost of model calls by features completed. A call is for the feature that it names, or that its task belongs to. A feature is
 * completed when one of its tasks was done and none of them is open, or when its status says so; what is spent on it afterwards is
 * added there and then, where it was completed. Features none of whose calls had a price are left out: what they cost is not known,
 * and not nothing. US dollars; the sample is features.
 */
function costPerFeature({ feature_cost_usd, features_completed }: Readonly<KpiSums>): Kpi {
  const definition = "Mean cost of the model calls made for a completed feature, of features whose cost is known.";
  return kpi(feature_cost_usd, features_completed, "USD", definition);
}

/**
 * Retries by tasks that ended, well or not. Retries are what the end of the task tells, or else the last attempt that its progress
 * told, less the first one. Retries per task; the sample is tasks.
 */
function averageRetryCount({ task_retries, tasks_finished }: Readonly<KpiSums>): Kpi {
  return kpi(task_retries, tasks_finished, "retries per task", "Mean number of retries of tasks that ended, well or not.");
}

/** Rejected reviews by all reviews. Ratio, 0 to 1; the sample is reviews. */
function criticRejectionRate({ reviews_rejected, reviews }: Readonly<KpiSums>): Kpi {
  return kpi(reviews_rejected, reviews, "ratio", "Share of reviews that rejected the work.");
}

/** Passed validations by all validations. Ratio, 0 to 1; the sample is validations. */
function validationPassRate({ validations_passed, validations }: Readonly<KpiSums>): Kpi {
  return kpi(validations_passed, validations, "ratio", "Share of validations that passed.");
}

/**
 * Mean time from when a task was queued to when it was done. A task that nobody queued counts from its assignment, one that nobody
 * assigned from when it began by its own account. Tasks that failed are not in it. Seconds; the sample is tasks.
 */
function timeToCompletion({ completion_seconds, tasks_completed }: Readonly<KpiSums>): Kpi {
  const definition = "Mean time from a task's being queued (or assigned, where it was not queued) to its completion.";
  return kpi(completion_seconds, tasks_completed, "seconds", definition);
}

function kpi(sum: number, count: number, unit: string, definition: string): Kpi {
  return { value: count === 0 ? null : sum / count, sample_size: count, unit, definition };
}
