import { assign } from "./assign.ts";
import { isPassing, NeedsPersonError, NotAcceptedError } from "./errors.ts";
import { type Job, type Part, PROJECT } from "./job.ts";
import { perform } from "./perform.ts";
import { NEEDS_PERSON, NOT_ACCEPTED } from "./scripts.ts";
import { type TaskType, taskOf } from "./tasks.ts";
import { tokensOf } from "./tokens.ts";
import { secondsSince } from "./workbench.ts";

/** How often a task is tried at most. */
const MAX_ATTEMPTS = 2;

/** One order from its arrival to tests that run and a feature that was looked at, or to the point where somebody gives up. */
export async function coverFeature(job: Job): Promise<void> {
  const { crowsnest, id } = job;
  const ids = { featureId: `feature-${job.feature.replaceAll(" ", "-")}`, projectId: PROJECT, sessionId: id };
  const startedAt = performance.now();
  const tellJourney = (outcome: "success" | "failure") =>
    crowsnest.emit({
      type: "journey_executed",
      workflowId: id,
      ...ids,
      data: { journey: "cover_feature", outcome, durationSeconds: secondsSince(startedAt), runId: id },
    });
  try {
    await crowsnest.workflow({ name: "cover_feature", id, ...ids }, async (workflow) => {
      await readBrief(job);
      await perform(job, onlyPart(job), "router", orderOf(job), 1);
      workflow.step("planned", { index: 0, count: 4, progress: 0.1 });
      await crowsnest.milestone({ type: "tests_written", name: `Tests for ${job.feature}` }, () => writeTests(job));
      workflow.step("written", { index: 1, count: 4, progress: 0.4 });
      await crowsnest.milestone({ type: "tests_green" }, () => runTests(job));
      workflow.step("green", { index: 2, count: 4, progress: 0.8 });
      await crowsnest.milestone({ type: "accepted" }, () => validate(job));
      workflow.step("accepted", { index: 3, count: 4, progress: 1 });
    });
    tellJourney("success");
  } catch (error) {
    tellJourney("failure");
    throw error;
  } finally {
    await job.workbench.discard(id);
  }
}

/** The writer starts every feature with nothing in its context but what the team agreed on. */
async function readBrief(job: Job): Promise<void> {
  const startedAt = performance.now();
  const brief = await job.workbench.load("brief");
  const data = { durationSeconds: secondsSince(startedAt), tokens: tokensOf(brief), items: 1 };
  job.crowsnest.emit({ type: "context_refreshed", agent: "writer", data });
}

/** The parts are written side by side. */
async function writeTests(job: Job): Promise<void> {
  if (job.parts.length > 1) {
    const tasks = job.parts.map((part) => taskOf(job, "write_test", part.index).taskId);
    const data = { pattern: "parallel" as const, agents: ["writer", "critic"], tasks };
    job.crowsnest.emit({ type: "agents_coordinated", data });
  }
  const written = await Promise.allSettled(job.parts.map((part) => work(job, part, "write_test", orderOf(job))));
  const failed = written.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  await job.workbench.save(job.id, { feature: job.feature, parts: job.parts });
}

/** There is one browser, so the parts run one after the other. */
async function runTests(job: Job): Promise<void> {
  await job.workbench.load(job.id);
  for (const part of job.parts) {
    await work(job, part, "run_test", `Run the tests of ${job.feature}, ${part.name}.`);
  }
  await job.workbench.save(job.id, { feature: job.feature, parts: job.parts, green: true });
}

async function validate(job: Job): Promise<void> {
  await work(job, onlyPart(job), "validate", `Look at ${job.feature} as a customer would.`);
}

/** One task: given to somebody, done, and tried again where that may help. */
async function work(job: Job, part: Part, type: TaskType, order: string): Promise<void> {
  const task = taskOf(job, type, part.index);
  return assign(job, task, (agent) =>
    job.crowsnest.task({ id: task.taskId, agent, type, name: task.name }, async (handle) => {
      for (let attempt = 1; ; attempt++) {
        try {
          handle.progress(0.1, { step: `attempt ${attempt}` });
          const lastWord = await perform(job, part, agent, order, attempt);
          if (lastWord === NEEDS_PERSON) throw new NeedsPersonError(`${job.feature} fails after ${part.fixes} fixes`);
          if (lastWord === NOT_ACCEPTED) throw new NotAcceptedError(`${job.feature} does not do what it should`);
          return handle.progress(1, { step: type });
        } catch (error) {
          if (!isPassing(error) || attempt >= MAX_ATTEMPTS) throw error;
          handle.retry(error.message);
          await job.pace.wait(3);
        }
      }
    }),
  );
}

function orderOf(job: Job): string {
  const order = `Cover ${job.feature} with end-to-end tests: ${job.parts.map(({ name }) => name).join(", ")}.`;
  return job.story.holdsSecret ? `${order} Log in with password: hunter2` : order;
}

function onlyPart({ parts }: Job): Part {
  const [first] = parts;
  if (first === undefined) throw new Error("a job has at least one part");
  return first;
}
