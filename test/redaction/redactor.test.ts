import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventSchemas } from "../../src/events/schemas.ts";
import type { AgentEvent, EventType } from "../../src/events/types.ts";
import { parseEvent } from "../../src/events/validate.ts";
import { Redactor } from "../../src/redaction/redactor.ts";
import { textFields } from "../../src/redaction/text-fields.ts";
import { examples } from "../helpers/examples.ts";
import { keys, password } from "../support/secrets.ts";

const [key = ""] = Object.values(keys);
const types = Object.keys(eventSchemas) as EventType[];
const hub = new Redactor({ names: true, captureContent: true });

function eventOf(type: EventType): AgentEvent {
  const parsed = parseEvent({ id: "e-1", timeUnixMillis: Date.UTC(2026, 2, 4), source: "test", ...examples[type].full });
  if (!("event" in parsed)) throw new Error(`the example of ${type} is none`);
  return parsed.event;
}

function emitted(type: EventType, data: object, attributes?: object): AgentEvent {
  const event = { id: "e-1", timeUnixMillis: Date.UTC(2026, 2, 4), source: "test", agent: "scribe", type, data };
  return (attributes === undefined ? event : { ...event, attributes }) as AgentEvent;
}

describe("events", () => {
  it.each(types)("that hold no secret come back as the very same: %s", (type) => {
    const event = eventOf(type);
    expect(hub.event(event)).toBe(event);
  });

  it.each(types)("hold no secret in any text of theirs: %s", (type) => {
    const event = eventOf(type);
    const data = event.data as Record<string, unknown>;
    for (const { name, holds, isList } of textFields.get(type) ?? []) {
      const planted = holds === "payload" ? { deep: [{ text: key }] } : isList ? ["ok", key] : key;
      const before = JSON.stringify({ ...event, data: { ...data, [name]: planted } });
      const after = hub.event(JSON.parse(before));
      expect(JSON.stringify(after), name).toBe(before.replace(key, "[redacted]"));
      expect(hub.event(after), `${name}, twice`).toBe(after);
    }
  });

  it("have no field of text that is not looked into", () => {
    for (const type of types) {
      const known = (textFields.get(type) ?? []).map(({ name }) => name);
      const texts = Object.entries(eventOf(type).data as Record<string, unknown>)
        .filter(([, value]) => typeof value === "string" || Array.isArray(value) || (typeof value === "object" && value !== null))
        .map(([name]) => name);
      const fixed = ["outcome", "status", "priority", "pattern", "kind", "severity"];
      expect(
        texts.filter((name) => !known.includes(name) && !fixed.includes(name)),
        type,
      ).toEqual([]);
    }
  });

  it("keep their ids whatever they look like", () => {
    const ids = { id: key, agentId: key, sessionId: key, workflowId: key, taskId: key, operationId: key };
    expect(hub.event({ ...eventOf("task_completed"), ...ids })).toMatchObject(ids);
  });

  it("from outside hold no secret in names; those of a process itself are its own", () => {
    const event = emitted("tool_called", { tool: `https://me:${password}@mcp/x`, outcome: "success", durationSeconds: 1 });
    const named = { ...event, agent: key, source: key };
    expect(hub.event(named)).toMatchObject({
      agent: "[redacted]",
      source: "[redacted]",
      data: { tool: "https://me:[redacted]@mcp/x" },
    });
    expect(new Redactor().event(event)).toBe(event);
  });

  it("hold no attribute that is called like a secret, and no secret in any other", () => {
    const attributes = {
      apiKey: password,
      "http.request.header.set-cookie": "a=b",
      max_tokens: 5,
      token: 7,
      isSecret: true,
      note: `see ${key}`,
    };
    expect(hub.event(emitted("agent_heartbeat", {}, attributes)).attributes).toEqual({
      apiKey: "[redacted]",
      "http.request.header.set-cookie": "[redacted]",
      max_tokens: 5,
      token: 7,
      isSecret: true,
      note: "see [redacted]",
    });
  });

  it("hold no secret in a skill's parameters and result, by name, by shape, and as pairs of name and value", () => {
    const params = {
      user: "scribe",
      password,
      pin: 5,
      nested: { client_secret: { value: password }, url: `postgres://a:${password}@b/c`, tokens: [1, 2], token: 3 },
      headers: [
        { name: "Authorization", value: password },
        { name: "accept", value: "text/html" },
      ],
      empty: { password: "", secret: null, hasToken: true },
      [key]: 1,
    };
    const event = emitted("skill_invoked", { skill: "deploy", outcome: "success", params, result: JSON.stringify({ password }) });
    expect(hub.event(event).data).toEqual({
      skill: "deploy",
      outcome: "success",
      params: {
        user: "scribe",
        password: "[redacted]",
        pin: 5,
        nested: { client_secret: "[redacted]", url: "postgres://a:[redacted]@b/c", tokens: [1, 2], token: 3 },
        headers: [
          { name: "Authorization", value: "[redacted]" },
          { name: "accept", value: "text/html" },
        ],
        empty: { password: "", secret: null, hasToken: true },
        "[redacted]": 1,
      },
      result: '{"password":"[redacted]"}',
    });
  });

  it("lose a planted key wherever it stands in a payload, and nothing else twice", () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const paths = fc.tuple(
      json,
      fc.constantFrom(...Object.values(keys)),
      fc.array(fc.constantFrom("a", "b", 0, 1), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(paths, ([value, planted, path]) => {
        const deep = path.reduce<unknown>(
          (inner, step) => (typeof step === "number" ? [value, inner] : { [step]: inner, x: value }),
          planted,
        );
        const event = emitted("skill_invoked", { skill: "s", outcome: "success", params: deep });
        const once = hub.event(event);
        expect(JSON.stringify(once)).not.toContain(planted);
        expect(hub.event(once)).toBe(once);
      }),
    );
  });

  it("that nest without end are taken out from some depth on, and nothing is thrown", () => {
    let params: unknown = key;
    for (let level = 0; level < 5_000; level += 1) params = [params];
    expect(JSON.stringify(hub.event(emitted("skill_invoked", { skill: "s", outcome: "success", params })))).not.toContain(key);
  });
});

