import type { Hub } from "crowsnest/server";
import { describe, expect, test } from "vitest";
import type { AgentEvent, EventOf, EventType } from "../../../src/events/types.ts";
import { parseEvent } from "../../../src/events/validate.ts";
import { decodeProtobuf } from "../../../src/integrations/otlp/protobuf.ts";
import { readSpans } from "../../../src/integrations/otlp/read-spans.ts";
import { SpanTranslator } from "../../../src/integrations/spans/translate.ts";
import { startTestHub } from "../../support/hub.ts";
import { type RecordedLibrary, recordedLibraries, sendRecorded, spanBySpan } from "../../support/recordings.ts";

/** What a library tells of the play in scripts/record/scenario.ts, beside its model calls, which are those of the scripted model. */
interface Told {
  readonly provider?: string;
  readonly model?: string;
  /** Runs by agent. */
  readonly runs: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
  readonly handoff: "told" | "inferred";
  readonly tools: readonly string[];
  readonly workflows?: readonly string[];
  readonly tasks?: readonly string[];
  /** Kinds of tokens that the library keeps to itself. */
  readonly silentOn?: readonly ("cacheReadTokens" | "reasoningTokens")[];
}

const search = "search_notes success";
const publish = "publish_draft failure";
const ask = "ask_critic success";
const team = { runs: { critic: 1, scribe: 2 }, calls: { critic: 1, scribe: 4 } };
const asking = { runs: { critic: 1, scribe: 2 }, calls: { critic: 1, scribe: 5 }, handoff: "inferred" } as const;

const expected: Readonly<Record<string, Told>> = {
  "ai-sdk-4": {
    ...asking,
    runs: { critic: 1, scribe: 3 },
    tools: [ask, publish, search],
    silentOn: ["cacheReadTokens", "reasoningTokens"],
  },
  "ai-sdk-5": { ...asking, tools: [ask, publish, search], silentOn: ["cacheReadTokens", "reasoningTokens"] },
  "ai-sdk-6": { ...asking, tools: [ask, publish, search] },
  "gen-ai-pydantic-ai": { ...asking, tools: [ask, publish, search] },
  "google-adk": {
    ...team,
    provider: "gcp.gemini",
    model: "gemini-3-flash",
    handoff: "told",
    tools: [publish, search],
    workflows: ["scribe completed", "scribe failed"],
  },
  "microsoft-agent-framework": {
    ...team,
    handoff: "inferred",
    tools: [publish, search],
    workflows: ["writing completed", "writing failed"],
  },
  "openinference-crewai": {
    runs: { critic: 1, scribe: 2 },
    calls: { critic: 2, scribe: 5 },
    handoff: "told",
    tools: [publish, search],
    workflows: ["press completed", "press failed"],
    tasks: ["review completed by critic", "writing completed by scribe", "writing failed by scribe"],
  },
  "openinference-langgraph": {
    ...team,
    handoff: "told",
    tools: [publish, search],
    workflows: ["writing completed", "writing failed"],
  },
  // The trace of OpenAI's agents does not say that it failed.
  "openinference-openai-agents": {
    ...team,
    handoff: "told",
    tools: [publish, search],
    workflows: ["writing completed", "writing completed"],
  },
  "openllmetry-langgraph": {
    ...team,
    handoff: "told",
    tools: [publish, search],
    workflows: ["writing completed", "writing failed"],
    silentOn: ["reasoningTokens"],
  },
  "openllmetry-openai-agents": {
    ...team,
    handoff: "told",
    tools: [publish, search],
    workflows: ["Agent Workflow completed", "Agent Workflow completed"],
  },
};

/** What is kept only where it is asked for, and what a hub adds. */
const contents = new Set(["input", "output", "arguments", "result", "costUsd", "costIsEstimated", "limitTokens"]);

/** A hub that has heard requests, and what it knows then. */
async function hubAfter(
  requests: RecordedLibrary["requests"],
): Promise<{ hub: Hub; events: readonly AgentEvent[]; page: string }> {
  const { hub } = await startTestHub({ otlpPort: 0, otlpGrpcPort: 0 });
  for (const request of requests) await sendRecorded(hub, request);
  return { hub, ...(await known(hub)) };
}

