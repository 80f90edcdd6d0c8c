import { Runner } from "@openai/agents";
import { createJob, type Job } from "./job.ts";
import { models } from "./prices.ts";
import { ScriptedProvider } from "./scripted-model.ts";
import { smooth } from "./stories.ts";
import { team } from "./team.ts";

/** The tests of what is finished, run now and then. There is no call of Crowsnest in here: what shows is what the SDK tells. */
export async function smokeTest(beside: Job): Promise<void> {
  const job = { ...createJob(beside, beside.number), story: smooth };
  const [part] = job.parts;
  if (part === undefined) return;
  const modelProvider = new ScriptedProvider({ job, part, attempt: 1 });
  const runner = new Runner({ model: models.own, modelProvider, workflowName: "smoke_test" });
  await runner.run(team.runner, "Run the smoke tests.", { context: { job, part }, signal: job.pace.signal });
}
