import { setTimeout as sleep } from "node:timers/promises";
import { Command, interrupt, MemorySaver, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { Crowsnest } from "crowsnest";
import { createCallbackHandler, type LangChainOptions } from "crowsnest/langchain";
import { createAgent, tool } from "langchain";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { CrowsnestHandler } from "../../../src/integrations/langchain/handler.ts";
import { OpenRuns } from "../../../src/integrations/langchain/open-runs.ts";
import { expectToldOnce } from "../../support/told-once.ts";
import { agentsOf, newsroom, pairs, passOn, question, type State, talker } from "./graphs.ts";
import { instrumented } from "./instrumented.ts";
import { call, type Step, scripted } from "./scripted-model.ts";

const noInput = z.object({});

function graphOf(node: (state: State) => Promise<Partial<State>>, name = "team") {
  return new StateGraph(MessagesAnnotation).addNode("author", node).addEdge(START, "author").compile({ name });
}

function failing(error: Error): () => Promise<never> {
  return async () => {
    throw error;
  };
}

describe("a tool that fails", () => {
  test("is one error, and the agent that goes on has not failed", async () => {
    const { config, metric, recorder, settle } = await instrumented();
    const open = tool(failing(new RangeError("no such line")), { name: "open", description: "Fails.", schema: noInput });
    const agent = createAgent({ name: "author", model: scripted([[call("open")], "done"]), tools: [open] });
    await agent.invoke({ messages: [] }, config);
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => [data.tool, data.outcome, data.errorType])).toEqual([
      ["open", "failure", "RangeError"],
    ]);
    expect(recorder.of("error_raised").map(({ agent: who, data }) => [who, data.errorType])).toEqual([["author", "RangeError"]]);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
    expect(await metric('agent_errors_total{service="test",agent="author",error_type="RangeError"}')).toBe(1);
  });

  test("by an error that the host's own work in it has told is not told again", async () => {
    const { crowsnest, config, recorder, settle } = await instrumented();
    const patch = tool(() => crowsnest.skill({ skill: "patching" }, failing(new TypeError("no patch"))), {
      name: "patch",
      description: "Fails in a skill.",
      schema: noInput,
    });
    const agent = createAgent({ name: "author", model: scripted([[call("patch")], "done"]), tools: [patch] });
    await agent.invoke({ messages: [] }, config);
    await settle();
    expect(recorder.of("error_raised").map(({ data }) => data.errorType)).toEqual(["TypeError"]);
    expect(recorder.of("tool_called")[0]?.data.outcome).toBe("failure");
  });
});

