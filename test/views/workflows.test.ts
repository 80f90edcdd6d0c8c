import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import type { WorkflowGraph } from "../../src/views/workflows/answer.ts";
import { workflowsView } from "../../src/views/workflows/view.ts";
import { NOON } from "../helpers/events.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

type Plain = EventInput extends infer Input ? Omit<Input, "workflowId"> : never;

/** An event of a run. */
const of = (workflowId: string, input: Plain): EventInput => ({ ...input, workflowId }) as EventInput;
const begun = (name = "checkout"): Plain => ({ type: "workflow_started", data: { name } });
const completed = (durationSeconds = 10, name = "checkout"): Plain => ({
  type: "workflow_completed",
  data: { name, durationSeconds },
});
const failed = (outcome: "failure" | "cancelled" | "abandoned" | "timeout", durationSeconds = 10): Plain => ({
  type: "workflow_failed",
  data: { name: "checkout", durationSeconds, outcome },
});
const runBegun = (agent: string): Plain => ({ type: "agent_started", agent, data: {} });
const runEnded = (agent: string, outcome: "success" | "failure" = "success", durationSeconds = 1): Plain => ({
  type: "agent_completed",
  agent,
  data: { outcome, durationSeconds },
});
const handoff = (fromAgent: string, toAgent: string, data: object = {}): Plain => ({
  type: "handoff_completed",
  data: { fromAgent, toAgent, outcome: "success", durationSeconds: 2, ...data },
});
const queued = (taskId: string, data: object = {}): Plain => ({
  type: "task_queued",
  taskId,
  data: { taskType: "write", ...data },
});
const given = (taskId: string, agent: string): Plain => ({ type: "task_assigned", taskId, agent, data: { taskType: "write" } });
const done = (taskId: string, agent?: string): Plain => ({
  type: "task_completed",
  taskId,
  ...(agent && { agent }),
  data: { taskType: "write", durationSeconds: 3 },
});
const gaveUp = (taskId: string, outcome: "failure" | "cancelled" = "failure"): Plain => ({
  type: "task_failed",
  taskId,
  data: { taskType: "write", durationSeconds: 3, outcome },
});
const step = (name: string, status?: "started" | "completed" | "failed" | "skipped"): Plain => ({
  type: "step_progressed",
  data: { step: name, ...(status && { status }) },
});
const called = (agent: string, data: object = {}, taskId?: string): Plain => ({
  type: "model_called",
  agent,
  ...(taskId && { taskId }),
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, ...data },
});

const at = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();
const told = (steps: readonly Step[], query: object = {}) => readView(workflowsView, stored(...steps), query, 60);
const ofRun = (steps: readonly (readonly [number, Plain])[], id = "run-1") =>
  steps.map(([atSeconds, input]): Step => [atSeconds, of(id, input)]);
/** The graph of one run after events of it. */
const graphAfter = (...steps: readonly (readonly [number, Plain])[]): WorkflowGraph =>
  told(ofRun(steps), { id: "run-1" }).graph as WorkflowGraph;
const statusOf = (graph: WorkflowGraph, id: string) => graph.nodes.find((node) => node.id === id)?.status;

