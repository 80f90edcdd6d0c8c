/** From where on something is worth an alert: a number, what it is unless told otherwise, and what it means. */
interface ThresholdDefinition {
  readonly value: number;
  readonly help: string;
  /** Limits of what makes sense, both ends included. @default 0 and none */
  readonly min?: number;
  readonly max?: number;
}

const ratio = { min: 0, max: 1 } as const;

/** Every threshold of every alert. The command line and the reference derive from this table. */
export const thresholdDefinitions = {
  errorsPerSecond: { value: 0.1, help: "Errors of one kind that an agent raises per second." },
  failureRatio: { value: 0.2, ...ratio, help: "Share of an agent's tasks or tool calls that fail within 15 minutes." },
  minEnded: { value: 5, min: 1, help: "Fewest pieces of work that ended before a share of them says anything." },
  contextTokens: { value: 9_000, help: "Tokens in a context whose limit nobody told." },
  contextFillRatio: { value: 0.9, ...ratio, help: "Share of its limit that a context holds." },
  silentSeconds: { value: 300, help: "Seconds without a word from an agent that has work." },
  // A burn of 14.4 times a budget above 0.0694 would be more failures than there are tasks.
  taskSuccessRatio: {
    value: 0.95,
    min: 0.931,
    max: 0.99999,
    help: "Share of tasks that has to go well: the objective behind the error budget.",
  },
  burnMinTasks: { value: 10, min: 1, help: "Fewest tasks that ended in the long window before the error budget says anything." },
  handoffP95Seconds: { value: 30, help: "Seconds within which 95 % of handoffs are answered." },
  workflowStuckSeconds: {
    value: 1_800,
    min: 60,
    help: "Seconds in which no run of a workflow ends although some are in progress.",
  },
  journeySuccessRatio: { value: 0.8, ...ratio, help: "Share of a journey's runs within an hour that goes well." },
  escalationsPerHour: { value: 0, help: "Times within an hour that agents may ask a person before somebody is told." },
  validationPassRatio: { value: 0.8, ...ratio, help: "Share of validations within an hour that pass." },
  reviewRejectionRatio: { value: 0.5, ...ratio, help: "Share of work within an hour that critics reject." },
  retriesPerTask: { value: 0.5, help: "Further attempts per task that ended within an hour." },
  safetyBlocksPerHour: {
    value: 5,
    min: 1,
    help: "Actions that one policy stopped within an hour, before a rise is worth a word.",
  },
  safetyBlocksFactor: { value: 3, min: 1, help: "How many times its average of the day before is a rise of safety blocks." },
  budgetNearlySpentRatio: { value: 0.8, ...ratio, help: "Share of a budget that is nearly all of it." },
  costAnomalySigmas: { value: 3, help: "Standard deviations above the week's average that make an hour's cost an anomaly." },
  costAnomalyFactor: { value: 2, min: 1, help: "How many times the week's average such an hour costs at least." },
  costAnomalyMinUsdPerHour: { value: 1, help: "US dollars per hour below which no cost is an anomaly." },
  providerFailureRatio: { value: 0.2, ...ratio, help: "Share of a provider's model calls that fail within 5 minutes." },
  eventsDroppedRatio: { value: 0.01, ...ratio, help: "Share of events that a queue loses within 5 minutes." },
  queueFillRatio: { value: 0.9, ...ratio, help: "Share of its capacity that a queue holds." },
  processingP95Seconds: { value: 0.1, help: "Seconds within which 95 % of store commits and of scrapes are done." },
} as const satisfies Record<string, ThresholdDefinition>;

export type ThresholdName = keyof typeof thresholdDefinitions;
export type Thresholds = { readonly [K in ThresholdName]: number };

/** A threshold that does not exist, or a number that makes no sense for it. */
export class ThresholdError extends Error {
  readonly code = "bad_threshold";

  constructor(message: string) {
    super(message);
    this.name = "ThresholdError";
  }
}

/**
 * All thresholds: the ones given, and the defaults for the rest.
 *
 * @throws ThresholdError naming the first that is wrong, and what it takes
 */
export function thresholdsWith(given: Readonly<Partial<Record<string, number>>> = {}): Thresholds {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(thresholdDefinitions, name)) {
      throw new ThresholdError(`${name} is not a threshold; there are ${Object.keys(thresholdDefinitions).join(", ")}`);
    }
    const { min = 0, max = Number.POSITIVE_INFINITY }: ThresholdDefinition = thresholdDefinitions[name as ThresholdName];
    if (value !== undefined && value >= min && value <= max) continue;
    throw new ThresholdError(`${name} takes a number ${range(min, max)}, but is ${value}`);
  }
  const defaults = Object.entries(thresholdDefinitions).map(([name, { value }]) => [name, value]);
  return { ...(Object.fromEntries(defaults) as Thresholds), ...given };
}

function range(min: number, max: number): string {
  return max === Number.POSITIVE_INFINITY ? `from ${min} on` : `from ${min} to ${max}`;
}