describe("a run that fails", () => {
  test("is told once, by the agent, whatever of the host's own work it passes", async () => {
    const { crowsnest, config, recorder, settle } = await instrumented();
    const graph = graphOf(talker([new RangeError("no more room")]));
    const work = crowsnest.workflow({ name: "release" }, () =>
      crowsnest.task({ agent: "editor", type: "publish" }, () => graph.invoke(question, config)),
    );
    await expect(work).rejects.toThrow("no more room");
    await settle();
    expectToldOnce(recorder);
    expect(recorder.of("workflow_failed")).toHaveLength(1);
  });

  test("fails the workflow that it is, and the handoff that brought the agent to work", async () => {
    const { config, recorder, settle } = await instrumented();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("planner", talker(["a plan"]))
      .addNode("author", talker([new RangeError("no more room")]))
      .addEdge(START, "planner")
      .addEdge("planner", "author")
      .compile({ name: "team" });
    await expect(graph.invoke(question, config)).rejects.toThrow("no more room");
    await settle();
    expect(recorder.of("workflow_failed")[0]?.data).toMatchObject({ name: "team", outcome: "failure", errorType: "RangeError" });
    expect(recorder.of("handoff_completed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "RangeError" });
    expect(recorder.of("error_raised")).toHaveLength(1);
  });

  test("in a node that is no agent is an error of the workflow, or of the host's work around", async () => {
    const { crowsnest, config, recorder, settle } = await instrumented();
    const run = () => graphOf(failing(new RangeError("no more room"))).invoke(question, config);
    await expect(run()).rejects.toThrow("no more room");
    await expect(crowsnest.workflow({ name: "release" }, run)).rejects.toThrow("no more room");
    await settle();
    expect(recorder.of("step_progressed").map(({ data }) => data.status)).toEqual(["failed", "failed"]);
    expect(recorder.of("workflow_failed").map(({ data }) => data.name)).toEqual(["team", "release"]);
    expect(recorder.of("error_raised")).toHaveLength(2);
  });

  test("in several branches at once is one error for each", async () => {
    const { crowsnest, config, recorder, settle } = await instrumented();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("north", talker([new RangeError("cold")]))
      .addNode("south", talker([new TypeError("warm")]))
      .addEdge(START, "north")
      .addEdge(START, "south")
      .compile({ name: "weather" });
    await expect(crowsnest.task({ agent: "editor", type: "ask" }, () => graph.invoke(question, config))).rejects.toThrow();
    await settle();
    expect(
      recorder
        .of("error_raised")
        .map(({ agent }) => agent)
        .sort(),
    ).toEqual(["north", "south"]);
    expect(recorder.of("workflow_failed")).toHaveLength(1);
  });

  test("for too many steps is an error of the workflow", async () => {
    const { config, recorder, settle } = await instrumented();
    const endless = new StateGraph(MessagesAnnotation)
      .addNode("author", passOn)
      .addEdge(START, "author")
      .addEdge("author", "author")
      .compile();
    await expect(endless.invoke(question, { ...config, recursionLimit: 3 })).rejects.toThrow("Recursion limit");
    await settle();
    expect(recorder.of("error_raised").map(({ data }) => data.errorType)).toEqual(["GraphRecursionError"]);
    expect(recorder.of("workflow_failed")).toHaveLength(1);
  });

  test("but is tried again counts as two runs of the agent, one of which failed", async () => {
    const { config, recorder, settle } = await instrumented();
    const retryPolicy = { maxAttempts: 2, initialInterval: 1, jitter: false, logWarning: false };
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("planner", talker(["a plan"]))
      .addNode("author", talker([new Error("busy"), "done"]), { retryPolicy })
      .addNode("critic", talker(["fine"]))
      .addEdge(START, "planner")
      .addEdge("planner", "author")
      .addEdge("author", "critic")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(recorder.of("agent_completed").map(({ agent, data }) => [agent, data.outcome])).toEqual([
      ["planner", "success"],
      ["author", "failure"],
      ["author", "success"],
      ["critic", "success"],
    ]);
    expect(pairs(recorder.of("handoff_completed"))).toEqual(["planner → author", "planner → author", "author → critic"]);
    expect(recorder.of("error_raised")).toHaveLength(1);
    expect(recorder.of("workflow_completed")).toHaveLength(1);
  });

  test("but is handled by the node's own error handler goes on as that node's work", async () => {
    const { config, recorder, settle } = await instrumented();
    const shorten = talker(["a shorter draft"]);
    const errorHandler = async (state: State) => new Command({ goto: "critic", update: await shorten(state) });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("author", talker([new RangeError("no more room")]), { errorHandler, ends: ["critic"] })
      .addNode("critic", talker(["fine"]))
      .addEdge(START, "author")
      .compile();
    await graph.invoke(question, config);
    await settle();
    expect(recorder.of("agent_completed").map(({ agent, data }) => [agent, data.outcome])).toEqual([
      ["author", "failure"],
      ["author", "success"],
      ["critic", "success"],
    ]);
    expect(pairs(recorder.of("handoff_completed"))).toEqual(["author → critic"]);
    expect(recorder.of("workflow_completed")).toHaveLength(1);
  });

  test("in a model for which there is another one costs a failed call, and is no error", async () => {
    const { config, recorder, settle } = await instrumented();
    const model = scripted([new Error("busy")]).withFallbacks([scripted(["done"], { name: "other" })]);
    await graphOf(async ({ messages }) => ({ messages: [await model.invoke(messages)] })).invoke(question, config);
    await settle();
    expect(recorder.of("model_called").map(({ data }) => [data.model, data.outcome])).toEqual([
      ["gpt-5", "failure"],
      ["other", "success"],
    ]);
    expect(recorder.of("error_raised")).toEqual([]);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
  });

  test("as a model that nothing is around is an error", async () => {
    const { config, recorder, settle } = await instrumented();
    await expect(scripted([new RangeError("no more room")]).invoke("hi", config)).rejects.toThrow("no more room");
    await settle();
    expect(recorder.of("error_raised")).toHaveLength(1);
  });
});

describe("a pause for a person", () => {
  const asking = async () => ({ messages: [["ai", interrupt("is this fine?")]] }) as unknown as State;
  const after = { configurable: { thread_id: "T-1" } };

  test("is an escalation and no error; what follows the answer is a new run in the same session", async () => {
    const { config, metric, recorder, settle } = await instrumented();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("author", talker(["a draft"]))
      .addNode("approval", asking)
      .addNode("printer", talker(["printed"]))
      .addEdge(START, "author")
      .addEdge("author", "approval")
      .addEdge("approval", "printer")
      .compile({ checkpointer: new MemorySaver(), name: "press" });
    await graph.invoke(question, { ...config, ...after });
    await settle();
    expect(recorder.of("hitl_escalated").map(({ sessionId, data }) => [sessionId, data.priority])).toEqual([["T-1", "medium"]]);
    expect(recorder.of("workflow_completed")).toHaveLength(1);
    await graph.invoke(new Command({ resume: "yes" }), { ...config, ...after });
    await settle();
    expect(recorder.of("workflow_completed").map(({ sessionId }) => sessionId)).toEqual(["T-1", "T-1"]);
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["author", "printer"]);
    expect(recorder.of("error_raised")).toEqual([]);
    expect(recorder.of("hitl_escalated")).toHaveLength(1);
    expect(await metric('agent_escalations_total{service="test",priority="medium"}')).toBe(1);
    expect(JSON.stringify(recorder.events)).not.toContain("is this fine?");
  });

  test("in a tool of an agent in a subgraph is one escalation of that agent", async () => {
    const { config, recorder, settle } = await instrumented();
    const approve = tool(async () => String(interrupt("really?")), { name: "approve", description: "Asks.", schema: noInput });
    const agent = createAgent({ name: "author", model: scripted([[call("approve")]]), tools: [approve] });
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("author", agent.graph)
      .addEdge(START, "author")
      .compile({ checkpointer: new MemorySaver() });
    await graph.invoke(question, { ...config, ...after });
    await settle();
    expect(agentsOf(recorder.of("hitl_escalated"))).toEqual(["author"]);
    expect(recorder.of("agent_completed").map(({ data }) => data.outcome)).toEqual(["success"]);
    expect(recorder.of("error_raised")).toEqual([]);
  });
});

describe("a run that is broken off", () => {
  const slow = async (_messages: unknown) => String(await sleep(5_000, "late", { ref: false }));

  test("by its caller is cancelled, and no error", async () => {
    const { crowsnest, config, metric, recorder, settle } = await instrumented();
    const abort = new AbortController();
    const lost: Step = (messages) => {
      setTimeout(() => abort.abort(), 5);
      return slow(messages);
    };
    const running = crowsnest.task({ agent: "editor", type: "ask" }, () =>
      graphOf(talker([lost])).invoke(question, { ...config, signal: abort.signal }),
    );
    await expect(running).rejects.toThrow();
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["cancelled"]);
    expect(recorder.of("agent_completed").map(({ data }) => data.outcome)).toEqual(["cancelled"]);
    expect(recorder.of("workflow_failed").map(({ data }) => data.outcome)).toEqual(["cancelled"]);
    expect(recorder.of("task_failed").map(({ data }) => data.outcome)).toEqual(["cancelled"]);
    expect(recorder.of("error_raised")).toEqual([]);
    expect(await metric('agent_active{service="test",agent="author"}')).toBe(0);
  });

  test("as a step took too long ends as a time-out", async () => {
    const { config, recorder, settle } = await instrumented();
    const graph = graphOf(talker([slow]));
    graph.stepTimeout = 200;
    await expect(graph.invoke(question, config)).rejects.toThrow();
    await settle();
    expect(recorder.of("agent_completed").map(({ data }) => data.outcome)).toEqual(["timeout"]);
    expect(recorder.of("workflow_failed").map(({ data }) => data.outcome)).toEqual(["timeout"]);
  });
});

