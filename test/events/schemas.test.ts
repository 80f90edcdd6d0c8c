import { describe, expect, it } from "vitest";
import { z } from "zod";
import { eventTypes, familyOf } from "../../src/events/families.ts";
import { eventFamilies, eventSchemas } from "../../src/events/schemas.ts";
import { parseEvent } from "../../src/events/validate.ts";
import { complete, NOON } from "../helpers/events.ts";
import { exampleList, examples, fullIds } from "../helpers/examples.ts";

/** The design's list, by hand: the table may not lose or rename what other people's events and queries rely on. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  projects: ["project_created", "feature_created"],
  agents: ["agent_registered", "agent_started", "agent_completed", "agent_heartbeat", "process_heartbeat"],
  handoffs: ["handoff_started", "handoff_completed"],
  decisions: ["decision_made", "agents_coordinated"],
  tasks: ["task_queued", "task_assigned", "task_progressed", "task_completed", "task_failed"],
  workflows: ["workflow_started", "workflow_completed", "workflow_failed", "step_progressed"],
  models: ["model_called", "usage_reported", "tool_called", "skill_invoked"],
  contexts: ["context_updated", "context_refreshed", "context_compacted"],
  quality: ["validation_completed", "review_completed", "hitl_escalated"],
  money: ["budget_set", "budget_warning", "budget_exceeded"],
  safety: ["safety_blocked"],
  trouble: ["error_raised", "failure_recorded"],
  journeys: ["milestone_started", "milestone_completed", "milestone_failed", "journey_executed"],
  state: ["state_saved", "state_loaded"],
  research: ["measurement_recorded"],
  phases: ["phase_started", "phase_completed"],
  alerts: ["alert_fired", "alert_resolved"],
};

const shapeOf = (type: string): readonly string[] => Object.keys(eventSchemas[type as keyof typeof eventSchemas].shape);

describe("event vocabulary", () => {
  it("has every type of the design, in its family, and no other", () => {
    const found = Object.fromEntries(Object.entries(eventFamilies).map(([family, types]) => [family, Object.keys(types)]));
    expect(found).toEqual(wanted);
    expect(Object.keys(eventSchemas)).toEqual(Object.values(wanted).flat());
    expect(eventTypes).toEqual(Object.values(wanted).flat());
  });

  it("knows the family of every type, and of nothing else", () => {
    for (const [family, types] of Object.entries(wanted)) {
      for (const type of types) expect(familyOf(type)).toBe(family);
    }
    expect(familyOf("task_done")).toBeUndefined();
    expect(familyOf("constructor")).toBeUndefined();
  });

  describe.each(exampleList)("$minimal.type", ({ minimal, full }) => {
    it("takes a minimal event", () => {
      expect(complete(minimal)).toMatchObject({ ...minimal, timeUnixMillis: NOON, source: "shop" });
    });

    it("takes a full event and keeps all of it", () => {
      expect(complete(full)).toEqual(expect.objectContaining(full));
    });

    it("has an example that says everything it may say", () => {
      expect(Object.keys(full.data).sort()).toEqual(shapeOf(full.type).toSorted());
    });

    it("cannot do without anything that the minimal example has", () => {
      const { type, data, ...ids } = minimal;
      const envelope = { id: "1", timeUnixMillis: NOON, source: "shop" };
      for (const field of Object.keys(data)) {
        expect(parseEvent({ ...envelope, ...ids, type, data: { ...data, [field]: undefined } }), field).toHaveProperty(
          "problems",
        );
      }
      for (const field of Object.keys(ids)) {
        expect(parseEvent({ ...envelope, ...ids, [field]: undefined, type, data }), field).toMatchObject({
          problems: [{ path: field, message: `is required for ${type}` }],
        });
      }
    });

    it("refuses a field that it does not know", () => {
      expect(parseEvent({ ...complete(minimal), data: { ...minimal.data, durationMs: 3 } })).toMatchObject({
        reason: "invalid_event",
        problems: [{ path: "data.durationMs", message: expect.stringMatching(/^is not known here/) }],
      });
    });
  });

  it("ends what is given up as failed unless told how", () => {
    for (const { minimal } of [examples.task_failed, examples.workflow_failed, examples.milestone_failed]) {
      expect(complete(minimal).data).toMatchObject({ outcome: "failure" });
    }
  });

  it("knows the unit of every number that its name gives one", () => {
    const units: readonly (readonly [ending: RegExp, unit: string])[] = [
      [/Seconds$/, "seconds"],
      [/Millis$/, "milliseconds since 1970"],
      [/Bytes$/, "bytes"],
      [/[tT]okens(Before|After)?$/, "tokens"],
      [/Usd$/, "US dollars"],
      [/Ratio$/, "0 to 1"],
    ];
    for (const [type, { shape }] of Object.entries(eventSchemas)) {
      for (const [field, schema] of Object.entries(shape)) {
        const unit = units.find(([ending]) => ending.test(field))?.[1];
        expect(z.toJSONSchema(schema, { io: "input" }).unit, `${type}.${field}`).toBe(unit);
      }
    }
  });

  it("carries every id of the envelope", () => {
    expect(complete(examples.agent_heartbeat.full)).toMatchObject(fullIds);
  });
});
