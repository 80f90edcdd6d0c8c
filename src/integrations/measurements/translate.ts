import type { AgentEvent, EventInput } from "../../events/types.ts";
import type { Restorable } from "../../folds/restorable.ts";
import { claudeCodeMetrics } from "../claude-code/metrics.ts";
import { clip } from "../clip.ts";
import { genAiMappings } from "./gen-ai.ts";
import { keyOf, LatestValues } from "./latest-values.ts";
import type { Mapping, Said } from "./mapping.ts";
import type { Point } from "./point.ts";
import { Tellers } from "./tellers.ts";

const mappings: ReadonlyMap<string, Mapping> = new Map(Object.entries({ ...genAiMappings, ...claudeCodeMetrics }));

/** What stands on an event that was told from a series of all since its start: where the series stood. */
const STOOD_AT = "crowsnest.cumulative.value";
const STOOD_AT_COUNT = "crowsnest.cumulative.count";

interface Saved {
  readonly latest: ReturnType<LatestValues["save"]>;
  readonly ofCalls: ReturnType<Tellers["save"]>;
  readonly ofUsage: ReturnType<Tellers["save"]>;
}

/**
 * Turns points of metrics into events. Tokens and costs are told only for services and sessions that do not tell of their single model
 * calls: those count them already.
 */
export class PointTranslator implements Restorable<Saved> {
  readonly #latest: LatestValues;
  /** Who tells of single model calls, by spans, logs or events: their tokens and costs are counted there. */
  readonly #ofCalls = new Tellers();
  /** Whose tokens and costs metrics have told. */
  readonly #ofUsage = new Tellers();

  constructor(startedUnixMillis: number = Date.now()) {
    this.#latest = new LatestValues(startedUnixMillis);
  }

  save(): Saved {
    return { latest: this.#latest.save(), ofCalls: this.#ofCalls.save(), ofUsage: this.#ofUsage.save() };
  }

  restore({ latest, ofCalls, ofUsage }: Saved): void {
    this.#latest.restore(latest);
    this.#ofCalls.restore(ofCalls);
    this.#ofUsage.restore(ofUsage);
  }

  knows(metric: string): boolean {
    return mappings.has(metric);
  }

  /** Takes in an event that is durable: just kept, or read back after a restart. */
  remember(event: AgentEvent): void {
    this.heard(event);
    if (event.type !== "usage_reported" && event.type !== "measurement_recorded") return;
    const { source, sessionId, operationId, attributes, timeUnixMillis } = event;
    if (event.type === "usage_reported") this.#ofUsage.add(source, sessionId);
    const [value, count] = [attributes?.[STOOD_AT], attributes?.[STOOD_AT_COUNT]];
    if (operationId === undefined || typeof value !== "number") return;
    this.#latest.set(operationId, { value, count: typeof count === "number" ? count : undefined }, timeUnixMillis);
  }

  /** Takes note of a model call that is told, also before it is durable: metrics of the same may be close behind. */
  heard({ type, source, sessionId }: Pick<EventInput, "type" | "source" | "sessionId">): void {
    if (type === "model_called" && source !== undefined) this.#ofCalls.add(source, sessionId);
  }

  /** Whether there are tokens or costs among them of a service or session that nobody has told any of so far. */
  hasFirstUsage(points: readonly Point[]): boolean {
    return points.some((point) => {
      const said = mappings.get(point.metric)?.(point, point);
      if (said?.type !== "usage_reported" || this.#isTold(said, point)) return false;
      return !this.#ofUsage.has(clip(point.service), said.sessionId);
    });
  }

  /** The events that points tell, complete but not yet checked; a point that comes again makes the same. */
  translate(points: readonly Point[]): EventInput[] {
    const before = new Map<string, Point>();
    return points.flatMap((point) => {
      const key = keyOf(point);
      const draft = this.#draft(point, key, before.get(key));
      if (point.timeUnixMillis >= (before.get(key)?.timeUnixMillis ?? 0)) before.set(key, point);
      return draft ?? [];
    });
  }

  #draft(point: Point, key: string, before: Point | undefined): EventInput | undefined {
    const amount = point.temporality === "delta" ? point : this.#latest.since(point, before);
    if (amount === undefined || amount.value <= 0) return undefined;
    const said = mappings.get(point.metric)?.(point, amount);
    if (said === undefined || (said.type === "usage_reported" && this.#isTold(said, point))) return undefined;
    const stoodAt =
      point.temporality === "delta"
        ? undefined
        : { [STOOD_AT]: point.value, ...(point.count === undefined ? {} : { [STOOD_AT_COUNT]: point.count }) };
    return {
      id: `${key}-${point.timeKey}`,
      timeUnixMillis: point.timeUnixMillis,
      source: clip(point.service),
      operationId: key,
      ...said,
      agent: clip(said.agent),
      attributes: { ...said.attributes, ...stoodAt },
    } as EventInput;
  }

  #isTold({ sessionId }: Said, { service }: Point): boolean {
    return this.#ofCalls.has(clip(service), sessionId);
  }
}
