import { ProviderOverloadedError } from "./errors.ts";
import type { Job, Part } from "./job.ts";
import type { Role } from "./roles.ts";

/** What a model answers: calls of tools, a handoff, a last word, or nothing but an error. */
export type Move =
  | { readonly calls: readonly ToolUse[] }
  | { readonly handTo: Role }
  | { readonly say: string }
  | { readonly fail: Error };

export interface ToolUse {
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the models have to know that a real one would find out by thinking. */
export interface Scene {
  readonly job: Job;
  readonly part: Part;
  /** Which attempt at the task it is, counted from 1. */
  readonly attempt: number;
}

type Script = (scene: Scene) => Generator<Move, void, void>;

const use = (tool: string, input: Readonly<Record<string, unknown>>): Move => ({ calls: [{ tool, input }] });

/** The part that each agent's model plays, from the first request of a run to its last. */
export const scripts: { readonly [R in Role]: Script } = {
  *router({ job }) {
    const steps = ["write_test", "run_test"].flatMap((type) => job.parts.map((part) => ({ type, part: part.index })));
    yield { calls: [...steps, { type: "validate", part: 0 }].map((input) => ({ tool: "queue_task", input })) };
    yield { say: `Queued ${steps.length + 1} tasks for ${job.feature}.` };
  },

  *writer({ job, part, attempt }) {
    const random = job.random(`writer ${part.index}`);
    if (job.story.providerOverloaded && part.index === 0 && attempt === 1) {
      yield { fail: new ProviderOverloadedError("the provider has too much to do, try again later") };
    }
    yield use("find_template", { kind: random.pick(["form", "list", "wizard"]) });
    for (let version = 1; ; version++) {
      yield use("write_test", { path: `tests/${job.feature}/${part.index}.spec.ts`, cases: random.between(2, 6), version });
      // Thinking twice about a detail is what makes two seeds differ.
      if (random.next() < 0.4) yield use("find_template", { kind: "assertion" });
      yield { handTo: "critic" };
    }
  },

  *critic({ job, part }) {
    for (let round = 1; round <= job.story.rejections; round++) {
      yield use("give_verdict", {
        approved: false,
        reasons: ["waits for a clock instead of the page", "asserts nothing after the click"],
      });
      yield { handTo: "writer" };
    }
    const confidence = job.random(`critic ${part.index}`).between(80, 98) / 100;
    yield use("give_verdict", { approved: true, reasons: ["every assertion names a behaviour"], confidence });
    yield { say: "Approved." };
  },

  *runner({ job, part }) {
    if (job.story.browserCrashes && part.index === 0) yield use("run_tests", { browser: "chromium" });
    for (let run = 0; ; run++) {
      yield use("run_tests", { browser: "chromium" });
      if (run >= job.story.brokenRuns) break;
      yield { handTo: "fixer" };
    }
    yield use("measure_coverage", {});
    yield { say: "All green." };
  },

  *fixer() {
    for (let fix = 1; fix <= 2; fix++) {
      yield use("diagnose", { suspects: ["the selector", "a race", "the product"] });
      yield use("apply_patch", { fix });
      yield { handTo: "runner" };
    }
    yield use("ask_person", { question: "Two patches did not help. Is the product wrong, or the test?" });
    yield { say: NEEDS_PERSON };
  },

  *validator({ job, part, attempt }) {
    const random = job.random(`validator ${part.index}`);
    yield use("look_in_browser", { steps: random.between(3, 8), attempt });
    if (random.next() < 0.3) yield use("look_in_browser", { steps: 2, attempt });
    yield { say: job.story.failsValidation && attempt === 1 ? NOT_ACCEPTED : "Accepted." };
  },
};

export const NEEDS_PERSON = "A person has to look at this.";
export const NOT_ACCEPTED = "Not accepted.";
