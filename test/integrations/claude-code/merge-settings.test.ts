import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { askedHooks } from "../../../src/integrations/claude-code/hooks/index.ts";
import { addHub, removeHub } from "../../../src/integrations/claude-code/merge-settings.ts";
import { asSettings, hubSettings } from "../../../src/integrations/claude-code/settings.ts";

const hub = hubSettings({ url: "http://127.0.0.1:9464" });
const json = (value: unknown) => JSON.stringify(value);

/** Settings that somebody may have: hooks for some of the same events and others, variables, and whatever else. */
const othersHook = fc.record({ type: fc.constantFrom("command", "http", "prompt"), url: fc.constant("http://elsewhere/hook") });
const matchers = fc.array(fc.record({ hooks: fc.array(othersHook, { minLength: 1 }) }, { requiredKeys: ["hooks"] }), {
  minLength: 1,
});
const settings = fc.record(
  {
    model: fc.string(),
    permissions: fc.jsonValue(),
    env: fc.dictionary(fc.constantFrom("PATH_TO", "EDITOR", "x"), fc.string(), { minKeys: 1, noNullPrototype: true }),
    hooks: fc.dictionary(fc.constantFrom(...askedHooks, "SessionStart", "PreToolUse"), matchers, {
      minKeys: 1,
      noNullPrototype: true,
    }),
  },
  { requiredKeys: [], noNullPrototype: true },
);

describe("settings of Claude Code", () => {
  test("are, where there were none, exactly what setup prints", () => {
    expect(addHub({}, hub, false)).toEqual(asSettings(hub));
  });

  test("do not change when a hub is added twice, and are as before when it is taken out again", () => {
    fc.assert(
      fc.property(settings, (before) => {
        const original = json(before);
        const once = addHub(before, hub, false);
        expect(json(addHub(once, hub, false))).toBe(json(once));
        expect(json(removeHub(once))).toBe(original);
        expect(json(before)).toBe(original);
        expect(json(removeHub(before))).toBe(original);
      }),
    );
  });

  test("have one hook of ours for each event, and go over to another hub with it", () => {
    const other = hubSettings({ url: "http://hub:9464", token: "t", service: "my-claude" });
    const moved = addHub(addHub({ env: { A: "1" } }, hub, false), other, false);
    expect(moved).toEqual({ env: { A: "1", ...other.env }, hooks: (asSettings(other) as { hooks: object }).hooks });
    expect(addHub(moved, hub, false)).toEqual({
      env: { A: "1", ...hub.env },
      hooks: (asSettings(hub) as { hooks: object }).hooks,
    });
  });

  test("keep what sends OpenTelemetry elsewhere, unless that may be replaced", () => {
    const before = { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" } };
    expect(() => addHub(before, hub, false)).toThrow(
      'OTEL_EXPORTER_OTLP_ENDPOINT is "http://collector:4318" there and would have to be "http://127.0.0.1:9464"',
    );
    expect(addHub(before, hub, true)).toEqual(asSettings(hub));
    const hooksOnly = hubSettings({ url: "http://127.0.0.1:9464", telemetry: false });
    expect(addHub(before, hooksOnly, false)).toMatchObject(before);
  });

  test("keep a variable of ours that was changed since", () => {
    const changed = addHub({}, hub, false) as { env: Record<string, string> };
    changed.env.OTEL_EXPORTER_OTLP_PROTOCOL = "grpc";
    expect(removeHub(changed)).toEqual({ env: { OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" } });
  });

  test.each([
    [{ env: [] }, "env has to be an object"],
    [{ hooks: "x" }, "hooks has to be an object"],
    [{ hooks: { Stop: {} } }, "hooks.Stop has to be a list"],
  ])("that cannot be understood are told: %j", (before, problem) => {
    expect(() => addHub(before, hub, false)).toThrow(problem);
  });
});
