import { messageOf } from "../bus/trouble.ts";
import { isUsedUp } from "../folds/budget-ledger.ts";
import type { FleetState } from "../folds/fleet-state.ts";

/** From which share of its limit on an agent's context makes the fleet degraded. */
const CONTEXT_DEGRADED_RATIO = 0.9;
/** How long a context that nobody tells of any more counts. */
const CONTEXT_MEMORY_MILLIS = 900_000;
/** How long lost events keep the fleet degraded. */
const LOSS_MEMORY_MILLIS = 300_000;

export type ComponentStatus = "up" | "degraded" | "down";

/** A part of Crowsnest that can be asked how it is. */
export interface Component {
  readonly name: string;
  check(): { readonly status: ComponentStatus; readonly reason?: string };
}

/** The answer of `/health`. */
export interface Health {
  readonly status: "healthy" | "degraded" | "unhealthy";
  /** Why it is not healthy; empty where it is. */
  readonly reasons: readonly string[];
  readonly mode: "embedded" | "hub";
  readonly service: string;
  readonly version: string;
  /** Agents that have a run or a task right now. */
  readonly current_agents: readonly string[];
  readonly uptime_seconds: number;
  readonly errors_last_hour: number;
  readonly memory_usage_mb: number;
  readonly context_health: ContextHealth;
  readonly components: Readonly<Record<string, { readonly status: ComponentStatus; readonly reason?: string }>>;
}

/** The agent whose context is fullest; `unknown` where no agent's limit is known. */
export type ContextHealth =
  | { readonly status: "unknown" }
  | { readonly status: "ok" | "near_limit" | "over_limit"; readonly agent: string; readonly used_ratio: number };

export interface HealthInput {
  readonly mode: "embedded" | "hub";
  readonly service: string;
  readonly version: string;
  readonly state: FleetState;
  readonly components: readonly Component[];
  readonly startedUnixMillis: number;
  /** When an event was last lost, and how many since the start. */
  readonly losses: { readonly lastUnixMillis: number; readonly count: number };
}

/**
 * Judges how things are. Unhealthy (503) is only what a restart or a person must mend: a component that is down. What works with
 * less than it should is degraded, and says why. Being idle is neither.
 */
export function assessHealth(input: HealthInput, nowMillis: number = Date.now()): Health {
  const components = Object.fromEntries(input.components.map((component) => [component.name, ask(component)]));
  const context = contextHealth(input.state, nowMillis);
  const down = Object.entries(components).filter(([, { status }]) => status === "down");
  const degraded = Object.entries(components).filter(([, { status }]) => status === "degraded");
  const worries = [
    ...degraded.map(describe),
    ...contextWorry(context),
    ...lossWorry(input.losses, nowMillis),
    ...budgetWorries(input.state, nowMillis),
  ];
  return {
    status: down.length > 0 ? "unhealthy" : worries.length > 0 ? "degraded" : "healthy",
    reasons: [...down.map(describe), ...worries],
    mode: input.mode,
    service: input.service,
    version: input.version,
    current_agents: input.state.roster.active,
    uptime_seconds: Math.round((nowMillis - input.startedUnixMillis) / 100) / 10,
    errors_last_hour: input.state.errors.inLastHour(nowMillis),
    memory_usage_mb: Math.round(process.memoryUsage.rss() / 104_857.6) / 10,
    context_health: context,
    components,
  };
}

function ask(component: Component): ReturnType<Component["check"]> {
  try {
    return component.check();
  } catch (error) {
    return { status: "down", reason: messageOf(error) };
  }
}

function contextHealth(state: FleetState, nowMillis: number): ContextHealth {
  const fullest = state.contexts.fullestSince(nowMillis - CONTEXT_MEMORY_MILLIS);
  if (fullest === undefined) return { status: "unknown" };
  const { agent, ratio } = fullest;
  const status = ratio >= 1 ? "over_limit" : ratio >= CONTEXT_DEGRADED_RATIO ? "near_limit" : "ok";
  return { status, agent, used_ratio: Math.round(ratio * 1_000) / 1_000 };
}

function contextWorry(context: ContextHealth): string[] {
  if (context.status === "unknown" || context.status === "ok") return [];
  return [`the context of ${context.agent} is ${Math.round(context.used_ratio * 100)} % full`];
}

function lossWorry({ lastUnixMillis, count }: HealthInput["losses"], nowMillis: number): string[] {
  if (count === 0 || nowMillis - lastUnixMillis > LOSS_MEMORY_MILLIS) return [];
  return [`events were lost within the last 5 minutes (${count} since the start)`];
}

function budgetWorries(state: FleetState, nowMillis: number): string[] {
  return [...state.budgets.all()]
    .filter((budget) => isUsedUp(budget, nowMillis))
    .map(
      ({ scope, spentUsd, limitUsd }) =>
        `the budget of ${scope} is used up: ${spentUsd.toFixed(2)} of ${limitUsd.toFixed(2)} US dollars`,
    );
}

function describe([name, { reason }]: [string, { readonly reason?: string }]): string {
  return reason === undefined ? name : `${name}: ${reason}`;
}