describe("a run", () => {
  it("is not there before anything happened, and has no graph where it is not known", () => {
    expect(told([])).toEqual({ runs: [] });
    expect(told([], { id: "run-404" })).toEqual({ runs: [] });
    expect(told([[0, { type: "agent_heartbeat", agent: "scribe", data: {} }]])).toEqual({ runs: [] });
  });

  it("runs from its start to its end, which says how it went", () => {
    const [running] = told(
      ofRun([
        [0, begun()],
        [4, runBegun("scribe")],
      ]),
    ).runs;
    expect(running).toMatchObject({
      id: "run-1",
      service: "shop",
      name: "checkout",
      status: "running",
      endedAt: null,
      durationSeconds: 4,
    });
    const ended = (end: Plain) =>
      told(
        ofRun([
          [0, begun()],
          [10, end],
        ]),
      ).runs[0];
    expect(ended(completed())).toMatchObject({ status: "succeeded", startedAt: at(0), endedAt: at(10), durationSeconds: 10 });
    expect(ended(failed("timeout"))).toMatchObject({ status: "failed" });
    expect(ended(failed("failure"))).toMatchObject({ status: "failed" });
    expect(ended(failed("cancelled"))).toMatchObject({ status: "cancelled" });
    expect(ended(failed("abandoned"))).toMatchObject({ status: "abandoned" });
  });

  it("is known by whatever names it, and began when the earliest of its events did", () => {
    const [run] = told(
      ofRun([
        [5, called("scribe")],
        [0, begun()],
      ]),
    ).runs;
    expect(run).toMatchObject({ name: "checkout", startedAt: at(0) });
    expect(told(ofRun([[10, completed(8)]])).runs).toMatchObject([{ startedAt: at(2), endedAt: at(10), status: "succeeded" }]);
  });

  it("does not run for ever where its end is told before its start", () => {
    expect(
      told(
        ofRun([
          [10, completed()],
          [0, begun()],
        ]),
      ).runs,
    ).toMatchObject([{ status: "succeeded", endedAt: at(10) }]);
  });

  it("runs again where it is begun after its end", () => {
    expect(
      told(
        ofRun([
          [0, begun()],
          [5, failed("failure", 5)],
          [6, begun()],
        ]),
      ).runs,
    ).toMatchObject([{ status: "running", endedAt: null }]);
    const again = told(
      ofRun([
        [0, begun()],
        [5, failed("failure", 5)],
        [6, begun()],
        [9, completed(3)],
      ]),
    ).runs;
    expect(again).toMatchObject([{ status: "succeeded", startedAt: at(0), endedAt: at(9), durationSeconds: 9 }]);
  });

  it("adds up what belongs to it, whoever it was", () => {
    const error: Plain = { type: "error_raised", data: { errorType: "TimeoutError" } };
    const steps: (readonly [number, Plain])[] = [
      [0, begun()],
      [1, called("scribe", { inputTokens: 100, outputTokens: 10, costUsd: 0.25 })],
      [2, called("critic", { inputTokens: 5, costUsd: 0.5 })],
      [3, error],
      [3, { ...error, agent: "scribe" }],
      [4, queued("T-1")],
      [5, completed()],
    ];
    expect(told(ofRun(steps)).runs).toMatchObject([{ events: 7, agents: 2, tasks: 1, errors: 2, tokens: 115, costUsd: 0.75 }]);
  });

  it("has nothing to do with another run of the same workflow", () => {
    const first = ofRun([
      [0, begun()],
      [1, given("T-1", "scribe")],
      [2, done("T-1")],
      [3, completed(3)],
    ]);
    const second = ofRun(
      [
        [1, begun()],
        [2, given("T-1", "scribe")],
        [4, called("scribe", { costUsd: 1 })],
      ],
      "run-2",
    );
    const mixed = [...first, ...second].sort(([one], [other]) => one - other);
    expect(told(mixed).runs).toMatchObject([
      { id: "run-2", name: "checkout", status: "running", costUsd: 1 },
      { id: "run-1", name: "checkout", status: "succeeded", costUsd: 0 },
    ]);
    expect(told(mixed, { id: "run-1" }).graph).toEqual(told(first, { id: "run-1" }).graph);
    expect(told(mixed, { id: "run-2" }).graph).toEqual(told(second, { id: "run-2" }).graph);
  });
});

