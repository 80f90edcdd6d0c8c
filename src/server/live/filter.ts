import { z } from "zod";
import { severityLevels, severityOf } from "../../events/severity.ts";
import type { StoredEvent } from "../../events/types.ts";
import { eventType } from "../api/event-type.ts";

const MAX_VALUES = 200;
export const name = z.string().min(1).max(200);
const names = z.array(name).max(MAX_VALUES).optional();

/** What a watcher wants to see. Every given condition must hold; one that is left out holds always, and an empty list never. */
export const filterSchema = z.strictObject({
  types: z.array(eventType).max(MAX_VALUES).optional(),
  /** Agents by name: whoever tells an event, and those between whom it happens. */
  agents: names,
  /** Workflow runs, by id. */
  workflows: names,
  sessions: names,
  services: names,
  /** This much and more. */
  severity: z.enum(severityLevels, { error: `has to be one of ${severityLevels.join(", ")}` }).optional(),
});

export type FilterInput = z.output<typeof filterSchema>;

/** A filter, and a text that is the same for filters that let the same events through: what one watcher gets, the next gets as well. */
export interface Filter {
  readonly key: string;
  readonly input: FilterInput;
  matches(event: StoredEvent): boolean;
}

export const everything: Filter = { key: "everything", input: {}, matches: () => true };

export function compileFilter(given: FilterInput): Filter {
  const input = withoutUndefined(given);
  if (Object.keys(input).length === 0) return everything;
  const types = setOf(input.types);
  const agents = setOf(input.agents);
  const workflows = setOf(input.workflows);
  const sessions = setOf(input.sessions);
  const services = setOf(input.services);
  const least = severityLevels.indexOf(input.severity ?? severityLevels[0]);
  const lists = [types, agents, workflows, sessions, services].map((set) => set && [...set].sort());
  return {
    key: JSON.stringify([lists, least]),
    input,
    matches: (event) =>
      holds(types, event.type) &&
      (agents === undefined || concernsOneOf(agents, event)) &&
      holds(workflows, event.workflowId) &&
      holds(sessions, event.sessionId) &&
      holds(services, event.source) &&
      (least === 0 || severityLevels.indexOf(severityOf(event)) >= least),
  };
}

function withoutUndefined(input: FilterInput): FilterInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function setOf(values: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return values === undefined ? undefined : new Set(values);
}

function holds(wanted: ReadonlySet<string> | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.has(value));
}

/** A handoff concerns both agents, and coordination all of them, whoever tells it. */
function concernsOneOf(agents: ReadonlySet<string>, event: StoredEvent): boolean {
  if (event.agent !== undefined && agents.has(event.agent)) return true;
  switch (event.type) {
    case "handoff_started":
    case "handoff_completed":
      return agents.has(event.data.fromAgent) || agents.has(event.data.toAgent);
    case "agents_coordinated":
      return event.data.agents.some((agent) => agents.has(agent));
    default:
      return false;
  }
}
