import { Runner } from "@openai/agents";
import type { Job, Part } from "./job.ts";
import { models } from "./prices.ts";
import type { Role } from "./roles.ts";
import { ScriptedProvider } from "./scripted-model.ts";
import { team } from "./team.ts";

/** Most turns that one run takes before it is given up. */
const MAX_TURNS = 40;

/** Lets an agent of the team work until it, or whoever it handed over to, has a last word. */
export async function perform(job: Job, part: Part, agent: Role, order: string, attempt: number): Promise<string> {
  const model = await chooseModel(job, agent, attempt);
  const runner = new Runner({
    model,
    modelProvider: new ScriptedProvider({ job, part, attempt }),
    workflowName: "cover_feature",
    groupId: job.id,
  });
  const { finalOutput } = await runner.run(team[agent], order, {
    context: { job, part },
    maxTurns: MAX_TURNS,
    signal: job.pace.signal,
  });
  return String(finalOutput);
}

/** What is hard, or did not work the first time, gets the stronger model. */
function chooseModel(job: Job, agent: Role, attempt: number): Promise<string> {
  const options = Object.values(models);
  return job.crowsnest.decision({ agent: "router", type: "model_routing", options }, async (decision) => {
    await job.pace.wait(0.2);
    if (attempt > 1) return decision.choose(models.strong, { confidence: 0.9, reasoning: "the first attempt did not work" });
    if (agent === "runner") return decision.choose(models.strong, { confidence: 0.7, reasoning: "logs are hard to read" });
    return decision.choose(models.usual, { confidence: 0.95, reasoning: "a usual task" });
  });
}