describe("the graph", () => {
  it("has agents, tasks and steps as nodes, and what went between them as edges", () => {
    const graph = graphAfter(
      [0, begun()],
      [1, queued("T-1", { name: "Write a test" })],
      [1, queued("T-2", { dependsOn: ["T-1"] })],
      [2, given("T-1", "scribe")],
      [3, step("plan", "started")],
      [4, handoff("scribe", "critic")],
      [5, handoff("scribe", "critic", { outcome: "failure", durationSeconds: 4 })],
    );
    expect(graph.nodes.map(({ id, kind, name }) => [id, kind, name])).toEqual([
      ["task:T-1", "task", "Write a test"],
      ["task:T-2", "task", "T-2"],
      ["agent:scribe", "agent", "scribe"],
      ["step:plan", "step", "plan"],
      ["agent:critic", "agent", "critic"],
    ]);
    const told = { failed: 0, durationSeconds: 0, inferred: false };
    expect(graph.edges).toEqual([
      { from: "task:T-1", to: "task:T-2", kind: "dependency", count: 1, ...told },
      { from: "agent:scribe", to: "task:T-1", kind: "assignment", count: 1, ...told },
      { from: "agent:scribe", to: "agent:critic", kind: "handoff", count: 2, failed: 1, durationSeconds: 6, inferred: false },
    ]);
    expect(graph.isCut).toBe(false);
  });

  it("never has an edge without its nodes, and has loops as they are", () => {
    const graph = graphAfter(
      [0, handoff("scribe", "critic")],
      [1, handoff("critic", "scribe")],
      [2, handoff("scribe", "critic")],
      [3, handoff("scribe", "scribe")],
      [4, queued("T-1", { dependsOn: ["T-2", "T-404"] })],
      [5, queued("T-2", { dependsOn: ["T-1"] })],
    );
    expect(graph.edges.map(({ from, to, count }) => [from, to, count])).toEqual([
      ["agent:scribe", "agent:critic", 2],
      ["agent:critic", "agent:scribe", 1],
      ["agent:scribe", "agent:scribe", 1],
      ["task:T-2", "task:T-1", 1],
      ["task:T-404", "task:T-1", 1],
      ["task:T-1", "task:T-2", 1],
    ]);
    const ids = new Set(graph.nodes.map(({ id }) => id));
    for (const { from, to } of graph.edges) expect([from, to].filter((id) => !ids.has(id))).toEqual([]);
    expect(statusOf(graph, "task:T-404")).toBe("waiting");
  });

  it("shows a handoff from its beginning on, and counts it when it was answered", () => {
    const started: Plain = { type: "handoff_started", data: { fromAgent: "scribe", toAgent: "critic" } };
    expect(graphAfter([0, started]).edges).toMatchObject([{ from: "agent:scribe", to: "agent:critic", count: 0 }]);
    expect(graphAfter([0, started], [2, handoff("scribe", "critic")]).edges).toMatchObject([{ count: 1, durationSeconds: 2 }]);
  });

  it("calls a handoff inferred for as long as nobody told of it", () => {
    const inferred = handoff("scribe", "critic", { inferred: true });
    expect(graphAfter([0, inferred]).edges).toMatchObject([{ inferred: true }]);
    expect(graphAfter([0, inferred], [1, handoff("scribe", "critic")]).edges).toMatchObject([{ inferred: false, count: 2 }]);
    expect(graphAfter([0, handoff("scribe", "critic")], [1, inferred]).edges).toMatchObject([{ inferred: false, count: 2 }]);
  });

  it("counts calls, errors, tokens and money on the agent and on the task", () => {
    const tool: Plain = {
      type: "tool_called",
      agent: "scribe",
      taskId: "T-1",
      data: { tool: "bash", outcome: "success", durationSeconds: 1 },
    };
    const graph = graphAfter(
      [0, given("T-1", "scribe")],
      [1, called("scribe", { inputTokens: 10, outputTokens: 2, costUsd: 0.5 }, "T-1")],
      [2, called("scribe", { inputTokens: 1 })],
      [3, tool],
      [4, { type: "error_raised", agent: "scribe", taskId: "T-1", data: { errorType: "TimeoutError" } }],
    );
    const [task, agent] = graph.nodes;
    expect(task).toMatchObject({ id: "task:T-1", modelCalls: 1, toolCalls: 1, errors: 1, tokens: 12, costUsd: 0.5 });
    expect(agent).toMatchObject({ id: "agent:scribe", modelCalls: 2, toolCalls: 1, errors: 1, tokens: 13, costUsd: 0.5 });
    expect(graph).toMatchObject({ tokens: 13, errors: 1, costUsd: 0.5 });
  });
});

