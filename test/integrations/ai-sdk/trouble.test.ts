import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { APICallError, generateText, isStepCount, streamText, type Telemetry, tool } from "ai";
import { type AiSdkOptions, createTelemetry, instrumentAiSdk } from "crowsnest/ai-sdk";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { Runs } from "../../../src/integrations/ai-sdk/runs.ts";
import { CrowsnestTelemetry } from "../../../src/integrations/ai-sdk/telemetry.ts";
import { startEmbedded } from "../../support/embedded.ts";
import { expectToldOnce } from "../../support/told-once.ts";
import { until } from "../../support/until.ts";
import { instrumented } from "./instrumented.ts";
import { call, say, scripted, streaming, streamOf, usageOf } from "./scripted-model.ts";

const stopWhen = isStepCount(5);
const author = { telemetry: { functionId: "author" }, prompt: "hi", maxRetries: 0 } as const;
const noInput = z.object({});
/** A provider that is busy for once. */
const busy = () => {
  const responseHeaders = { "retry-after-ms": "1" };
  return new APICallError({ message: "busy", url: "http://models", requestBodyValues: {}, isRetryable: true, responseHeaders });
};

describe("a run that fails", () => {
  test("is told once, whatever of the host's own work it passes", async () => {
    const { crowsnest, metric, recorder, settle } = await instrumented();
    const model = scripted([new RangeError("no more room")]);
    const work = crowsnest.workflow({ name: "release" }, () =>
      crowsnest.task({ agent: "author", type: "write" }, () => generateText({ model, ...author })),
    );
    await expect(work).rejects.toThrow("no more room");
    await settle();
    expectToldOnce(recorder);
    expect(await metric('agent_errors_total{service="test",agent="author",error_type="RangeError"}')).toBe(1);
  });

  test("is told once also where it is part of the work around it, and where its text is kept back", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const ask = () =>
      generateText({
        model: scripted([new RangeError("secret")]),
        prompt: "hi",
        maxRetries: 0,
        telemetry: { recordOutputs: false },
      });
    await expect(crowsnest.task({ agent: "author", type: "write" }, ask)).rejects.toThrow("secret");
    await settle();
    expect(recorder.of("error_raised").map(({ agent }) => agent)).toEqual(["author"]);
    expect(JSON.stringify(recorder.of("error_raised"))).not.toContain("secret");
  });

  test("as a stream is told, too, although nothing is thrown", async () => {
    const { recorder, settle } = await instrumented();
    const result = streamText({ model: scripted([new RangeError("no more room")]), ...author, onError: () => undefined });
    await result.consumeStream();
    await settle();
    expect(recorder.of("error_raised").map(({ data }) => data.errorType)).toEqual(["RangeError"]);
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["failure"]);
    expect(recorder.of("agent_completed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "RangeError" });
  });

  test("in the middle of a stream is told, with a type of our own as the SDK keeps the error to itself", async () => {
    const { recorder, settle } = await instrumented();
    const model = streaming(() =>
      streamOf({ type: "text-start", id: "0" }, { type: "text-delta", id: "0", delta: "a" }, { type: "error", error: busy() }),
    );
    await streamText({ model, ...author, onError: () => undefined }).consumeStream();
    await settle();
    expect(recorder.of("error_raised")).toHaveLength(1);
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["failure"]);
    expect(recorder.of("agent_completed").map(({ data }) => [data.outcome, data.errorType])).toEqual([["failure", "ModelError"]]);
  });

  test("fails the handoff that it is, and is one error", async () => {
    const { recorder, settle } = await instrumented();
    const expert = { ...author, telemetry: { functionId: "expert" } };
    const ask = tool({
      description: "Asks.",
      inputSchema: noInput,
      execute: async () => (await generateText({ model: scripted([new RangeError("no idea")]), ...expert })).text,
    });
    const model = scripted([[call("ask")], [say("done")]]);
    await generateText({ model, tools: { ask }, stopWhen, ...author });
    await settle();
    expect(recorder.of("handoff_completed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "RangeError" });
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({ outcome: "failure", errorType: "RangeError" });
    expect(recorder.of("error_raised").map(({ agent }) => agent)).toEqual(["expert"]);
    expect(recorder.of("agent_completed").map(({ agent, data }) => [agent, data.outcome])).toEqual([
      ["expert", "failure"],
      ["author", "success"],
    ]);
  });
});

describe("a model call that is tried again", () => {
  test.each(["whole", "streamed"])("costs a failed one, and is no error (%s)", async (way) => {
    const { recorder, settle } = await instrumented();
    const settings = { model: scripted([busy(), [say("done")]]), ...author, maxRetries: 1 };
    if (way === "whole") await generateText(settings);
    else await streamText(settings).consumeStream();
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["failure", "success"]);
    expect(recorder.of("model_called").map(({ data }) => data.inputTokens)).toEqual([undefined, 10]);
    expect(recorder.of("error_raised")).toEqual([]);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
  });

  test("in the middle of its stream costs a failed one, too", async () => {
    const { recorder, settle } = await instrumented();
    const finish = { finishReason: { unified: "stop", raw: "stop" }, usage: usageOf({ input: 10, output: 5 }) } as const;
    const model = streaming(
      () => streamOf({ type: "text-start", id: "0" }, { type: "error", error: busy() }),
      () => streamOf({ type: "finish", ...finish }),
    );
    await streamText({ model, ...author, streamRetries: 1, onError: () => undefined }).consumeStream();
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["failure", "success"]);
    expect(recorder.of("error_raised")).toEqual([]);
  });
});