/** The same without a hub, and without what a hub does not keep unless it is told to. */
function eventsOf(requests: RecordedLibrary["requests"]): AgentEvent[] {
  const translator = new SpanTranslator();
  const drafts = requests.flatMap(({ body }) => {
    const translation = translator.take(readSpans(decodeProtobuf("TracesRequest", body)).spans, 0);
    translation.done();
    return translation.drafts;
  });
  return drafts.map((draft) => {
    const parsed = parseEvent(draft);
    if ("event" in parsed) return parsed.event;
    throw new Error(`${draft.type} is refused: ${JSON.stringify(parsed.problems)}`);
  });
}

async function known(hub: Hub): Promise<{ events: readonly AgentEvent[]; page: string }> {
  const [{ events }, page] = await Promise.all([hub.query({ limit: 1_000 }), fetch(`${hub.url}/metrics`)]);
  return { events, page: await page.text() };
}

function of<T extends EventType>(events: readonly AgentEvent[], type: T): EventOf<T>[] {
  return events.filter((event): event is EventOf<T> & AgentEvent => event.type === type);
}

function count(names: readonly (string | undefined)[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(names, (name) => name ?? "none")].map(([name, all]) => [name, all.length]));
}

function sum(numbers: readonly (number | undefined)[]): number {
  return numbers.reduce<number>((total, number) => total + (number ?? 0), 0);
}

/** The sum of a metric's series whose labels are the given ones among others. */
function metric(page: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const lines = page.split("\n").filter((line) => line.startsWith(`${name}{`));
  const wanted = lines.filter((line) => Object.entries(labels).every(([label, value]) => line.includes(`${label}="${value}"`)));
  return sum(wanted.map((line) => Number(line.slice(line.lastIndexOf("}") + 1).split(" ")[1])));
}

/** Everything about an event but its place among the others and the workflow, which comes last and so is not known in time. */
function essence({ id, type, agent, taskId, timeUnixMillis, data }: AgentEvent): unknown {
  const kept = Object.entries(data).filter(([key, value]) => value !== undefined && !contents.has(key));
  return { id, type, agent, taskId, timeUnixMillis, data: Object.fromEntries(kept) };
}

function essences(events: readonly AgentEvent[]): unknown[] {
  return events.toSorted((one, other) => one.id.localeCompare(other.id)).map(essence);
}

test("every recording is expected here", () => {
  expect(recordedLibraries.map(({ name }) => name).sort()).toEqual(Object.keys(expected).sort());
});

