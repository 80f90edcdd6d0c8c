import { type RunContext, tool } from "@openai/agents";
import { z } from "zod";
import type { Desk } from "../job.ts";
import { deskOf, tellModel } from "./desk.ts";

/** The fixer's. */
export const diagnose = tool({
  name: "diagnose",
  description: "Finds out which of the suspects it was.",
  parameters: z.object({ suspects: z.array(z.string()) }),
  errorFunction: tellModel,
  execute({ suspects }, context?: RunContext<Desk>) {
    const { job, part } = deskOf(context);
    const random = job.random(`diagnosis ${part.index} ${part.fixes}`);
    return job.crowsnest.decision({ type: "diagnosis", options: suspects }, async (decision) => {
      await job.pace.wait(1.5);
      const [suspect = "nothing"] = random.shuffle(suspects);
      return decision.choose(suspect, { confidence: random.between(40, 90) / 100, reasoning: "it is named in the log" });
    });
  },
});

/** The fixer's. */
export const applyPatch = tool({
  name: "apply_patch",
  description: "Changes the test or the product.",
  parameters: z.object({ fix: z.number() }),
  errorFunction: tellModel,
  async execute({ fix }, context?: RunContext<Desk>) {
    const { job, part } = deskOf(context);
    await job.crowsnest.skill({ skill: "patching", runId: job.id, journey: "cover_feature" }, () => job.pace.wait(1));
    part.fixes += 1;
    return `patch ${fix} is applied`;
  },
});

/** The fixer's last resort. */
export const askPerson = tool({
  name: "ask_person",
  description: "Asks a person to look at it.",
  parameters: z.object({ question: z.string() }),
  errorFunction: tellModel,
  async execute({ question }, context?: RunContext<Desk>) {
    const { job, part } = deskOf(context);
    await job.pace.wait(0.5);
    const data = { priority: "high" as const, reason: question, attempts: part.fixes, lastError: "the page says Please wait" };
    job.crowsnest.emit({ type: "hitl_escalated", data });
    return "somebody will look at it";
  },
});