describe("a tool that fails", () => {
  test("is told with its error, unless the host's own work in it has told that, and the run goes on", async () => {
    const { crowsnest, recorder, settle } = await instrumented();
    const fails = async (): Promise<string> => {
      throw new RangeError("no such line");
    };
    const patch = tool({ description: "Fails.", inputSchema: noInput, execute: fails });
    const skilled = tool({ description: "Fails.", inputSchema: noInput, execute: () => crowsnest.skill({ skill: "s" }, fails) });
    const model = scripted([[call("patch"), call("skilled")], [say("done")]]);
    await generateText({ model, tools: { patch, skilled }, stopWhen, ...author });
    await settle();
    expect(
      recorder
        .of("tool_called")
        .map(({ data }) => [data.tool, data.outcome, data.errorType])
        .toSorted(),
    ).toEqual([
      ["patch", "failure", "RangeError"],
      ["skilled", "failure", "RangeError"],
    ]);
    expect(recorder.of("error_raised")).toHaveLength(2);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
  });
});

describe("a run that is aborted", () => {
  const slow = () => scripted([[say("a b c d e f g h i j k l m n o p")]], { delayMillis: 20 });

  test("is cancelled, which is no error", async () => {
    const { recorder, settle } = await instrumented();
    const abort = new AbortController();
    const model = scripted([
      ({ abortSignal }) => new Promise((_, reject) => abortSignal?.addEventListener("abort", () => reject(abortSignal.reason))),
    ]);
    const run = generateText({ model, ...author, abortSignal: abort.signal });
    await sleep(10);
    abort.abort();
    await expect(run).rejects.toThrow("abort");
    await settle();
    expect(recorder.of("model_called")[0]?.data.outcome).toBe("cancelled");
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("cancelled");
    expect(recorder.of("error_raised")).toEqual([]);
  });

  test("as a stream is cancelled, and by a time-out timed out", async () => {
    const { recorder, settle } = await instrumented();
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("the user left")), 60);
    await streamText({ model: slow(), ...author, abortSignal: abort.signal }).consumeStream();
    await streamText({ model: slow(), ...author, timeout: 60 }).consumeStream();
    await settle();
    expect(recorder.of("agent_completed").map(({ data }) => data.outcome)).toEqual(["cancelled", "timeout"]);
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["cancelled", "timeout"]);
    expect(recorder.of("error_raised")).toEqual([]);
  });
});

