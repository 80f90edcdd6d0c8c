import { attribute } from "../../tracing/semconv.ts";
import { cleanId, cleanName } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { cleanPayload, type JsonValue } from "../payload.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface SkillOptions extends CorrelationOptions {
  /** Name of the agent that uses it. @default the agent whose work it is part of */
  readonly agent?: string;
  readonly skill: string;
  /** Kept with the event, where they are JSON of at most 64 KiB. */
  readonly params?: JsonValue;
  readonly runId?: string;
  /** The user journey that it serves. */
  readonly journey?: string;
}

export interface SkillHandle extends WorkHandle {
  /** Whether a cache answered. */
  cache(hit: boolean): void;
  /** What came out, kept with the event where it is JSON of at most 64 KiB. */
  result(value: JsonValue): void;
}

/** The use of a named skill. */
export const skillKind: OperationKind<SkillOptions, SkillHandle> = {
  label: "skill",
  draft(options, outer, { report }) {
    const skill = cleanName(options.skill, "a skill's name", report);
    const agent = cleanId(options.agent ?? outer.agent, "a skill's agent", report);
    const params = cleanPayload(options.params, "a skill's params", report);
    const runId = cleanId(options.runId, "a skill's runId", report);
    const journey = cleanId(options.journey, "a skill's journey", report);
    let cacheHit: boolean | undefined;
    let result: JsonValue | undefined;
    return {
      spanName: `skill ${skill}`,
      attributes: { [attribute.skillName]: skill, ...(agent === undefined ? {} : { [attribute.agentName]: agent }) },
      own: { ...readIds(options, report), agent },
      end: ({ outcome, timed, failure }) => ({
        type: "skill_invoked",
        data: { ...timed, ...failure, outcome, skill, params, result, cacheHit, runId, journey },
      }),
      handle: (operation) => ({
        ...workHandle(operation),
        cache(hit) {
          cacheHit = Boolean(hit);
        },
        result(value) {
          result = cleanPayload(value, "a skill's result", report);
        },
      }),
    };
  },
};