describe.each(recordedLibraries)("$name", (recorded) => {
  const told = expected[recorded.name] as Told;
  const { used } = recorded;

  test("tells agents, calls, handoffs, tools and workflows, each once", async () => {
    const { events, page } = await hubAfter(recorded.requests);

    expect(count(of(events, "agent_started").map(({ agent }) => agent))).toEqual(told.runs);
    expect(count(of(events, "agent_completed").map(({ agent }) => agent))).toEqual(told.runs);

    const calls = of(events, "model_called");
    expect(count(calls.map(({ agent }) => agent))).toEqual(told.calls);
    expect(count(calls.map(({ data }) => data.outcome))).toEqual({ success: used.calls, failure: used.refusals });
    const { provider = "openai", model = "gpt-5" } = told;
    const good = calls.filter(({ data }) => data.outcome === "success");
    expect(count(good.map(({ data }) => `${data.provider} ${data.model}`))).toEqual({ [`${provider} ${model}`]: used.calls });
    for (const kind of ["inputTokens", "outputTokens", "cacheReadTokens", "reasoningTokens"] as const) {
      const isSilent = told.silentOn?.some((silent) => silent === kind) === true;
      expect([kind, sum(calls.map(({ data }) => data[kind]))]).toEqual([kind, isSilent ? 0 : used[kind]]);
    }

    const handoffs = of(events, "handoff_completed").map(({ data }) => [data.fromAgent, data.toAgent, data.inferred ?? false]);
    expect(handoffs).toEqual([["scribe", "critic", told.handoff === "inferred"]]);
    const tools = of(events, "tool_called");
    expect(tools.map(({ agent, data }) => `${agent} ${data.tool} ${data.outcome}`).sort()).toEqual(
      told.tools.map((tool) => `scribe ${tool}`),
    );
    expect(count(of(events, "error_raised").map(({ agent }) => agent))).toEqual({ scribe: 2 });

    const workflows = [
      ...of(events, "workflow_completed").map(({ data }) => `${data.name} completed`),
      ...of(events, "workflow_failed").map(({ data }) => `${data.name} failed`),
    ];
    expect(workflows).toEqual(told.workflows ?? []);
    expect(of(events, "workflow_started")).toHaveLength(workflows.length);
    const inWorkflow = calls.filter(({ workflowId }) => workflowId !== undefined);
    expect(inWorkflow).toHaveLength(workflows.length === 0 ? 0 : calls.length);
    const tasks = [
      ...of(events, "task_completed").map(({ agent, data }) => `${data.taskType} completed by ${agent}`),
      ...of(events, "task_failed").map(({ agent, data }) => `${data.taskType} failed by ${agent}`),
    ];
    expect(tasks.sort()).toEqual(told.tasks ?? []);

    const service = { service: "team" };
    expect(metric(page, "agent_handoffs_total", { from_agent: "scribe", to_agent: "critic", ...service })).toBe(1);
    expect(metric(page, "agent_handoffs_total")).toBe(1);
    for (const agent of ["scribe", "critic"]) {
      expect(metric(page, "agent_model_calls_total", { agent, ...service })).toBe(told.calls[agent]);
      const own = calls.filter((call) => call.agent === agent);
      const tokens = sum(own.map(({ data }) => (data.inputTokens ?? 0) + (data.outputTokens ?? 0)));
      expect(metric(page, "agent_model_tokens_total", { agent, ...service })).toBe(tokens);
    }
    expect(metric(page, "agent_model_tokens_total")).toBe(used.inputTokens + used.outputTokens);
    expect(metric(page, "agent_tool_calls_total")).toBe(told.tools.length);
    expect(metric(page, "agent_tool_calls_total", { outcome: "failure" })).toBe(1);
    expect(metric(page, "agent_workflows_total")).toBe(workflows.length);
    expect(metric(page, "agent_tasks_total")).toBe(tasks.length);
    expect(metric(page, "agent_errors_total")).toBe(2);
  });

  test("changes nothing when it comes again, all at once or span by span", async () => {
    const { hub, events, page } = await hubAfter(recorded.requests);
    for (const request of [...recorded.requests, ...spanBySpan(recorded)]) await sendRecorded(hub, request);
    const again = await known(hub);
    expect(essences(again.events)).toEqual(essences(events));
    for (const name of ["agent_model_tokens_total", "agent_handoffs_total", "agent_tool_calls_total", "agent_errors_total"]) {
      expect([name, metric(again.page, name)]).toEqual([name, metric(page, name)]);
    }
  });

  test("tells the same when each span comes by itself as it ends", async () => {
    const single = await hubAfter(spanBySpan(recorded));
    expect(essences(single.events)).toEqual(essences(eventsOf(recorded.requests)));
    for (const agent of ["scribe", "critic"]) {
      expect(metric(single.page, "agent_model_calls_total", { agent })).toBe(told.calls[agent]);
    }
  });

  test("tells the same calls of the same agents when the spans come from the outside in", () => {
    const events = eventsOf(spanBySpan(recorded).reverse());
    expect(count(of(events, "agent_completed").map(({ agent }) => agent))).toEqual(told.runs);
    expect(count(of(events, "model_called").map(({ agent }) => agent))).toEqual(told.calls);
    expect(sum(of(events, "model_called").map(({ data }) => data.inputTokens))).toBe(used.inputTokens);
    expect(
      of(events, "tool_called")
        .map(({ agent, data }) => `${agent} ${data.tool} ${data.outcome}`)
        .sort(),
    ).toEqual(told.tools.map((tool) => `scribe ${tool}`));
    expect(of(events, "error_raised")).toHaveLength(2);
  });
});
