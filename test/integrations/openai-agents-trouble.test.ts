import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  Agent,
  createAgentSpan,
  createFunctionSpan,
  run,
  setTraceProcessors,
  type TracingProcessor,
  tool,
  withCustomSpan,
  withTrace,
} from "@openai/agents";
import { createTraceProcessor, instrumentOpenAIAgents, type OpenAIAgentsOptions } from "crowsnest/openai-agents";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { OpenSpans } from "../../src/integrations/openai-agents/open-spans.ts";
import { CrowsnestProcessor } from "../../src/integrations/openai-agents/processor.ts";
import { startEmbedded } from "../support/embedded.ts";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { expectToldOnce } from "../support/told-once.ts";
import { instrumented } from "./instrumented.ts";
import { call, say, scripted } from "./scripted-model.ts";

const noInput = z.object({});

describe("a tool that fails", () => {
  test("is told with its error's type as far as the SDK gives it, and the run goes on", async () => {
    const { metric, recorder, settle } = await instrumented();
    const fails = async () => {
      throw new RangeError("no such line");
    };
    const errorFunction = (_context: unknown, error: unknown) => String(error);
    const open = tool({ name: "open", description: "Fails.", parameters: noInput, execute: fails, errorFunction });
    const closed = tool({ name: "closed", description: "Fails.", parameters: noInput, execute: fails });
    const model = scripted([[call("open"), call("closed")], [say("done")]]);
    await run(new Agent({ name: "author", model, tools: [open, closed] }), "hi");
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => [data.tool, data.outcome, data.errorType])).toEqual([
      ["open", "failure", "RangeError"],
      // The SDK hides what went wrong in a tool without an errorFunction of its own.
      ["closed", "failure", "ToolError"],
    ]);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
    expect(await metric('agent_errors_total{service="test",agent="author",error_type="RangeError"}')).toBe(1);
    expect(await metric('agent_errors_total{service="test",agent="author",error_type="ToolError"}')).toBe(1);
  });

  test("by an error that the host's own work in it has told is not told again", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const patch = tool({
      name: "patch",
      description: "Fails in a skill.",
      parameters: noInput,
      execute: () =>
        crowsnest.skill({ skill: "patching" }, async () => {
          throw new TypeError("no patch");
        }),
    });
    await run(new Agent({ name: "author", model: scripted([[call("patch")], [say("done")]]), tools: [patch] }), "hi");
    await settle();
    expect(recorder.of("error_raised").map(({ data }) => data.errorType)).toEqual(["TypeError"]);
    expect(recorder.of("tool_called")[0]?.data.outcome).toBe("failure");
  });
});

describe("a run that fails", () => {
  test("is told once, by the agent, whatever of the host's own work it passes", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const author = new Agent({ name: "author", model: scripted([new RangeError("no more room")]) });
    const work = crowsnest.workflow({ name: "release" }, () =>
      crowsnest.task({ agent: "author", type: "write" }, () => run(author, "hi")),
    );
    await expect(work).rejects.toThrow("no more room");
    await settle();
    expectToldOnce(recorder);
    expect(recorder.of("workflow_failed")).toHaveLength(1);
  });

  test("fails the workflow that its trace is", async () => {
    const { recorder, settle } = await instrumented();
    await expect(run(new Agent({ name: "author", model: scripted([new RangeError("no more room")]) }), "hi")).rejects.toThrow();
    await settle();
    expect(recorder.of("workflow_failed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "RangeError" });
    expect(recorder.of("error_raised")).toHaveLength(1);
  });

  test("and is begun anew in the same trace is a second attempt at the same workflow", async () => {
    const { recorder, settle } = await instrumented();
    const author = new Agent({ name: "author", model: scripted([new RangeError("no more room"), [say("done")]]) });
    await withTrace("release", async () => {
      await run(author, "hi").catch(() => undefined);
      await run(author, "hi");
    });
    await settle();
    const ends = recorder.events.filter(({ type }) => type === "workflow_failed" || type === "workflow_completed");
    expect(ends.map(({ type }) => type)).toEqual(["workflow_failed", "workflow_completed"]);
    expect(ends[1]?.workflowId).toBe(ends[0]?.workflowId);
    expect(recorder.of("error_raised")).toHaveLength(1);
  });

  test("but is tried again costs a failed model call, and is no error", async () => {
    const { recorder, settle } = await instrumented();
    const retry = { maxRetries: 1, policy: () => true, backoff: { initialDelayMs: 1 } };
    const model = scripted([new Error("busy"), [say("done")]]);
    await run(new Agent({ name: "author", model, modelSettings: { retry } }), "hi");
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["failure", "success"]);
    expect(recorder.of("error_raised")).toEqual([]);
    expect(recorder.of("workflow_completed")).toHaveLength(1);
  });
});