describe("the status of a task", () => {
  it("is waiting, running, and how it ended", () => {
    expect(statusOf(graphAfter([0, queued("T-1")]), "task:T-1")).toBe("waiting");
    expect(statusOf(graphAfter([0, queued("T-1")], [1, given("T-1", "scribe")]), "task:T-1")).toBe("running");
    const endedBy = (end: Plain) => graphAfter([0, given("T-1", "scribe")], [3, end]).nodes[0];
    expect(endedBy(done("T-1"))).toMatchObject({
      status: "succeeded",
      runs: 1,
      failed: 0,
      durationSeconds: 3,
      startedAt: at(0),
      endedAt: at(3),
    });
    expect(endedBy(gaveUp("T-1"))).toMatchObject({ status: "failed", runs: 1, failed: 1 });
    expect(endedBy(gaveUp("T-1", "cancelled"))).toMatchObject({ status: "cancelled" });
  });

  it("is that of its last try", () => {
    const tries: (readonly [number, Plain])[] = [
      [0, given("T-1", "scribe")],
      [3, gaveUp("T-1")],
      [4, given("T-1", "scribe")],
    ];
    expect(graphAfter(...tries).nodes[0]).toMatchObject({
      status: "running",
      runs: 2,
      failed: 1,
      startedAt: at(0),
      endedAt: null,
    });
    expect(graphAfter(...tries, [8, done("T-1")]).nodes[0]).toMatchObject({
      status: "succeeded",
      runs: 2,
      failed: 1,
      endedAt: at(8),
    });
  });

  it("is running where it is tried again within the millisecond in which it failed, and not by a start told late", () => {
    const again = graphAfter([0, given("T-1", "scribe")], [3, gaveUp("T-1")], [3, given("T-1", "critic")]);
    expect(again.nodes[0]).toMatchObject({ status: "running", runs: 2, endedAt: null });
    expect(statusOf(graphAfter([3, done("T-1")], [3, given("T-1", "scribe")]), "task:T-1")).toBe("succeeded");
  });

  it("ends once, however many agents it was given to", () => {
    const graph = graphAfter([0, given("T-1", "scribe")], [1, given("T-1", "critic")], [5, done("T-1", "critic")]);
    expect(graph.nodes[0]).toMatchObject({ id: "task:T-1", status: "succeeded", runs: 2, endedAt: at(5) });
    expect(graph.edges.map(({ from, count }) => [from, count])).toEqual([
      ["agent:scribe", 1],
      ["agent:critic", 1],
    ]);
  });

  it("stays what it is where its beginning is told after its end", () => {
    const graph = graphAfter([5, done("T-1", "critic")], [1, given("T-1", "critic")], [0, given("T-1", "scribe")]);
    expect(graph.nodes[0]).toMatchObject({ status: "succeeded", startedAt: at(0), endedAt: at(5) });
    expect(statusOf(graph, "agent:critic")).toBe("succeeded");
  });
});

describe("the status of an agent", () => {
  it("is that of its runs, where it tells of them", () => {
    const both: (readonly [number, Plain])[] = [
      [0, runBegun("scribe")],
      [1, runBegun("scribe")],
      [2, runEnded("scribe")],
    ];
    expect(graphAfter(...both).nodes[0]).toMatchObject({ status: "running", runs: 2, endedAt: null });
    const ended = graphAfter(...both, [5, runEnded("scribe", "failure", 4)]).nodes[0];
    expect(ended).toMatchObject({ status: "failed", runs: 2, failed: 1, durationSeconds: 5, startedAt: at(0), endedAt: at(5) });
  });

  it("does not stay running where the end of a run is told before its beginning", () => {
    const graph = graphAfter([5, runEnded("scribe")], [0, runBegun("scribe")]);
    expect(graph.nodes[0]).toMatchObject({ status: "succeeded", runs: 1, startedAt: at(0), endedAt: at(5) });
    expect(statusOf(graphAfter([5, runEnded("scribe")], [6, runBegun("scribe")]), "agent:scribe")).toBe("running");
  });

  it("is that of its tasks, where it tells of no runs", () => {
    const work: (readonly [number, Plain])[] = [
      [0, given("T-1", "scribe")],
      [1, given("T-2", "scribe")],
      [2, gaveUp("T-1")],
      [3, done("T-2")],
    ];
    const statuses = work.map((_, index) => statusOf(graphAfter(...work.slice(0, index + 1)), "agent:scribe"));
    expect(statuses).toEqual(["running", "running", "running", "succeeded"]);
    const moved = graphAfter([0, given("T-1", "scribe")], [1, given("T-1", "critic")]);
    expect(statusOf(moved, "agent:critic")).toBe("running");
    expect(statusOf(moved, "agent:scribe")).toBe("waiting");
  });

  it("is that of the handoffs to it, where it had no task either", () => {
    const graph = graphAfter(
      [0, handoff("scribe", "critic", { outcome: "timeout" })],
      [1, handoff("scribe", "critic")],
      [2, handoff("scribe", "runner", { outcome: "timeout" })],
    );
    expect(statusOf(graph, "agent:critic")).toBe("succeeded");
    expect(statusOf(graph, "agent:runner")).toBe("failed");
    expect(statusOf(graph, "agent:scribe")).toBe("waiting");
  });

  it("is that of its run, where it did no more than call something", () => {
    const calls: (readonly [number, Plain])[] = [
      [0, begun()],
      [1, called("scribe")],
    ];
    expect(statusOf(graphAfter(...calls), "agent:scribe")).toBe("running");
    expect(statusOf(graphAfter(...calls, [10, completed()]), "agent:scribe")).toBe("succeeded");
  });
});

