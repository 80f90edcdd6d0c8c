import { boundaryOf } from "../../events/operations.ts";
import { TRACER_NAME } from "../../tracing/semconv.ts";
import { type Draft, draftsOf, errorDraft, handoffDraft, namedAgent, namedHandoff, workerOf } from "./drafts.ts";
import { agentNames, Handoffs } from "./handoffs.ts";
import type { Node } from "./node.ts";
import { repeatedCalls } from "./repeated-calls.ts";
import { remembered, SeenSpans } from "./seen-spans.ts";
import type { Span } from "./span.ts";
import { ToldErrors } from "./told-errors.ts";
import { placeSpans } from "./tree.ts";
import { type Unplaced, UnplacedSpans } from "./unplaced.ts";

/** How long a call waits for the agent's span around it, which comes when the agent is done. */
const MAX_WAIT_MILLIS = 60_000;
/** Most calls that wait at once. */
const MAX_WAITING = 5_000;
/** Most agents' runs of which it is remembered that somebody may have handed over to them. */
const MAX_RUNS = 10_000;

/** What a span tells, but for whose work it was. */
export interface Waiting extends Unplaced {
  readonly drafts: readonly Draft[];
}

/** What spans tell together with those before them. */
export interface Translation {
  /** Complete but not checked, in the order in which it happened. */
  readonly drafts: readonly Draft[];
  /** What comes with a later translation, once it is known whose work it was. Until then whoever took the spans has to keep it. */
  readonly waiting: readonly Waiting[];
  /** The events are kept. Those that had waited are told again where this is not called. */
  done(): void;
}

/**
 * Turns spans into events: the only place where that happens, for spans off the wire as for those of this process. What tells nothing
 * of agents is passed by, and a span that comes again makes events with the same ids.
 */
export class SpanTranslator {
  readonly #errors = new ToldErrors();
  readonly #handoffs = new Handoffs();
  readonly #seen = new SeenSpans();
  readonly #waiting = new UnplacedSpans<Waiting>(MAX_WAITING);
  readonly #runs = new UnplacedSpans<Waiting>(MAX_RUNS);

