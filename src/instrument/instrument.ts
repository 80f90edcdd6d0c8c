import type { Tracer } from "@opentelemetry/api";
import type { Correlation } from "../events/envelope.ts";
import type { AgentEvent, EventData, EventType } from "../events/types.ts";
import { uuidv7 } from "../events/uuid.ts";
import type { PricedCall } from "../prices/usage.ts";
import { AssignedTasks } from "./assigned-tasks.ts";
import type { BudgetGuard } from "./budget-guard.ts";
import type { ReportFault } from "./faults.ts";
import { surroundingsWithin } from "./followers.ts";
import { ReportedError } from "./reported-error.ts";
import { RunningWork } from "./running-work.ts";
import type { Scope } from "./scope.ts";
import { chooseCarrier, type ScopeCarrier } from "./scope-carrier.ts";
import { toldByFramework, toldByWrapper } from "./told-inside.ts";

export interface InstrumentOptions {
  /** The service's name. */
  readonly source: string;
  /** Measure processor time and memory of whatever takes time. */
  readonly resources: boolean;
  /** Keep what models and tools are given and give back. @default false */
  readonly captureContent?: boolean;
}

export interface InstrumentDependencies {
  /** Takes a complete event; never throws. */
  readonly publish: (event: AgentEvent) => void;
  /** Opens spans; undefined where traces are switched off. */
  readonly tracer: Tracer | undefined;
  /** What carries the scope along. @default the one for this process as it is now */
  readonly carrier?: ScopeCarrier | undefined;
  readonly report: ReportFault;
  readonly budgets: BudgetGuard;
  /** Takes secrets out of what goes on a span; events are redacted where they are published. @default nothing is taken out */
  readonly redact?: (text: string) => string;
  /** What a model call cost, in US dollars, whose caller did not say so; undefined where that is not known. @default not known */
  readonly price?: PriceCall | undefined;
}

/** Works out what a call cost from what it used. Never throws. */
export type PriceCall = (call: PricedCall, timeUnixMillis: number) => number | undefined;

/** What every wrapper stands on: where events go, who opens spans, and what was seen already. */
export class Instrument {
  readonly source: string;
  readonly resources: boolean;
  readonly tracer: Tracer | undefined;
  readonly report: ReportFault;
  readonly budgets: BudgetGuard;
  readonly price: PriceCall | undefined;
  readonly redact: (text: string) => string;
  readonly captureContent: boolean;
  readonly carrier: ScopeCarrier;
  /** Pieces of work of this process that have not ended. */
  readonly running = new RunningWork();
  readonly assignedTasks = new AssignedTasks();
  readonly #publish: (event: AgentEvent) => void;
  readonly #toldErrors = new WeakSet<object>();

  constructor(options: InstrumentOptions, dependencies: InstrumentDependencies) {
    this.source = options.source;
    this.resources = options.resources;
    this.tracer = dependencies.tracer;
    this.report = dependencies.report;
    this.budgets = dependencies.budgets;
    this.price = dependencies.price;
    this.redact = dependencies.redact ?? ((text) => text);
    this.captureContent = options.captureContent ?? false;
    this.carrier = dependencies.carrier ?? chooseCarrier(dependencies.tracer !== undefined);
    this.#publish = dependencies.publish;
  }

  /** Publishes what a wrapper knows to be right; `where` gives the names and ids. */
  send<T extends EventType>(type: T, data: EventData<T>, where: Correlation): void {
    const now = Date.now();
    // Spelt out, in one order: every event then has one shape, which is what keeps the taps fast.
    this.#publish({
      id: uuidv7(now),
      type,
      timeUnixMillis: now,
      source: this.source,
      agent: where.agent,
      agentId: where.agentId,
      sessionId: where.sessionId,
      workflowId: where.workflowId,
      taskId: where.taskId,
      featureId: where.featureId,
      projectId: where.projectId,
      operationId: where.operationId,
      traceId: where.traceId,
      spanId: where.spanId,
      data,
    } as AgentEvent);
  }

  /** Publishes an event that was checked elsewhere. */
  sendAsIs(event: AgentEvent): void {
    this.#publish(event);
  }

  /** The names and ids that hold where the caller stands. */
  get scope(): Scope {
    const entered = this.carrier.current();
    return surroundingsWithin(entered)?.scope ?? entered;
  }

  /**
   * True the first time that an error is seen: it passes every wrapper on its way out, and is one error all the same.
   *
   * @param scope of the work that it passes
   */
  isNewError(error: unknown, scope: Scope): boolean {
    if (error instanceof ReportedError) {
      return error.isNews && this.#isUnseen(error) && !toldByWrapper.has(scope) && !toldByFramework.has(scope);
    }
    toldByWrapper.add(this.scope);
    return this.#isUnseen(error) && !toldByFramework.has(scope);
  }

  #isUnseen(error: unknown): boolean {
    if (typeof error !== "object" || error === null) return true;
    if (this.#toldErrors.has(error)) return false;
    this.#toldErrors.add(error);
    return true;
  }
}
