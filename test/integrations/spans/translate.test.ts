import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../src/events/validate.ts";
import type { AttributeValue } from "../../../src/integrations/spans/span.ts";
import { SpanTranslator } from "../../../src/integrations/spans/translate.ts";
import { inside, span, tell } from "./span-tree.ts";

const agent = (name: string) =>
  span(`invoke_agent ${name}`, { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name });
const chat = (attributes: Record<string, AttributeValue> = {}) =>
  span("chat m", { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", ...attributes });
const tool = (name: string, attributes: Record<string, AttributeValue> = {}) =>
  span(`execute_tool ${name}`, { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name, ...attributes });

describe("whose work it is", () => {
  test("the agent that the span names, else the nearest agent around it, else the service", () => {
    const run = agent("scribe");
    const step = inside(run, span("step 1"));
    expect(tell([inside(step, chat()), step, run]).of("model_called")[0]?.agent).toBe("scribe");
    expect(tell([inside(run, chat({ "gen_ai.agent.name": "critic" })), run]).of("model_called")[0]?.agent).toBe("critic");
    expect(tell([inside(run, chat())]).of("model_called")[0]?.agent).toBe("py");
  });

  test("tokens on an agent's run are those of its calls, and count there only", () => {
    const run = span("invoke_agent a", { "gen_ai.operation.name": "invoke_agent", "gen_ai.usage.input_tokens": 500 });
    const told = tell([inside(run, chat({ "gen_ai.usage.input_tokens": 500 })), run]);
    expect(told.of("model_called").map(({ data }) => data.inputTokens)).toEqual([500]);
    expect(told.of("context_updated")).toHaveLength(1);
  });

  test("cached and reasoning tokens that stand beside the totals are added to them", () => {
    const usage = {
      "gen_ai.usage.input_tokens": 4,
      "gen_ai.usage.cache_read.input_tokens": 90,
      "gen_ai.usage.output_tokens": 10,
    };
    const [call] = tell([chat(usage)]).of("model_called");
    expect(call?.data).toMatchObject({ inputTokens: 94, cacheReadTokens: 90, outputTokens: 10 });
  });

  test("our own spans tell nothing, as their process tells the events, but what others do inside them is theirs", () => {
    const run = { ...agent("scribe"), scope: "crowsnest" };
    const told = tell([inside(run, chat()), run]);
    expect(told.types).toEqual(["model_called"]);
    expect(told.events[0]?.agent).toBe("scribe");
    const ownCall = { ...chat(), scope: "crowsnest" };
    expect(tell([inside(ownCall, chat()), ownCall]).types).toEqual([]);
  });
});

describe("handoffs", () => {
  test.each<[string, ReturnType<typeof span>]>([
    ["a tool that is called after the agent", tool("transfer_to_critic")],
    ["OpenInference's span", span("handoff to critic", { "openinference.span.kind": "TOOL" })],
    ["the proposed attributes", tool("route", { "gen_ai.agent.handoff.target.name": "critic" })],
    [
      "a tool that takes the agent's name",
      tool("transfer_to_agent", { "gen_ai.tool.call.arguments": '{"agent_name":"critic"}' }),
    ],
  ])("%s", (_how, handoff) => {
    const run = agent("scribe");
    const told = tell([inside(run, handoff), run]);
    expect(told.of("handoff_completed").map(({ agent, data }) => [agent, data])).toEqual([
      ["scribe", { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 2 }],
    ]);
    expect(told.of("tool_called")).toEqual([]);
  });

  test("an agent inside another one is a handoff that is marked as inferred", () => {
    const [outer, inner] = [agent("lead"), agent("scribe")];
    const call = inside(outer, tool("ask_scribe"));
    const told = tell([inside(call, inner), call, outer]);
    expect(told.of("handoff_completed").map(({ data }) => data)).toMatchObject([
      { fromAgent: "lead", toAgent: "scribe", inferred: true },
    ]);
    expect(tell([inside(outer, agent("lead")), outer]).of("handoff_completed")).toEqual([]);
  });

  test("what a span told is not inferred again, and goes to the agent as it calls itself", () => {
    const [outer, inner] = [agent("lead"), agent("Billing Agent")];
    const handoff = inside(outer, tool("transfer_to_billing_agent"));
    const told = tell([inside(handoff, inner), handoff, outer]).of("handoff_completed");
    expect(told.map(({ data }) => [data.fromAgent, data.toAgent, data.inferred])).toEqual([["lead", "Billing Agent", undefined]]);
  });
});

describe("errors", () => {
  const failed = { failed: true, exception: { type: "RateLimitError", message: "too fast" } };

  test("count once, where they arose", () => {
    const run = { ...agent("scribe"), ...failed };
    const step = { ...inside(run, span("step 1")), failed: true };
    const told = tell([{ ...inside(step, chat()), ...failed }, step, run]);
    const data = { errorType: "RateLimitError", errorMessage: "too fast" };
    expect(told.of("error_raised")).toMatchObject([{ agent: "scribe", data }]);
    expect(told.of("model_called")[0]?.data).toMatchObject({ outcome: "failure", ...data });
    expect(told.of("agent_completed")[0]?.data).toMatchObject({ outcome: "failure", ...data });
  });

  test("also where what is around them comes in later batches", () => {
    const translator = new SpanTranslator();
    const run = { ...agent("scribe"), ...failed };
    const step = { ...inside(run, span("step 1")), failed: true };
    expect(tell([{ ...inside(step, chat()), ...failed }], translator).of("error_raised")).toHaveLength(1);
    expect(tell([step], translator).of("error_raised")).toEqual([]);
    expect(tell([run], translator).of("error_raised")).toEqual([]);
    expect(tell([{ ...agent("other"), ...failed }], translator).of("error_raised")).toHaveLength(1);
  });

  test.each([
    ["TimeoutError", "timeout"],
    ["AbortError", "cancelled"],
    ["ValueError", "failure"],
  ])("%s is a %s", (type, outcome) => {
    expect(tell([tool("search", { "error.type": type })]).of("tool_called")[0]?.data.outcome).toBe(outcome);
  });

  test("an exception that was dealt with is none", () => {
    const dealtWith = { ...tool("search"), exception: { type: "E", message: undefined } };
    expect(tell([dealtWith]).types).toEqual(["tool_called"]);
  });
});

describe("whatever spans say", () => {
  test("the same spans make the same events, in the order of what happened", () => {
    const run = agent("scribe");
    const batch = [inside(run, chat({ "gen_ai.usage.input_tokens": 1 })), run];
    const told = tell(batch);
    expect(
      tell([...batch].reverse())
        .events.map(({ id }) => id)
        .sort(),
    ).toEqual(told.events.map(({ id }) => id).sort());
    expect(told.types[0]).toBe("agent_started");
    const times = told.events.map(({ timeUnixMillis }) => timeUnixMillis);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    expect(new Set(told.events.map(({ id }) => id)).size).toBe(told.events.length);
  });

  test("over-long names are cut, and negative or broken numbers are as good as absent", () => {
    const long = "x".repeat(100_000);
    const call = chat({
      "gen_ai.agent.name": long,
      "gen_ai.request.model": `${"m".repeat(199)}😀`,
      "gen_ai.conversation.id": long,
      "gen_ai.usage.input_tokens": -5,
      "gen_ai.usage.output_tokens": Number.NaN,
      "error.type": long,
    });
    const [event] = tell([call]).of("model_called");
    expect(event?.agent).toHaveLength(200);
    expect(event?.data).toMatchObject({ model: "m".repeat(199), outcome: "failure" });
    expect(event?.data.inputTokens).toBeUndefined();
  });

  test("spans that are each other's parents, or their own, end nowhere but here", () => {
    const [one, other] = [agent("a"), agent("b")];
    const told = tell([
      { ...one, parentSpanId: other.spanId, failed: true },
      { ...other, parentSpanId: one.spanId, failed: true },
    ]);
    expect(told.of("agent_completed")).toHaveLength(2);
    expect(tell([{ ...one, parentSpanId: one.spanId, failed: true }]).of("error_raised")).toHaveLength(1);
  });

  test("a chain of 20,000 spans takes time in proportion", () => {
    const chain = [agent("a")];
    for (let depth = 1; depth < 20_000; depth += 1)
      chain.push(inside(chain[depth - 1] ?? agent("a"), { ...chat(), failed: true }));
    const startedAt = performance.now();
    const drafts = new SpanTranslator().translate(chain);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(drafts.every((draft) => "event" in parseEvent(draft))).toBe(true);
    expect(drafts.filter(({ type }) => type === "error_raised")).toHaveLength(1);
  });
});
