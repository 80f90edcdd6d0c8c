import { Agent, handoff, type InputGuardrail } from "@openai/agents";
import { compactHistory } from "./compaction.ts";
import type { Desk } from "./job.ts";
import { type Role, roles } from "./roles.ts";
import { applyPatch, askPerson, diagnose } from "./tools/fixing.ts";
import { queueTask } from "./tools/planning.ts";
import { measureCoverage, runTests } from "./tools/running.ts";
import { lookInBrowser } from "./tools/validating.ts";
import { findTemplate, giveVerdict, writeTest } from "./tools/writing.ts";

/** No agent gets to see a password; an order that holds one is refused before a model reads it. */
const noSecrets: InputGuardrail = {
  name: "no_secrets",
  runInParallel: false,
  async execute({ input }) {
    const found = /password\s*[:=]/i.test(JSON.stringify(input));
    return { tripwireTriggered: found, outputInfo: { found } };
  },
};

const router = new Agent<Desk>({
  name: "router",
  instructions: roles.router.instructions,
  tools: [queueTask],
  inputGuardrails: [noSecrets],
});
const writer = new Agent<Desk>({ name: "writer", instructions: roles.writer.instructions, tools: [findTemplate, writeTest] });
const critic = new Agent<Desk>({ name: "critic", instructions: roles.critic.instructions, tools: [giveVerdict] });
const runner = new Agent<Desk>({ name: "runner", instructions: roles.runner.instructions, tools: [runTests, measureCoverage] });
const fixer = new Agent<Desk>({
  name: "fixer",
  instructions: roles.fixer.instructions,
  tools: [diagnose, applyPatch, askPerson],
});
const validator = new Agent<Desk>({ name: "validator", instructions: roles.validator.instructions, tools: [lookInBrowser] });

// Work goes both ways, so neither can be declared with the other.
writer.handoffs.push(critic);
critic.handoffs.push(writer);
runner.handoffs.push(fixer);
fixer.handoffs.push(handoff(runner, { inputFilter: compactHistory }));

export const team: { readonly [R in Role]: Agent<Desk> } = { router, writer, critic, runner, fixer, validator };
