import { type RunContext, tool } from "@openai/agents";
import { z } from "zod";
import { BrowserCrashedError } from "../errors.ts";
import type { Desk } from "../job.ts";
import { deskOf, tellModel } from "./desk.ts";

/** The runner's. */
export const runTests = tool({
  name: "run_tests",
  description: "Runs the tests of this part and gives back their log.",
  parameters: z.object({ browser: z.string() }),
  errorFunction: tellModel,
  async execute({ browser }, context?: RunContext<Desk>) {
    const { job, part } = deskOf(context);
    await job.pace.wait(3);
    if (job.story.browserCrashes && part.index === 0 && part.crashes === 0) {
      part.crashes += 1;
      throw new BrowserCrashedError(`${browser} closed its connection`);
    }
    if (part.crashes > 0 && part.runs === 0) tellRecovery(deskOf(context), browser);
    part.runs += 1;
    return part.runs > job.story.brokenRuns ? "3 passed, 0 failed" : failureLog(deskOf(context));
  },
});

/** The runner's. */
export const measureCoverage = tool({
  name: "measure_coverage",
  description: "Measures how much of the feature the tests reach.",
  parameters: z.object({}),
  errorFunction: tellModel,
  async execute(_input, context?: RunContext<Desk>) {
    const { job, part } = deskOf(context);
    await job.pace.wait(0.5);
    const value = job.random(`coverage ${part.index}`).between(70, 95) / 100;
    job.crowsnest.emit({ type: "measurement_recorded", data: { name: "branch_coverage", value, unit: "ratio" } });
    return `${value * 100} % of the branches are reached`;
  },
});

function tellRecovery({ job }: Desk, browser: string): void {
  const data = { failureType: "browser_crash", component: browser, recoveryAttempted: true, recoverySuccessful: true };
  job.crowsnest.emit({ type: "failure_recorded", data });
}

/** What a failing end-to-end test prints: one line for everything that it waited for. */
function failureLog({ job, part }: Desk): string {
  const line = `${job.feature}/${part.index}.spec.ts: expected the page to say "Thank you", but it says "Please wait" (retry %)\n`;
  const lines = Math.ceil(job.story.logChars / line.length);
  return `1 failed\n${Array.from({ length: lines }, (_, retry) => line.replace("%", String(retry))).join("")}`;
}