describe("a stream that is left", () => {
  const long = () => scripted([[say("a b c d e f g h i j k l m n o p q r s t u v w x y z")]]);
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;

  /** Reads the first part of a stream and no more; what it had is out of reach once it returns. */
  async function readABit(): Promise<void> {
    for await (const _part of streamText({ model: long(), ...author }).textStream) break;
  }

  test("ends as abandoned once nobody can reach it any more, whether it was read or not", async () => {
    const { metric, recorder, settle } = await instrumented();
    await readABit();
    (() => void streamText({ model: long(), ...author }))();
    await until("both to be found", async () => {
      collectGarbage();
      await settle();
      return recorder.of("agent_completed").length === 2;
    });
    expect(recorder.of("agent_completed").map(({ data }) => data.outcome)).toEqual(["abandoned", "abandoned"]);
    expect(recorder.of("model_called").map(({ data }) => data.outcome)).toEqual(["abandoned", "abandoned"]);
    expect(await metric('agent_active{service="test",agent="author"}')).toBe(0);
  });

  test("is not given up while somebody reads it, however slowly", async () => {
    const { recorder, settle } = await instrumented();
    const parts: string[] = [];
    for await (const part of streamText({ model: scripted([[say("a b c d")]]), ...author }).textStream) {
      collectGarbage();
      await sleep(5);
      parts.push(part);
    }
    await settle();
    expect(parts).toHaveLength(4);
    expect(recorder.of("agent_completed").map(({ data }) => data.outcome)).toEqual(["success"]);
  });

  test("between two steps is given up after a while", async () => {
    const { recorder, settle } = await instrumented();
    const telemetry = globalThis.AI_SDK_TELEMETRY_INTEGRATIONS?.[0] as Telemetry;
    const start = { provider: "openai", modelId: "gpt-5", operationId: "ai.streamText" };
    telemetry.onStart?.({ ...start, callId: "left" } as never);
    const later = performance.now() + 700_000;
    vi.spyOn(performance, "now").mockReturnValue(later);
    onTestFinished(() => void vi.restoreAllMocks());
    telemetry.onStart?.({ ...start, callId: "next" } as never);
    await settle();
    expect(recorder.of("agent_completed").map(({ data }) => data.outcome)).toEqual(["abandoned"]);
  });

  test("gives way to newer calls when there are too many", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const runs = new Runs(crowsnest, 50);
    const telemetry = new CrowsnestTelemetry(crowsnest, {}, runs);
    const start = { provider: "openai", modelId: "gpt-5", operationId: "ai.streamText", functionId: "author" };
    for (let index = 0; index < 200; index++) telemetry.onStart({ ...start, callId: `call-${index}` });
    expect(runs.size).toBe(50);
    await settle();
    expect(recorder.of("agent_completed")).toHaveLength(150);
  });
});

describe("the SDK", () => {
  test("does not notice what goes wrong in here: it is told as a failure of this integration", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const begin = () => {
      throw new Error("out of order");
    };
    const telemetry = createTelemetry({ ...crowsnest, begin });
    const note = tool({ description: "Notes.", inputSchema: noInput, execute: async () => "noted" });
    const model = scripted([[call("note")], [say("done")]]);
    const { text } = await generateText({
      model,
      prompt: "hi",
      tools: { note },
      stopWhen,
      telemetry: { integrations: telemetry },
    });
    expect(text).toBe("done");
    await settle();
    expect(recorder.of("failure_recorded")[0]?.data).toMatchObject({
      component: "crowsnest/ai-sdk",
      errorMessage: "out of order",
    });
  });

  test("gets functions of the host's that throw as if they were not there", async () => {
    const broken = () => {
      throw new Error("broken");
    };
    const options: AiSdkOptions = { agentName: broken, sessionId: broken, price: broken, contextLimitTokens: broken };
    const { recorder, settle } = await instrumented(options);
    await generateText({ model: scripted([[say("done")]]), ...author });
    await settle();
    expect(recorder.of("agent_completed").map(({ agent, data }) => [agent, data.outcome])).toEqual([["author", "success"]]);
  });
});

describe("options", () => {
  test("that are wrong are refused by name", async () => {
    const { crowsnest } = await startEmbedded();
    expect(() => createTelemetry(crowsnest, { prize: () => 1 } as AiSdkOptions)).toThrow("prize is not an option");
    expect(() => createTelemetry(crowsnest, { price: 3 } as never)).toThrow("price takes a function, but is number");
    expect(() => createTelemetry(crowsnest, { defaultAgent: "" })).toThrow("defaultAgent takes a name, but is empty");
    expect(() => createTelemetry({} as never)).toThrow("the first argument has to be what createCrowsnest gives");
    await expect(instrumentAiSdk(crowsnest, { toString: "x" } as never)).rejects.toThrow("toString is not an option");
  });
});