describe("runs that never end", () => {
  const leave = async (model: ReturnType<typeof scripted>, config: object) => {
    for await (const chunk of await model.stream("hi", config)) {
      void chunk;
      break;
    }
  };

  test("in another one end with it, as abandoned", async () => {
    const { config, recorder, settle } = await instrumented();
    await graphOf(async () => {
      await leave(scripted(["one two three"]), {});
      return passOn();
    }).invoke(question, config);
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["abandoned"]);
    expect(recorder.types.indexOf("model_called")).toBeLessThan(recorder.types.indexOf("agent_completed"));
  });

  test("are given up, the oldest first, when there are too many", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const runs = new OpenRuns(crowsnest, 10);
    const config = { callbacks: [new CrowsnestHandler(crowsnest, {}, runs)] };
    for (let index = 0; index < 30; index++) await leave(scripted(["one two"], { name: `model-${index}` }), config);
    expect(runs.size).toBe(10);
    await settle();
    const given = recorder.of("model_called").map(({ data }) => [data.model, data.outcome]);
    expect(given).toEqual(Array.from({ length: 20 }, (_, index) => [`model-${index}`, "abandoned"]));
  });

  test("are given up when nothing was heard of them for an hour", async () => {
    const { config, recorder, settle } = await instrumented();
    await leave(scripted(["one two"], { name: "forgotten" }), config);
    const later = performance.now() + 3_700_000;
    vi.spyOn(performance, "now").mockReturnValue(later);
    onTestFinished(() => void vi.restoreAllMocks());
    await scripted(["done"]).invoke("hi", config);
    await settle();
    expect(recorder.of("model_called").map(({ data }) => [data.model, data.outcome])).toEqual([
      ["forgotten", "abandoned"],
      ["gpt-5", "success"],
    ]);
  });
});

