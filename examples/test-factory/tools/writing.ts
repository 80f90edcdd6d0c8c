import { type RunContext, tool } from "@openai/agents";
import { z } from "zod";
import type { Desk } from "../job.ts";
import { deskOf, tellModel } from "./desk.ts";

/** Templates that somebody has looked up before. */
const known = new Set<string>();
const MAX_KNOWN = 3;

/** The writer's: finds a template, which takes long the first time. */
export const findTemplate = tool({
  name: "find_template",
  description: "Finds a test that can be copied from.",
  parameters: z.object({ kind: z.string() }),
  errorFunction: tellModel,
  execute({ kind }, context?: RunContext<Desk>) {
    const { job } = deskOf(context);
    const params = { kind };
    return job.crowsnest.skill({ skill: "test_templates", params, runId: job.id, journey: "cover_feature" }, async (skill) => {
      skill.cache(known.has(kind));
      await job.pace.wait(known.has(kind) ? 0.2 : 1);
      if (known.size >= MAX_KNOWN) known.clear();
      known.add(kind);
      skill.result({ template: `${kind}.spec.ts` });
      return `test("${kind}", async ({ page }) => { await page.goto("/"); /* … */ });`;
    });
  },
});

/** The writer's: puts a test on the workbench. */
export const writeTest = tool({
  name: "write_test",
  description: "Writes a test, or a new version of it.",
  parameters: z.object({ path: z.string(), cases: z.number(), version: z.number() }),
  errorFunction: tellModel,
  async execute({ path, cases, version }, context?: RunContext<Desk>) {
    const { job } = deskOf(context);
    // Whose decision it is follows from the run around this tool.
    await job.crowsnest.decision({ type: "test_strategy", options: ["happy path", "mistakes", "both"] }, async (decision) => {
      await job.pace.wait(0.5);
      decision.choose(cases > 3 ? "both" : "happy path", {
        confidence: 0.6 + cases / 20,
        reasoning: `${cases} cases are worth it`,
      });
    });
    await job.pace.wait(1);
    return `${path} has ${cases} cases (version ${version}).`;
  },
});

/** The critic's. */
export const giveVerdict = tool({
  name: "give_verdict",
  description: "Approves a test or sends it back.",
  parameters: z.object({ approved: z.boolean(), reasons: z.array(z.string()), confidence: z.number().optional() }),
  errorFunction: tellModel,
  async execute({ approved, reasons, confidence = 0.75 }, context?: RunContext<Desk>) {
    const { job, part } = deskOf(context);
    await job.crowsnest.decision({ type: "approval", options: ["approve", "reject"] }, async (decision) => {
      await job.pace.wait(1);
      decision.choose(approved ? "approve" : "reject", { confidence, reasoning: reasons.join("; ") });
    });
    const data = {
      outcome: approved ? ("approved" as const) : ("rejected" as const),
      subject: `${job.feature}, ${part.name}`,
      reasons,
    };
    job.crowsnest.emit({ type: "review_completed", data });
    return approved ? "noted as approved" : "noted as rejected";
  },
});