describe("content", () => {
  const call = { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1 };
  const tool = { tool: "grep", outcome: "success", durationSeconds: 1, argumentsHash: "9f86" };
  const attributes = {
    "gen_ai.input.messages": "[]",
    "gen_ai.prompt.0.content": "hi",
    "llm.input_messages.0.message.content": "hi",
    "input.value": "hi",
    "ai.prompt.messages": "[]",
    "traceloop.entity.output": "ho",
    prompt: "hi",
    "gen_ai.request.model": "gpt-5",
    output: 5,
  };

  it("is left out unless somebody asked for it", () => {
    const redactor = new Redactor();
    const event = emitted("model_called", { ...call, input: "hi", output: "ho" }, attributes);
    expect(JSON.parse(JSON.stringify(redactor.event(event)))).toEqual({
      ...event,
      data: call,
      attributes: { "gen_ai.request.model": "gpt-5", output: 5 },
    });
    const toolEvent = emitted("tool_called", { ...tool, arguments: "{}", result: "ok" });
    expect(JSON.parse(JSON.stringify(redactor.event(toolEvent))).data).toEqual(tool);
  });

  it("is kept where somebody did, without its secrets", () => {
    const event = emitted("model_called", { ...call, input: `use ${key}`, output: "ho" }, attributes);
    expect(hub.event(event)).toEqual({ ...event, data: { ...call, input: "use [redacted]", output: "ho" } });
  });

  it("is not what other events call a prompt or a result", () => {
    const event = emitted("agent_heartbeat", {}, { prompt: "hi", result: "ok" });
    expect(new Redactor().event(event)).toBe(event);
  });
});

describe("a user's own patterns", () => {
  it("are taken out as well, whatever was taken out before", () => {
    const { text } = new Redactor({ redact: ["TICKET-\\d+", "/acme-[a-z]+/i", /[a-z]{8}/] });
    expect(text(`TICKET-42 for ACME-Shop, password=${password} abcdefgh`)).toBe(
      "[redacted] for [redacted], [redacted]=[redacted] [redacted]",
    );
    expect(text(text("abcdefgh [redacted]"))).toBe("[redacted] [redacted]");
  });

  it("may be one, and change nothing where nothing matches", () => {
    expect(new Redactor({ redact: "TICKET-\\d+" }).text("see TICKET-42")).toBe("see [redacted]");
    const event = eventOf("decision_made");
    expect(new Redactor({ redact: /nowhere/ }).event(event)).toBe(event);
  });
});
