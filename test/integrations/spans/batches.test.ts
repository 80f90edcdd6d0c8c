import { describe, expect, test } from "vitest";
import type { Draft } from "../../../src/integrations/spans/drafts.ts";
import type { AttributeValue, Span } from "../../../src/integrations/spans/span.ts";
import { SpanTranslator } from "../../../src/integrations/spans/translate.ts";
import { inside, span } from "./span-tree.ts";

const MINUTE_MILLIS = 60_000;

const agent = (name: string) =>
  span(`invoke_agent ${name}`, { "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": name });
const chat = (attributes: Record<string, AttributeValue> = {}) =>
  span("chat m", { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 5, ...attributes });
const tool = (name: string) =>
  span(`execute_tool ${name}`, { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name });
const workflow = (name: string) => span(`invoke_workflow ${name}`, { "gen_ai.operation.name": "invoke_workflow" });

/** Takes batches one after the other, each of them kept; says what each told: type, agent, and who handed over to whom. */
function take(batches: readonly (readonly Span[])[], translator = new SpanTranslator(), nowMillis = 0): string[][] {
  return batches.map((batch) => {
    const translation = translator.take(batch, nowMillis);
    translation.done();
    return told(translation.drafts);
  });
}

/** In alphabetical order. */
function told(drafts: readonly Draft[]): string[] {
  const lines = drafts.map(({ type, agent: whose, data }) => {
    if (type !== "handoff_completed") return `${type} ${whose}`;
    return `${data.fromAgent} to ${data.toAgent}${data.inferred ? " (inferred)" : ""}`;
  });
  return lines.sort();
}

describe("a call that does not say whose it is", () => {
  test("waits for the agent around it, however many spans are in between and come in between", () => {
    const run = agent("scribe");
    const turn = inside(run, span("turn"));
    expect(take([[inside(turn, chat())], [turn], [agent("other")], [run]])).toEqual([
      [],
      [],
      ["agent_completed other", "agent_started other"],
      ["agent_completed scribe", "agent_started scribe", "context_updated scribe", "model_called scribe"],
    ]);
  });

  test("is the service's once it turns out that no agent is around it", () => {
    const root = span("POST /chat");
    expect(take([[inside(root, chat())], [root]])).toEqual([[], ["context_updated py", "model_called py"]]);
  });

  test("does not wait where the span around it is another process's", () => {
    const call = { ...inside(agent("scribe"), tool("search")), parentIsRemote: true };
    expect(take([[call]])).toEqual([["tool_called py"]]);
  });

  test("does not wait where it says whose it is", () => {
    const call = inside(agent("scribe"), chat({ "gen_ai.agent.name": "critic" }));
    expect(take([[call]])).toEqual([["context_updated critic", "model_called critic"]]);
  });

  test("finds its agent also where that came before", () => {
    const run = agent("scribe");
    const turn = inside(run, span("turn"));
    expect(take([[turn], [run], [inside(turn, tool("search"))]])[2]).toEqual(["tool_called scribe"]);
  });

  test("is the service's after a minute", () => {
    const translator = new SpanTranslator();
    translator.take([inside(agent("scribe"), tool("search"))], 0).done();
    expect(told(translator.overdue(MINUTE_MILLIS - 1).drafts)).toEqual([]);
    const late = translator.overdue(MINUTE_MILLIS);
    expect(told(late.drafts)).toEqual(["tool_called py"]);
    late.done();
    expect(told(translator.overdue(MINUTE_MILLIS).drafts)).toEqual([]);
  });

  test("is told again until it is kept", () => {
    const translator = new SpanTranslator();
    const run = agent("scribe");
    translator.take([inside(run, tool("search"))], 0).done();
    translator.take([run], 0);
    expect(told(translator.overdue(MINUTE_MILLIS).drafts)).toEqual(["tool_called scribe"]);
  });

  test("gives way to later ones where too many wait", () => {
    const translator = new SpanTranslator();
    const run = agent("scribe");
    const calls = Array.from({ length: 5_001 }, () => inside(run, tool("search")));
    const translation = translator.take(calls, 0);
    expect(told(translation.drafts)).toEqual(["tool_called py"]);
    translation.done();
    expect(translator.waiting).toHaveLength(5_000);
    expect(take([[run]], translator)[0]?.filter((line) => line === "tool_called scribe")).toHaveLength(5_000);
  });

  test("waits once, however often it is sent, and as it was prepared", () => {
    const translator = new SpanTranslator();
    const run = agent("scribe");
    const call = inside(run, chat());
    for (let time = 0; time < 3; time += 1) {
      const { waiting } = translator.take([call], 0, (drafts) => drafts.filter(({ type }) => type === "model_called"));
      expect(waiting.map(({ drafts }) => told(drafts))).toEqual([["model_called py"]]);
    }
    expect(translator.waiting).toHaveLength(1);
    expect(take([[run]], translator)).toEqual([["agent_completed scribe", "agent_started scribe", "model_called scribe"]]);
  });

  test("fits into what was there before a restart", () => {
    const before = new SpanTranslator();
    const run = agent("scribe");
    before.take([inside(run, tool("search"))], 0).done();
    const after = new SpanTranslator();
    after.resume(before.waiting, 0);
    expect(take([[run]], after)).toEqual([["agent_completed scribe", "agent_started scribe", "tool_called scribe"]]);
  });
});

