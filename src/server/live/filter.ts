import { z } from "zod";
import { eventTypes } from "../../events/families.ts";
import { severityLevels, severityOf } from "../../events/severity.ts";
import type { EventType, StoredEvent } from "../../events/types.ts";

const MAX_VALUES = 200;
const names = z.array(z.string().min(1).max(200)).max(MAX_VALUES).optional();

/** What a watcher wants to see. Every given condition must hold; one that is left out holds always. */
export const filterSchema = z.strictObject({
  types: z
    .array(z.enum(eventTypes as [EventType, ...EventType[]]))
    .max(MAX_VALUES)
    .optional(),
  agents: names,
  /** Workflow runs, by id. */
  workflows: names,
  sessions: names,
  services: names,
  /** This much and more. */
  severity: z.enum(severityLevels).optional(),
});

export type FilterInput = z.output<typeof filterSchema>;

/** A filter, and a text that is the same for filters that let the same events through: what one watcher gets, the next gets as well. */
export interface Filter {
  readonly key: string;
  readonly input: FilterInput;
  matches(event: StoredEvent): boolean;
}

export const everything: Filter = { key: "{}", input: {}, matches: () => true };

export function compileFilter(input: FilterInput): Filter {
  const types = setOf(input.types);
  const agents = setOf(input.agents);
  const workflows = setOf(input.workflows);
  const sessions = setOf(input.sessions);
  const services = setOf(input.services);
  const least = input.severity === undefined ? 0 : severityLevels.indexOf(input.severity);
  const lists = [types, agents, workflows, sessions, services].map((set) => set && [...set].sort());
  return {
    key: JSON.stringify([lists, least]),
    input,
    matches: (event) =>
      holds(types, event.type) &&
      (holds(agents, event.agent) || concernsOneOf(agents, event)) &&
      holds(workflows, event.workflowId) &&
      holds(sessions, event.sessionId) &&
      holds(services, event.source) &&
      (least === 0 || severityLevels.indexOf(severityOf(event)) >= least),
  };
}

function setOf(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return values === undefined ? undefined : new Set(values);
}

function holds(wanted: ReadonlySet<string> | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.has(value));
}

/** A handoff concerns both agents, whoever tells it. */
function concernsOneOf(agents: ReadonlySet<string> | undefined, event: StoredEvent): boolean {
  if (event.type !== "handoff_started" && event.type !== "handoff_completed") return false;
  return holds(agents, event.data.fromAgent) || holds(agents, event.data.toAgent);
}