describe("the status of a step", () => {
  it("is running from its beginning to its end, and again in the next round of a loop", () => {
    const rounds: (readonly [number, Plain])[] = [
      [0, step("plan")],
      [1, step("plan", "completed")],
      [2, step("plan", "started")],
      [3, step("plan", "failed")],
    ];
    const statuses = rounds.map((_, index) => statusOf(graphAfter(...rounds.slice(0, index + 1)), "step:plan"));
    expect(statuses).toEqual(["running", "succeeded", "running", "failed"]);
    expect(graphAfter(...rounds).nodes).toMatchObject([{ runs: 2, failed: 1 }]);
  });

  it("ends with its run where nobody tells its end", () => {
    expect(statusOf(graphAfter([0, begun()], [1, step("plan")], [10, completed()]), "step:plan")).toBe("succeeded");
    expect(statusOf(graphAfter([0, begun()], [1, step("plan")], [10, failed("abandoned")]), "step:plan")).toBe("abandoned");
  });
});

describe("the list", () => {
  const steps: Step[] = [
    [0, of("run-1", begun())],
    [1, of("run-2", begun("returns"))],
    [2, of("run-3", begun())],
    [3, of("run-3", completed(1))],
    [4, of("run-1", called("scribe"))],
  ];
  const ids = (query: object) => told(steps, query).runs.map(({ id }) => id);

  it("has the run that began last first, by name and status, as many as are wanted", () => {
    expect(ids({})).toEqual(["run-3", "run-2", "run-1"]);
    expect(ids({ name: "checkout" })).toEqual(["run-3", "run-1"]);
    expect(ids({ status: "running" })).toEqual(["run-2", "run-1"]);
    expect(ids({ name: "checkout", status: "running" })).toEqual(["run-1"]);
    expect(ids({ limit: 1 })).toEqual(["run-3"]);
    expect(ids({ id: "run-2" })).toEqual(["run-2"]);
    expect(() => ids({ limit: 501 })).toThrow();
    expect(() => ids({ limit: 0 })).toThrow();
  });
});

describe("bounds", () => {
  it("keep the 500 runs that were heard of last", () => {
    const many = Array.from({ length: 500 }, (_, index): Step => [index, of(`run-${index}`, begun())]);
    const steps: Step[] = [...many, [500, of("run-0", called("scribe"))], [501, of("run-new", begun())]];
    const ids = told(steps, { limit: 500 }).runs.map(({ id }) => id);
    expect(ids).toHaveLength(500);
    expect(ids).toEqual(expect.arrayContaining(["run-0", "run-499", "run-new"]));
    expect(ids).not.toContain("run-1");
  });

  it("cut a graph that is too large, and say so", () => {
    const steps = Array.from({ length: 5_001 }, (_, index) => [0, queued(`T-${index}`)] as const);
    expect(graphAfter(...steps)).toMatchObject({ tasks: 5_000, isCut: true, events: 5_001 });
    expect(graphAfter(...steps.slice(1)).isCut).toBe(false);
  });
});

