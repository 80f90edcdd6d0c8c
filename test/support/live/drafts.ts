import fc from "fast-check";
import type { AgentEvent } from "../../../src/events/types.ts";
import type { FilterInput } from "../../../src/server/live/filter.ts";
import { complete } from "../../helpers/events.ts";

/** The first event may have happened then, and the last one an hour later. */
export const START_UNIX_MILLIS = Date.now() - 7_200_000;

const agents = ["scribe", "critic", "clerk"];
const sources = ["shop", "desk"];
const ids = ["one", "two"];
const large = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`text${index}`, "x".repeat(4_000)]));

const kind = fc.constantFrom(
  { type: "agent_heartbeat", data: {} },
  { type: "error_raised", data: { errorType: "Oops" } },
  { type: "decision_made", data: { decisionType: "approval", choice: "yes" } },
  { type: "review_completed", data: { outcome: "rejected" } },
  { type: "handoff_completed", data: { fromAgent: "scribe", toAgent: "critic", outcome: "timeout", durationSeconds: 1 } },
  { type: "handoff_completed", data: { fromAgent: "clerk", toAgent: "critic", outcome: "success", durationSeconds: 1 } },
);
const anId = fc.option(fc.constantFrom(...ids), { nil: undefined });
export const draft = fc.record({
  kind,
  agent: fc.constantFrom(...agents),
  source: fc.constantFrom(...sources),
  sessionId: anId,
  workflowId: anId,
  atSeconds: fc.nat(3_600),
  isLarge: fc.constantFrom(true, false, false, false),
});
type Draft = typeof draft extends fc.Arbitrary<infer Value> ? Value : never;

/** Large ones fill up what waits for a connection that takes nothing. */
export function eventsOf(drafts: readonly Draft[], times: number): AgentEvent[] {
  return Array.from({ length: times }, () => drafts)
    .flat()
    .map(({ kind: { type, data }, atSeconds, isLarge, ...rest }) =>
      complete({
        type,
        data,
        ...rest,
        timeUnixMillis: START_UNIX_MILLIS + atSeconds * 1_000,
        ...(isLarge && times < 5 ? { attributes: large } : {}),
      } as Parameters<typeof complete>[0]),
    );
}

export const drafts = fc.array(draft, { minLength: 1, maxLength: 12 });
export const times = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: 40, max: 150 }) },
);

const some = (values: readonly string[]) => fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
export const filter: fc.Arbitrary<FilterInput> = fc
  .oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    {
      weight: 3,
      arbitrary: fc.record({
        types: some(["agent_heartbeat", "error_raised", "handoff_completed"]),
        agents: some(agents),
        services: some(sources),
        sessions: some(ids),
        workflows: some(ids),
        severity: fc.option(fc.constantFrom("info" as const, "warning" as const, "error" as const), { nil: undefined }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ agents: fc.subarray(agents, { minLength: 1, maxLength: 1 }) }) },
  )
  .map((given) => JSON.parse(JSON.stringify(given)) as FilterInput);
