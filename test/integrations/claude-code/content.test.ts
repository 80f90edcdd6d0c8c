import { describe, expect, test } from "vitest";
import { ClaudeCode } from "../../../src/integrations/claude-code/claude-code.ts";
import { openReader } from "../../../src/store/open-store.ts";
import { type Delivery, deliver } from "../../support/claude-code.ts";
import { startTestHub } from "../../support/hub.ts";
import { planted, plantedIn } from "../../support/planted.ts";
import { Recorder } from "../../support/recorder.ts";

const used = {
  session_id: "s-1",
  hook_event_name: "PostToolUse",
  tool_name: "Grep",
  tool_use_id: "t-1",
  tool_input: { text: planted.argument },
  tool_response: planted.result,
};

const hook = (fields: object): Delivery => ({
  path: "/hooks/claude-code",
  contentType: "application/json",
  json: { session_id: "s-1", ...fields },
});

/** What the hub has kept of a prompt and of a tool that was used. */
async function kept(captureContent: boolean): Promise<Recorder> {
  const started = await startTestHub({ captureContent });
  const prompt = hook({ hook_event_name: "UserPromptSubmit", prompt: planted.prompt });
  const stop = hook({ hook_event_name: "Stop", last_assistant_message: planted.answer });
  await deliver(started, [prompt, hook(used), stop]);
  const reader = openReader(started.data);
  const recorder = new Recorder();
  await recorder.write((await reader.query({ limit: 100 })).events);
  await reader.close();
  return recorder;
}

describe("what tools are given and give back", () => {
  test("is nowhere unless somebody asks for it", async () => {
    const recorder = await kept(false);
    expect(recorder.of("tool_called")[0]?.data.argumentsHash).toMatch(/^[0-9a-f]{16}$/);
    expect(plantedIn(JSON.stringify(recorder.events))).toEqual([]);
  });

  test("is kept with the event where it is asked for, without keys", async () => {
    const recorder = await kept(true);
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({
      arguments: '{"text":"a planted argument [redacted]"}',
      result: "a planted result [redacted]",
    });
    expect(plantedIn(JSON.stringify(recorder.events))).toEqual(["argument", "result"]);
  });

  test("is not even made to text where nobody wants a result", () => {
    let looks = 0;
    const tool_response = {
      toJSON() {
        looks += 1;
        return planted.result;
      },
    };
    new ClaudeCode().readHook({ ...used, tool_response });
    expect(looks).toBe(0);
    new ClaudeCode({ captureContent: true }).readHook({ ...used, tool_response });
    expect(looks).toBe(1);
  });
});