describe("handoffs between spans of several requests", () => {
  test("from the agent whose span comes later", () => {
    const run = agent("scribe");
    const handoff = inside(run, tool("transfer_to_critic"));
    expect(take([[handoff], [run]])[1]).toContain("scribe to critic");
  });

  test("inside another agent's run", () => {
    const lead = agent("lead");
    const ask = inside(lead, tool("ask_scribe"));
    const told = take([[inside(ask, agent("scribe"))], [ask], [lead]]);
    expect(told[2]).toContain("lead to scribe (inferred)");
    expect(told.flat().filter((line) => line.includes(" to "))).toHaveLength(1);
  });

  test("one agent after the other in a workflow, once that is over", () => {
    const flow = workflow("writing");
    const later = (one: Span, seconds: number) => ({
      ...one,
      startUnixMillis: one.startUnixMillis + seconds * 1_000,
      endUnixMillis: one.endUnixMillis + seconds * 1_000,
    });
    const runs = [agent("scribe"), later(agent("critic"), 10), later(agent("critic"), 20), later(agent("scribe"), 30)];
    const told = take([...runs.map((run) => [inside(flow, run)]), [flow]]);
    expect(told[4]).toEqual([
      "critic to scribe (inferred)",
      "scribe to critic (inferred)",
      "workflow_completed undefined",
      "workflow_started undefined",
    ]);
  });

  test("agents at work at the same time hand nothing over to each other", () => {
    const flow = workflow("writing");
    const told = take([[inside(flow, agent("scribe")), inside(flow, agent("critic")), flow]]);
    expect(told.flat().filter((line) => line.includes(" to "))).toEqual([]);
  });

  test("to whoever comes next, where the span does not say to whom", () => {
    const flow = workflow("writing");
    const first = inside(flow, agent("scribe"));
    const next = inside(flow, {
      ...agent("critic"),
      startUnixMillis: first.endUnixMillis,
      endUnixMillis: first.endUnixMillis + 5,
    });
    const told = take([[inside(first, tool("transfer_to_agent"))], [first], [next], [flow]]);
    expect(told.flat().filter((line) => line.includes(" to "))).toEqual(["scribe to critic"]);
    expect(told.flat()).not.toContain("tool_called scribe");
  });
});

describe("what two spans tell of one thing", () => {
  test("a model call inside another counts once, also where the outer one comes later", () => {
    const run = agent("scribe");
    const outer = inside(run, chat());
    const told = take([[inside(outer, chat())], [outer], [run]]);
    expect(told.flat().filter((line) => line.startsWith("model_called"))).toEqual(["model_called scribe"]);
    const named = inside(run, chat({ "gen_ai.agent.name": "scribe" }));
    const other = take([[inside(named, chat({ "gen_ai.agent.name": "scribe" }))], [named], [run]]);
    expect(other.flat().filter((line) => line.startsWith("model_called"))).toHaveLength(1);
  });

  test("an error counts once, also from the outside in", () => {
    const failed = { failed: true };
    const run = { ...agent("scribe"), ...failed };
    const call = { ...inside(run, chat()), ...failed };
    for (const batches of [[[call], [run]], [[run], [call]], [[run, call]]]) {
      expect(
        take(batches)
          .flat()
          .filter((line) => line.startsWith("error_raised")),
      ).toHaveLength(1);
    }
  });

  test("a chain of 20,000 spans that come one by one takes time in proportion", () => {
    const translator = new SpanTranslator();
    let above = agent("scribe");
    const chain = [above];
    for (let depth = 1; depth < 20_000; depth += 1) {
      above = inside(above, span("step"));
      chain.push(above);
    }
    const startedAt = performance.now();
    translator.take([inside(above, tool("search"))], 0).done();
    const told = take(
      chain.reverse().map((step) => [step]),
      translator,
    );
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(told.at(-1)).toEqual(["agent_completed scribe", "agent_started scribe", "tool_called scribe"]);
  });
});
