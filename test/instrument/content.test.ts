import { expect, test } from "vitest";
import { startEmbedded } from "../support/embedded.ts";

/** Content that counts how often it is made to text. */
class Watched {
  looks = 0;

  toJSON(): string {
    this.looks += 1;
    return "content";
  }
}

async function looksWith(captureContent: boolean): Promise<Record<"prompt" | "answer" | "args" | "found", number>> {
  const { crowsnest } = await startEmbedded({ captureContent });
  const [prompt, answer, args, found] = [new Watched(), new Watched(), new Watched(), new Watched()];
  crowsnest.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5", input: prompt }, (call) => call.output(answer));
  crowsnest.toolCall({ agent: "scribe", tool: "read", arguments: args }, (call) => call.result(found));
  return { prompt: prompt.looks, answer: answer.looks, args: args.looks, found: found.looks };
}

test("content that nobody wants kept is not made to text, but for the hash of a tool's arguments", async () => {
  expect(await looksWith(false)).toEqual({ prompt: 0, answer: 0, args: 1, found: 0 });
  expect(await looksWith(true)).toEqual({ prompt: 1, answer: 1, args: 2, found: 1 });
});