  /** All that the spans tell, without regard to what may come before or after them. */
  translate(spans: readonly Span[]): Draft[] {
    const nodes = placeSpans(spans);
    const names = agentNames(nodes);
    const told = this.#tell(nodes, repeatedCalls(nodes));
    return inOrder([...told.flatMap((one) => this.#handedOver(one, names)), ...this.#inferred(nodes.filter(isRun), [])]);
  }

  /**
   * What the spans tell together with those before them. Spans come when they end, so those inside come before those around them, and
   * often in another request: a call that does not say whose it is waits for its agent's span, for a while, as `prepare` makes it.
   */
  take(spans: readonly Span[], nowMillis: number, prepare: (drafts: readonly Draft[]) => readonly Draft[] = same): Translation {
    const nodes = placeSpans(spans, this.#seen);
    this.#seen.add(nodes);
    const touched = nodes.flatMap(({ key }) => this.#waiting.under(key, this.#seen));
    const touchedRuns = nodes.flatMap(({ key }) => this.#runs.under(key, this.#seen));

    const told = this.#tell(nodes, this.#repeated(nodes, touched));
    const complete = told.filter(({ node }) => isPlaced(node));
    const waiting: Waiting[] = [];
    for (const { node, drafts } of told) {
      if (!isPlaced(node)) waiting.push({ node: remembered(node), drafts: prepare(drafts) });
      else if (isOpenCall(node)) this.#waiting.add({ node: remembered(node), drafts: [] }, nowMillis);
    }
    for (const one of waiting) this.#waiting.add(one, nowMillis);
    const released = [...touched.filter(({ node }) => isPlaced(node)), ...this.#waiting.overdue(Number.NEGATIVE_INFINITY)];

    const runs = nodes.filter(isRun);
    for (const node of runs) {
      if (!isDecided(node)) this.#runs.add({ node: remembered(node), drafts: [handoffDraft(node)] }, nowMillis);
    }
    const decidedRuns = touchedRuns.filter(({ node }) => isDecided(node));
    for (const { node } of [...decidedRuns, ...this.#runs.overdue(Number.NEGATIVE_INFINITY)]) this.#runs.remove(node.key);

    const names = agentNames(nodes);
    const drafts = complete.flatMap((one) => this.#handedOver(one, names));
    for (const one of released) drafts.push(...this.#handedOver(withAgent(one), names));
    drafts.push(...this.#inferred(runs.filter(isDecided), decidedRuns));
    return this.#translation(drafts, waiting, released);
  }

  /** What has waited for too long: it counts as the service's work. */
  overdue(nowMillis: number): Translation {
    const released = this.#waiting.overdue(nowMillis - MAX_WAIT_MILLIS);
    const names = new Map<string, string>();
    return this.#translation(
      released.flatMap((one) => this.#handedOver(withAgent(one), names)),
      [],
      released,
    );
  }

  /** Everything that waits, for whoever has to keep it. */
  get waiting(): readonly Waiting[] {
    return this.#waiting.all().filter(({ drafts }) => drafts.length > 0);
  }

  /** Waits on with what an earlier translator waited with. */
  resume(waiting: readonly Waiting[], nowMillis: number): void {
    for (const one of waiting) this.#waiting.add(one, nowMillis);
  }

  #translation(drafts: Draft[], waiting: readonly Waiting[], released: readonly Waiting[]): Translation {
    return {
      drafts: inOrder(drafts),
      waiting: waiting.filter((one) => one.drafts.length > 0),
      done: () => {
        for (const { node } of released) this.#waiting.remove(node.key);
      },
    };
  }

  /** What each span tells by itself. */
  #tell(nodes: readonly Node[], repeated: ReadonlySet<string>): Waiting[] {
    const failed = this.#errors.innermost(nodes);
    return nodes.flatMap((node) => {
      const { meaning, key, span } = node;
      if (meaning === undefined) return [];
      // Where Crowsnest made the span itself, the process that made it tells the events as well.
      const isOwn = span.scope === TRACER_NAME;
      const drafts = isOwn || repeated.has(key) ? [] : draftsOf(node, meaning);
      const error = !isOwn && failed.has(node) ? errorDraft(node) : undefined;
      return { node, drafts: error === undefined ? drafts : [...drafts, error] };
    });
  }

  /** The same with the other agent as it calls itself, where it is a handoff. */
  #handedOver({ node, drafts }: Waiting, names: ReadonlyMap<string, string>): readonly Draft[] {
    if (node.meaning?.kind !== "handoff") return drafts;
    const handoff = this.#handoffs.told(node, workerOf(node), names);
    if (handoff === undefined) return drafts;
    return drafts.map((draft) => (draft.type === "handoff_completed" ? namedHandoff(draft, node, handoff) : draft));
  }

  /** The handoffs that follow from where runs stand: those of this batch, and those before it whose place has come out. */
  #inferred(runs: readonly Node[], earlier: readonly Waiting[]): Draft[] {
    const inferred = this.#handoffs.inferred([...runs, ...earlier.map(({ node }) => node)]);
    const begun = new Map(earlier.map(({ node, drafts }) => [node, drafts[0]]));
    return [...inferred].map(([node, handoff]) => namedHandoff(begun.get(node) ?? handoffDraft(node), node, handoff));
  }

  /** Keys of spans that repeat a model call, one inside the other, be it in this batch or before. */
  #repeated(nodes: readonly Node[], touched: readonly Waiting[]): Set<string> {
    const byKey = new Map(nodes.map((node) => [node.key, node]));
    const repeated = repeatedCalls(nodes);
    for (const { node } of touched) {
      const outer = byKey.get(node.meaningful?.key ?? "");
      if (!isCall(node) || outer === undefined || outer.meaning?.kind !== node.meaning?.kind) continue;
      if (node.hasUsage || !outer.hasUsage) repeated.add(outer.key);
      else this.#waiting.remove(node.key);
    }
    return repeated;
  }
}

function isRun({ meaning, span }: Node): boolean {
  return meaning?.kind === "agent" && span.scope !== TRACER_NAME;
}

/** A model call that may be told again by a span around it. */
function isOpenCall(node: Node): boolean {
  return isCall(node) && node.meaningful === undefined && node.awaited !== undefined;
}

/** With the agent whose work it was, now that it is known. */
function withAgent({ node, drafts }: Waiting): Waiting {
  const agent = workerOf(node);
  return { node, drafts: drafts.map((draft) => namedAgent(draft, node, agent)) };
}

function isCall({ meaning }: Node): boolean {
  return meaning?.kind === "model" || meaning?.kind === "embedding";
}

/** It is known whose work it is, or that nobody will say. */
function isPlaced({ meaning, agent, awaited }: Node): boolean {
  if (agent !== undefined || awaited === undefined || meaning?.agent !== undefined) return true;
  return !(meaning?.kind === "model" || meaning?.kind === "embedding" || meaning?.kind === "tool" || meaning?.kind === "handoff");
}

/** It is known what the run stands in. */
function isDecided({ scope, awaited }: Node): boolean {
  return scope !== undefined || awaited === undefined;
}

function same(drafts: readonly Draft[]): readonly Draft[] {
  return drafts;
}

/** What happens in the same millisecond: starts come first, ends last. */
function inOrder(drafts: Draft[]): Draft[] {
  return drafts.sort((one, other) => one.timeUnixMillis - other.timeUnixMillis || rank(one) - rank(other));
}

function rank({ type }: Draft): number {
  const edge = boundaryOf(type)?.edge;
  if (edge === undefined) return 1;
  return edge === "start" ? 0 : 2;
}
