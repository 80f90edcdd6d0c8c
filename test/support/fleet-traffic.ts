import type { EventInput } from "../../src/events/types.ts";

/** What is open of one kind, and how it ends. */
interface Open {
  readonly end: () => EventInput;
}

const AGENTS = ["scribe", "critic", "planner", "runner", "tester"];
/** Most pieces of work that one client has open at once. */
const MAX_OPEN = 40;

/**
 * The events of one client of many, as a fleet at work sends them: work that begins and ends, now and then out of order or never,
 * contexts that fill, money that is set and spent. The same seed makes the same events, but for their times.
 */
export class FleetTraffic {
  readonly #client: number;
  readonly #random: () => number;
  #sequence = 0;
  readonly #open: Open[] = [];

  constructor(client: number, seed = client + 1) {
    this.#client = client;
    this.#random = randomFrom(seed);
  }

  next(count: number): EventInput[] {
    return Array.from({ length: count }, () => this.#complete(this.#input()));
  }

  /** The id of the client's nth event, counted from 1. */
  static idOf(client: number, sequence: number): string {
    return `client-${client}-${sequence}`;
  }

  #complete(input: EventInput): EventInput {
    this.#sequence += 1;
    const envelope = {
      id: FleetTraffic.idOf(this.#client, this.#sequence),
      // Events of one process are told a little out of order.
      timeUnixMillis: Date.now() - Math.floor(this.#random() * 50),
      source: `service-${this.#client % 3}`,
    };
    return { ...envelope, ...input } as EventInput;
  }

  #input(): EventInput {
    // Less often than work begins, so that there is always some of each kind.
    const ends = this.#open.length > MAX_OPEN || (this.#open.length > 0 && this.#random() < 0.1);
    if (ends) return (this.#open.splice(Math.floor(this.#random() * this.#open.length), 1)[0] as Open).end();
    return this.#pick(this.#kinds)();
  }

  readonly #kinds: readonly (() => EventInput)[] = [
    () => {
      const operationId = this.#id("handoff");
      const data = { fromAgent: this.#agent(), toAgent: this.#agent() };
      this.#open.push({ end: () => ({ type: "handoff_completed", operationId, data: { ...data, ...this.#ended() } }) });
      return { type: "handoff_started", operationId, data };
    },
    () => ({ type: "task_queued", taskId: this.#id("task"), data: { taskType: "write", priority: "high" } }),
    () => {
      const [taskId, agent, taskType] = [this.#id("task"), this.#agent(), "write"];
      const { durationSeconds } = this.#ended();
      this.#open.push({
        end: () =>
          this.#random() < 0.8
            ? { type: "task_completed", taskId, agent, data: { taskType, durationSeconds } }
            : { type: "task_failed", taskId, agent, data: { taskType, durationSeconds, outcome: "timeout" } },
      });
      return { type: "task_assigned", taskId, agent, data: { taskType } };
    },
    () => {
      const ids = { agent: this.#agent(), operationId: this.#id("run") };
      this.#open.push({ end: () => ({ type: "agent_completed", ...ids, data: this.#ended() }) });
      return { type: "agent_started", ...ids, data: { role: this.#pick(["writer", "reader"]) } };
    },
    () => {
      const [workflowId, name] = [this.#id("workflow"), this.#pick(["checkout", "returns"])];
      const { durationSeconds } = this.#ended();
      this.#open.push({ end: () => ({ type: "workflow_completed", workflowId, data: { name, durationSeconds } }) });
      this.#workflow = workflowId;
      return { type: "workflow_started", workflowId, data: { name } };
    },
    () => ({
      type: "context_updated",
      agent: this.#agent(),
      data: { tokens: this.#count(10_000), items: this.#count(50), limitTokens: 12_000 },
    }),
    () => ({ type: "context_compacted", agent: this.#agent(), data: { tokensBefore: 9_000, tokensAfter: this.#count(2_000) } }),
    () => ({ type: "budget_set", data: { kind: "day", limitUsd: 1 + this.#count(1_000) } }),
    () => ({ type: "budget_set", data: { kind: "agent", name: this.#agent(), limitUsd: 1 + this.#count(100) } }),
    () => ({ type: "budget_set", data: { kind: "workflow", name: "checkout", limitUsd: 1 + this.#count(100) } }),
    () => ({
      type: "model_called",
      agent: this.#agent(),
      ...(this.#workflow === undefined ? {} : { workflowId: this.#workflow }),
      // Halves of cents that binary has exactly, so that sums do not hang on the order.
      data: { provider: "p", model: "m", ...this.#ended(), inputTokens: this.#count(900), costUsd: this.#count(8) / 64 },
    }),
    () => ({
      type: "usage_reported",
      agent: this.#agent(),
      data: { provider: "p", model: "m", inputTokens: this.#count(900), costUsd: this.#count(8) / 64 },
    }),
    () => ({ type: "error_raised", agent: this.#agent(), data: { errorType: "TimeoutError" } }),
    () => ({ type: "state_saved", data: { sizeBytes: this.#count(100_000) } }),
    () => ({ type: "agent_heartbeat", agent: this.#agent(), data: { status: "busy" } }),
    () => {
      const milestone = { milestoneType: this.#pick(["signup", "first_order"]), milestoneId: this.#id("milestone") };
      this.#open.push({
        end: () =>
          this.#random() < 0.8
            ? { type: "milestone_completed", data: { ...milestone, durationSeconds: this.#count(100) / 64 } }
            : { type: "milestone_failed", data: { ...milestone, durationSeconds: this.#count(100) / 64, outcome: "failure" } },
      });
      return { type: "milestone_started", data: milestone };
    },
    () => ({ type: "journey_executed", data: { journey: this.#pick(["checkout", "returns"]), ...this.#ended() } }),
    () => ({
      type: "skill_invoked",
      agent: this.#agent(),
      data: { skill: this.#pick(["search", "write"]), cacheHit: this.#random() < 0.3, ...this.#ended() },
    }),
    () => ({ type: "validation_completed", data: { outcome: this.#random() < 0.7 ? "passed" : "failed" } }),
    () => ({ type: "review_completed", agent: "critic", data: { outcome: this.#random() < 0.7 ? "approved" : "rejected" } }),
    () => ({
      type: "decision_made",
      agent: this.#agent(),
      data: { decisionType: "approval", choice: "approve", confidenceRatio: this.#count(64) / 64 },
    }),
    () => ({ type: "agents_coordinated", data: { pattern: "parallel", agents: [this.#agent(), this.#agent()] } }),
    () => ({
      type: "step_progressed",
      data: { step: this.#pick(["read", "write", "check"]), runId: this.#workflow ?? "run", progressRatio: this.#count(64) / 64 },
    }),
    () => ({ type: "project_created", projectId: this.#id("project"), data: { name: "shop" } }),
    () => ({ type: "feature_created", featureId: this.#id("feature"), data: { name: "basket", status: "open" } }),
  ];
  #workflow: string | undefined;

  #ended(): { outcome: "success" | "failure"; durationSeconds: number } {
    return { outcome: this.#random() < 0.9 ? "success" : "failure", durationSeconds: this.#count(100) / 1_000 };
  }

  #agent(): string {
    return this.#pick(AGENTS);
  }

  #id(kind: string): string {
    return `${kind}-${this.#client}-${this.#sequence}`;
  }

  #count(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#count(values.length)] as T;
  }
}

/** Numbers from 0 to 1 that follow from a seed (the generator called mulberry32, which is in the public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
