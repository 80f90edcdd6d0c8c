import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { noteToldInside } from "../../src/instrument/face.ts";
import { ReportedError } from "../../src/instrument/reported-error.ts";
import { startEmbedded } from "../support/embedded.ts";

describe("what integrations build on", () => {
  test("work can begin later and elsewhere, and belong to a place all the same", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const place = await crowsnest.task({ id: "T-1", agent: "author", type: "write" }, async () => crowsnest.here());
    crowsnest.begin("toolCall", { tool: "grep" }, place).end();
    crowsnest.begin("toolCall", { agent: "critic", tool: "grep" }).end();
    await settle();
    expect(recorder.of("tool_called").map(({ agent, taskId }) => [agent, taskId])).toEqual([
      ["author", "T-1"],
      ["critic", undefined],
    ]);
  });

  test("a place knows the workflow run that it is in", async () => {
    const { crowsnest } = await startEmbedded();
    expect(crowsnest.here().workflowId).toBeUndefined();
    expect(crowsnest.workflow({ name: "release", id: "R-1" }, () => crowsnest.here().workflowId)).toBe("R-1");
  });

  test("work that is known only at its end lasts from when it began", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const startedUnixMillis = performance.timeOrigin + performance.now();
    await sleep(30);
    crowsnest.begin("modelCall", { agent: "author", provider: "openai", model: "gpt-5" }, undefined, startedUnixMillis).end();
    await settle();
    const seconds = recorder.of("model_called")[0]?.data.durationSeconds;
    expect(seconds).toBeGreaterThanOrEqual(0.029);
    expect(seconds).toBeLessThan(5);
  });

  test("a tool call learns its details when it runs, and keeps those it began with", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const call = crowsnest.begin("toolCall", { agent: "author", tool: "grep", toolType: "function", callId: "c-1" });
    call.handle.details({ toolType: "mcp", argumentsHash: "abc" });
    call.end();
    await settle();
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({ toolType: "mcp", callId: "c-1", argumentsHash: "abc" });
  });

  test("an error that is known by its text is told unless it is no news", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const tool = { agent: "author", tool: "grep" };
    crowsnest.begin("toolCall", tool).fail(new ReportedError("RangeError", "no such line"));
    crowsnest.begin("toolCall", tool).fail(new ReportedError("RangeError", "tried again", { isNews: false }));
    await settle();
    expect(recorder.of("error_raised").map(({ data }) => data.errorMessage)).toEqual(["no such line"]);
    expect(recorder.of("tool_called").map(({ data }) => data.errorType)).toEqual(["RangeError", "RangeError"]);
  });

  test("an error that was told inside is not told again on its way out, but a later one is", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const tell = (later: boolean) =>
      crowsnest.task({ agent: "author", type: "write" }, async () => {
        const place = crowsnest.here();
        crowsnest.begin("toolCall", { tool: "grep" }, place).fail(new ReportedError("RangeError", "inside"));
        noteToldInside(place);
        if (later) await sleep(5);
        throw new TypeError("outside");
      });
    await expect(tell(false)).rejects.toThrow("outside");
    await settle();
    expect(recorder.of("error_raised").map(({ data }) => data.errorMessage)).toEqual(["inside"]);
    await expect(tell(true)).rejects.toThrow("outside");
    await settle();
    expect(recorder.of("error_raised").map(({ data }) => data.errorMessage)).toEqual(["inside", "inside", "outside"]);
  });
});
