/** What stands in an object, whatever that is. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields of a payload under their names in the vocabulary, whatever they were called. */
export type Flat = Record<string, unknown>;

/** What a field of another name means: its name here, and what its value has to be multiplied by. */
const renamed = new Map<string, readonly [name: string, factor?: number]>(
  Object.entries({
    durationMs: ["durationSeconds", 0.001],
    durationMillis: ["durationSeconds", 0.001],
    duration: ["durationSeconds"],
    latencyMs: ["durationSeconds", 0.001],
    cost: ["costUsd"],
    estCost: ["estimateUsd"],
    estimatedCost: ["estimateUsd"],
    estimatedHours: ["estimateSeconds", 3_600],
    confidence: ["confidenceRatio"],
    progress: ["progressRatio"],
    choiceMade: ["choice"],
    optionsConsidered: ["options"],
    coordinationType: ["pattern"],
    agentIds: ["agents"],
    tasksInvolved: ["tasks"],
    assignmentReason: ["reason"],
    agentWorkload: ["workload"],
    alternativeAgents: ["alternatives"],
    metricName: ["name"],
    metricValue: ["value"],
    metricUnit: ["unit"],
    milestoneName: ["name"],
    error: ["errorMessage"],
    budgetUsd: ["limitUsd"],
    limit: ["limitUsd"],
    spent: ["spentUsd"],
    currentSpend: ["spentUsd"],
    success: ["outcome"],
    status: ["outcome"],
    result: ["outcome"],
    retryCount: ["retries"],
    dependencies: ["dependsOn"],
    agentName: ["agent"],
    cujId: ["journey"],
    sender: ["fromAgent"],
    receiver: ["toAgent"],
    sourceAgent: ["fromAgent"],
    targetAgent: ["toAgent"],
  } satisfies Record<string, [string] | [string, number]>),
);

/** Brings a payload's fields to the vocabulary's names: `task_id` → `taskId`, `duration_ms: 2500` → `durationSeconds: 2.5`. */
export function flatten(payload: Readonly<Record<string, unknown>>, known: ReadonlySet<string>): Flat {
  // Without a prototype, a field called __proto__ is a field like any other.
  const flat: Flat = Object.create(null);
  for (const [key, value] of Object.entries(payload)) {
    const name = camelCase(key);
    const [meant, factor] = known.has(name) ? [name] : (renamed.get(name) ?? [name]);
    // What came first under the right name is not overwritten by an alias of it.
    if (flat[meant] === undefined) flat[meant] = factor !== undefined && typeof value === "number" ? value * factor : value;
  }
  return flat;
}

export function camelCase(key: string): string {
  return key.replaceAll(/[_-]+([a-zA-Z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