describe("whatever happens", () => {
  const names = fc.constantFrom("scribe", "critic", "runner");
  const taskIds = fc.constantFrom("T-1", "T-2", "T-3");
  const arbitraryEvent: fc.Arbitrary<Plain> = fc.oneof(
    fc.tuple(names, names).map(([one, other]) => handoff(one, other)),
    names.map(runBegun),
    names.map((name) => runEnded(name)),
    fc.tuple(taskIds, names).map(([id, name]) => given(id, name)),
    taskIds.map((id) => done(id)),
    fc.tuple(taskIds, taskIds).map(([id, other]) => queued(id, { dependsOn: [other] })),
    fc.tuple(names, fc.nat(64)).map(([name, part]) => called(name, { inputTokens: part, costUsd: part / 64 })),
    fc.constantFrom(step("plan"), step("plan", "completed"), begun(), completed()),
  );
  const arbitraryEvents = fc.array(arbitraryEvent, { minLength: 1, maxLength: 50 });

  it("every edge has its nodes, and sums are those of a plain count over the list", () => {
    fc.assert(
      fc.property(arbitraryEvents, (all) => {
        const graph = graphAfter(...all.map((input, index) => [index, input] as const));
        const ids = new Set(graph.nodes.map(({ id }) => id));
        expect(ids.size).toBe(graph.nodes.length);
        for (const { from, to } of graph.edges) expect(ids.has(from) && ids.has(to)).toBe(true);
        const handoffs = graph.edges.filter(({ kind }) => kind === "handoff").reduce((sum, { count }) => sum + count, 0);
        expect(handoffs).toBe(all.filter(({ type }) => type === "handoff_completed").length);
        const tokens = all.map(({ data }) => ("inputTokens" in data ? (data.inputTokens ?? 0) : 0));
        expect(graph.tokens).toBe(tokens.reduce((sum, one) => sum + one, 0));
        expect(graph.nodes.filter(({ kind }) => kind === "agent").reduce((sum, node) => sum + node.tokens, 0)).toBe(graph.tokens);
        expect(graph.events).toBe(all.length);
        for (const { kind, runs, id } of graph.nodes) {
          const begins = all.filter((event) => event.type === "agent_started" && `agent:${event.agent}` === id).length;
          const ends = all.filter((event) => event.type === "agent_completed" && `agent:${event.agent}` === id).length;
          if (kind === "agent") expect(runs).toBeLessThanOrEqual(begins + ends);
          if (kind === "agent") expect(runs).toBeGreaterThanOrEqual(Math.max(begins, ends));
        }
      }),
    );
  });

  it("what belongs to no run or to another one changes nothing", () => {
    fc.assert(
      fc.property(arbitraryEvents, arbitraryEvents, (all, others) => {
        const own = ofRun(all.map((input, index) => [index, input] as const));
        const noise = others.map((input, index): Step => {
          const needsRun = input.type === "workflow_started" || input.type === "workflow_completed";
          return [index, needsRun || index % 2 === 0 ? of("run-2", input) : (input as EventInput)];
        });
        const mixed = [...own, ...noise].sort(([one], [other]) => one - other);
        expect(told(mixed, { id: "run-1" })).toEqual(told(own, { id: "run-1" }));
      }),
    );
  });
});

it("keeps a bounded number of edges, however densely a few nodes are tied", () => {
  const view = workflowsView;
  const state = view.initial();
  const names = Array.from({ length: 140 }, (_, index) => `t-${index}`);
  for (let run = 0; run < 40; run += 1) {
    const tied = names.map((taskId, second) => [
      second,
      of(`run-${run}`, { type: "task_queued", taskId, data: { taskType: "write", dependsOn: names } }),
    ]) as unknown as Step[];
    for (const event of stored(...tied)) view.apply(state, event, event.timeUnixMillis);
  }
  const edges = [...state.runs.values()].reduce((sum, each) => sum + each.edges.size, 0);
  expect(edges).toBe(state.edges);
  expect(edges).toBeLessThanOrEqual(200_000);
  expect(state.runs.has("run-39")).toBe(true);
});

describe("what several processes tell of one run", () => {
  const graph = (...steps: readonly (readonly [number, Plain])[]): WorkflowGraph => {
    const events = stored(...steps.map(([seconds, input]): Step => [seconds, of("run-1", input)]));
    return readView(workflowsView, events, { id: "run-1" }, 60).graph as WorkflowGraph;
  };

  it("leaves an agent at work whose second run overlaps with its first, whenever that is told", () => {
    const [agent] = graph([1, runBegun("scribe")], [10, runEnded("scribe")], [5, runBegun("scribe")]).nodes;
    expect(agent).toMatchObject({ status: "running", runs: 2, endedAt: null });
  });

  it("has the outcome that happened last, not the one that was told last", () => {
    const [agent] = graph([10, runEnded("scribe", "failure")], [5, runEnded("scribe")]).nodes;
    expect(agent).toMatchObject({ status: "failed" });
  });

  it("knows whose task it was, also where it was given before its end is known", () => {
    const told = graph([10, done("T-1")], [5, given("T-1", "scribe")]);
    expect(told.nodes.find(({ id }) => id === "agent:scribe")?.status).toBe("succeeded");
  });

  it("is of the session that one of its events names", () => {
    const events = stored([0, { ...of("run-1", begun()), sessionId: "s-1" }], [1, of("run-1", completed())]);
    expect(readView(workflowsView, events, {}, 60).runs).toMatchObject([{ sessionId: "s-1" }]);
  });
});