describe("a guardrail", () => {
  test("that is triggered is told as a safety block of its agent, which failed", async () => {
    const { metric, recorder, settle } = await instrumented();
    const guardrail = (name: string, tripwireTriggered: boolean) => ({
      name,
      execute: async () => ({ tripwireTriggered, outputInfo: {} }),
    });
    const inputGuardrails = [guardrail("no_secrets", true), guardrail("polite", false)];
    await expect(run(new Agent({ name: "author", model: scripted([[say("no")]]), inputGuardrails }), "hi")).rejects.toThrow();
    await settle();
    expect(recorder.of("safety_blocked").map(({ agent, data }) => [agent, data.policy])).toEqual([["author", "no_secrets"]]);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("failure");
    expect(await metric('agent_safety_blocks_total{service="test",agent="author",policy="no_secrets"}')).toBe(1);
  });
});

describe("spans that never end", () => {
  test("are closed as abandoned when their trace ends", async () => {
    const { metric, recorder, settle } = await instrumented();
    await withTrace("forgetful", async () => {
      const agent = createAgentSpan({ data: { name: "author" } });
      agent.start();
      createFunctionSpan({ data: { name: "grep", input: "", output: "" } }, agent).start();
    });
    await settle();
    expect(recorder.of("tool_called")[0]).toMatchObject({ agent: "author", data: { outcome: "abandoned" } });
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("abandoned");
    expect(await metric('agent_active{service="test",agent="author"}')).toBe(0);
  });

  test("are given up, the oldest first, when there are too many", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const open = new OpenSpans(50);
    setTraceProcessors([new CrowsnestProcessor(crowsnest, {}, open)]);
    await withTrace("endless", async () => {
      for (let index = 0; index < 200; index++) createAgentSpan({ data: { name: `agent-${index}` } }).start();
      expect(open.size).toBe(50);
    });
    expect(open.size).toBe(0);
    await settle();
    expect(recorder.of("agent_completed").map(({ agent }) => agent)).toEqual(
      recorder
        .of("agent_started")
        .map(({ agent }) => agent)
        .toSorted(byAge),
    );
    expect(recorder.of("agent_completed")).toHaveLength(200);
  });

  test("and traces whose function threw are given up after a while", async () => {
    const { recorder, settle } = await instrumented();
    const thrown = withTrace("thrown out of", async () => {
      throw new Error("not the SDK's");
    });
    await expect(thrown).rejects.toThrow();
    const later = performance.now() + 700_000;
    vi.spyOn(performance, "now").mockReturnValue(later);
    onTestFinished(() => void vi.restoreAllMocks());
    await withTrace("another", async () => undefined);
    await settle();
    expect(recorder.of("workflow_failed").map(({ data }) => [data.name, data.outcome])).toEqual([["thrown out of", "abandoned"]]);
  });

  test("leave nothing behind that is asked when agents are at rest", async () => {
    let asked = 0;
    const current = () => {
      asked += 1;
      return null;
    };
    const { crowsnest } = await instrumented({ options: { current } });
    await run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi");
    asked = 0;
    crowsnest.emit({ type: "agent_heartbeat", agent: "author", data: {} });
    expect(asked).toBe(0);
  });
});

/** In the end the youngest 50 are closed innermost first. */
function byAge(a: string | undefined, b: string | undefined): number {
  const [left, right] = [a, b].map((name) => Number(name?.split("-")[1]));
  if (left === undefined || right === undefined) return 0;
  return left >= 150 && right >= 150 ? right - left : left - right;
}

