import { type RunContext, tool } from "@openai/agents";
import { z } from "zod";
import type { Desk } from "../job.ts";
import { deskOf, tellModel } from "./desk.ts";

/** The validator's. */
export const lookInBrowser = tool({
  name: "look_in_browser",
  description: "Walks through the feature in a browser and takes a screenshot of every step.",
  parameters: z.object({ steps: z.number(), attempt: z.number() }),
  errorFunction: tellModel,
  execute({ steps, attempt }, context?: RunContext<Desk>) {
    const { job } = deskOf(context);
    return job.crowsnest.validation({ name: job.feature }, async (validation) => {
      await job.pace.wait(2);
      const found = { screenshots: steps, costUsd: steps * 0.0002 };
      if (job.story.failsValidation && attempt === 1) {
        validation.failed({ ...found, findings: ["the second step shows an empty page"] });
        return "step 2 is empty";
      }
      validation.passed(found);
      return `all ${steps} steps look right`;
    });
  },
});