describe("what goes wrong in the handler", () => {
  const fail = () => {
    throw new Error("broken");
  };

  test("does not reach the framework, whatever it is, and is told as a failure of the integration", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const broken: Crowsnest = { ...crowsnest, begin: fail, here: fail };
    const { messages } = await newsroom().invoke(question, { callbacks: [createCallbackHandler(broken)] });
    expect(messages.map(({ content }) => content)).toEqual(["hi", "a plan", "a draft", "no", "a better draft", "yes"]);
    const half: Crowsnest = { ...crowsnest, begin: fail };
    await expect(
      graphOf(talker([new RangeError("no more room")])).invoke(question, { callbacks: [createCallbackHandler(half)] }),
    ).rejects.toThrow("no more room");
    await settle();
    expect(recorder.of("failure_recorded")[0]?.data).toMatchObject({ component: "crowsnest/langchain", errorMessage: "broken" });
  });

  test("includes the host's own functions", async () => {
    const options: Required<LangChainOptions> = {
      agent: fail,
      taskId: fail,
      contextLimitTokens: fail,
      price: fail,
      provider: fail,
    };
    const { config, recorder, settle, told } = await instrumented(options);
    await graphOf(talker(["done"])).invoke(question, config);
    await settle();
    expect(recorder.of("agent_completed").map(({ agent, data }) => [agent, data.outcome])).toEqual([["author", "success"]]);
    expect(recorder.of("model_called")[0]?.data).toMatchObject({ provider: "openai", outcome: "success" });
    expect(recorder.of("context_updated")).toHaveLength(1);
    expect(told.join("\n")).toContain("cost");
  });

  test("includes ends without a start, and runs whose parent is unknown", async () => {
    const { config, recorder, settle } = await instrumented();
    const [handler] = config.callbacks;
    await handler?.handleChainEnd?.({}, "nobody");
    await handler?.handleChainStart?.({ lc: 1, type: "not_implemented", id: ["x"] }, {}, "run-1", "nobody");
    await handler?.handleChainEnd?.({}, "run-1");
    await settle();
    expect(recorder.types).toEqual(["workflow_started", "workflow_completed"]);
  });
});

describe("several handlers", () => {
  test("for the same Crowsnest tell of a run once", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const callbacks = () => [createCallbackHandler(crowsnest)];
    const model = scripted(["done"]);
    model.callbacks = callbacks();
    await graphOf(async ({ messages }) => ({ messages: [await model.invoke(messages)] })).invoke(question, {
      callbacks: [...callbacks(), ...callbacks()],
    });
    await settle();
    expect(recorder.of("model_called")).toHaveLength(1);
    expect(recorder.of("workflow_completed")).toHaveLength(1);
  });
});

describe("wrong use", () => {
  test("is named at once", async () => {
    const { crowsnest } = await instrumented();
    expect(() => createCallbackHandler(undefined as never)).toThrow("the first argument has to be what createCrowsnest gives");
    expect(() => createCallbackHandler(crowsnest, { price: 3 } as unknown as LangChainOptions)).toThrow(
      "price takes a function, but is number",
    );
    expect(() => createCallbackHandler(crowsnest, { prize: () => 1 } as LangChainOptions)).toThrow("prize is not an option");
  });
});