describe("what goes wrong in the processor", () => {
  test("does not reach the SDK: the host's own functions may throw", async () => {
    const { recorder, settle, told } = await instrumented({
      crowsnest: { prices: false },
      options: {
        price: fail,
        contextLimitTokens: fail,
        provider: fail,
        current: fail,
      },
    });
    expect((await run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi")).finalOutput).toBe("done");
    await settle();
    expect(recorder.of("model_called")[0]?.data).toMatchObject({ provider: "openai", outcome: "success" });
    expect(recorder.of("model_called")[0]?.data.costUsd).toBeUndefined();
    expect(recorder.of("context_updated")[0]?.data).toEqual({ tokens: 15, provider: "openai", model: "gpt-5" });
    expect(told.join("\n")).toContain("cost");
  });

  test("is told as a failure of the integration, and later spans are followed", async () => {
    const { recorder, settle } = await instrumented();
    await withTrace("hostile", async () => {
      const span = createFunctionSpan({ data: { name: "grep", input: "", output: "" } });
      Object.defineProperty(span, "spanData", { get: fail });
      span.start();
      span.end();
      await withCustomSpan(async () => "fine", { data: { name: "custom", data: {} } });
      await run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi");
    });
    await settle();
    expect(recorder.of("failure_recorded")[0]?.data).toMatchObject({
      component: "crowsnest/openai-agents",
      errorMessage: "broken",
    });
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
    expect(recorder.of("workflow_completed")).toHaveLength(1);
  });

  test("includes ends without a start, and spans of a trace that began earlier", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const processor = createTraceProcessor(crowsnest);
    await withTrace("began earlier", async () => {
      const unseen = createAgentSpan({ data: { name: "unseen" } });
      unseen.start();
      setTraceProcessors([processor]);
      await run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi");
      unseen.end();
    });
    await settle();
    expect(recorder.of("agent_completed").filter(({ agent }) => agent === "author")).toHaveLength(1);
  });
});

function fail(): never {
  throw new Error("broken");
}

describe("wrong use", () => {
  test("is named at once", async () => {
    const { crowsnest } = await instrumented();
    expect(() => createTraceProcessor(undefined as never)).toThrow("the first argument has to be what createCrowsnest gives");
    expect(() => createTraceProcessor(crowsnest, { price: 3 } as unknown as OpenAIAgentsOptions)).toThrow(
      "price takes a function, but is number",
    );
    expect(() => createTraceProcessor(crowsnest, { prize: () => 1 } as OpenAIAgentsOptions)).toThrow("prize is not an option");
    await expect(instrumentOpenAIAgents(crowsnest, { limit: 1 } as OpenAIAgentsOptions)).rejects.toThrow(
      "limit is not an option",
    );
  });
});

describe("registering with the SDK", () => {
  test("in one call sees runs, and calls of the host's in tools", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const processor: TracingProcessor = await instrumentOpenAIAgents(crowsnest, { exportToOpenAI: false });
    const note = tool({
      name: "note",
      description: "Notes.",
      parameters: noInput,
      execute: async () => String(crowsnest.emit({ type: "agent_heartbeat", data: {} } as never)),
    });
    await run(new Agent({ name: "author", model: scripted([[call("note")], [say("done")]]), tools: [note] }), "hi");
    await processor.forceFlush();
    await settle();
    expect(recorder.of("agent_completed")).toHaveLength(1);
    expect(recorder.of("agent_heartbeat")[0]?.agent).toBe("author");
  });

  test("leaves the processors that are there in their places", async () => {
    const { recorder: first } = await instrumented();
    const { crowsnest, recorder, settle } = await startEmbedded();
    await instrumentOpenAIAgents(crowsnest);
    await run(new Agent({ name: "author", model: scripted([[say("done")]]) }), "hi");
    await settle();
    expect(recorder.of("agent_completed")).toHaveLength(1);
    expect(first.of("agent_completed")).toHaveLength(1);
  });

  test("does not let the SDK end the process on Ctrl-C before events are where they go", async () => {
    const folder = await tempFolder();
    const { ended } = runNode([inRepository("test/integrations/host-with-agents.ts"), folder]);
    expect((await ended).code).toBe(130);
    const [file] = await readdir(folder);
    const lines = (await readFile(join(folder, String(file)), "utf8")).trim().split("\n");
    expect(lines).toHaveLength(2_000);
  });
});
