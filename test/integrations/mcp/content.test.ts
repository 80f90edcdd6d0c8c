import { instrumentMcp } from "crowsnest/mcp";
import { describe, expect, test } from "vitest";
import { startEmbedded } from "../../support/embedded.ts";
import { planted, plantedIn } from "../../support/planted.ts";
import { rememberSpans } from "../spans.ts";
import { parties } from "./meeting.ts";
import { type Version, versions } from "./parties.ts";

/** A call of a tool that is told by one side, and of one that is told by the other. */
async function work(version: Version, captureContent: boolean) {
  const spans = rememberSpans();
  const { crowsnest, recorder, settle } = await startEmbedded({ traces: true, captureContent });
  for (const side of ["client", "server"] as const) {
    const both = parties(version, { grep: async () => planted.result });
    instrumentMcp(crowsnest, side === "client" ? both.client.peer : both.server);
    await both.meet();
    await both.client.call("grep", planted.argument);
  }
  await settle();
  return { recorder, spans };
}

describe.each(versions)("what tools are given and give back (%s)", (version) => {
  test("is nowhere unless somebody asks for it", async () => {
    const { recorder, spans } = await work(version, false);
    expect(recorder.of("tool_called")).toHaveLength(2);
    expect(plantedIn(JSON.stringify(recorder.events))).toEqual([]);
    expect(plantedIn(await spans.text())).toEqual([]);
  });

  test("is kept with the event where it is asked for, without keys", async () => {
    const { recorder, spans } = await work(version, true);
    expect(recorder.of("tool_called")).toHaveLength(2);
    for (const { data } of recorder.of("tool_called")) {
      expect(data).toMatchObject({
        arguments: '{"text":"a planted argument [redacted]"}',
        result: '[{"type":"text","text":"a planted result [redacted]"}]',
      });
    }
    plantedIn(JSON.stringify(recorder.events));
    expect(plantedIn(await spans.text())).toEqual([]);
  });
});
