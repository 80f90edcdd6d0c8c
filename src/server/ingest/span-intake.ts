import { join } from "node:path";
import { messageOf } from "../../bus/trouble.ts";
import type { Core } from "../../core.ts";
import { parseEvent } from "../../events/validate.ts";
import type { Draft } from "../../integrations/spans/drafts.ts";
import type { Span } from "../../integrations/spans/span.ts";
import type { SpanTranslator, Translation } from "../../integrations/spans/translate.ts";
import { StoreError } from "../../store/event-store.ts";
import type { EventsIntake } from "./events-router.ts";
import { type Kept, keepDrafts } from "./otlp-keep.ts";
import { WaitingJournal } from "./waiting-journal.ts";

/** How often it is looked whether a call has waited for long enough. */
const TICK_MILLIS = 1_000;

/** What became of a request's spans. */
export interface TakenSpans extends Kept {
  /** What they told, be it kept as events or written down until it is known whose work it was. */
  readonly drafts: readonly Draft[];
}

/** Takes spans: what is complete is kept as events, and what waits for its agent is written down until that is known. */
export class SpanIntake {
  readonly #translator: SpanTranslator;
  readonly #intake: EventsIntake;
  readonly #core: Pick<Core, "prepare" | "trouble">;
  readonly #journal: WaitingJournal;
  /** Set while there is a place to write down what waits. */
  #timer: NodeJS.Timeout | undefined;
  #ticking: Promise<void> = Promise.resolve();

  constructor(
    translator: SpanTranslator,
    intake: EventsIntake,
    core: Pick<Core, "prepare" | "trouble" | "redactor">,
    folder: string,
  ) {
    this.#translator = translator;
    this.#intake = intake;
    this.#core = core;
    this.#journal = new WaitingJournal(join(folder, "waiting-spans.jsonl"), () => translator.waiting, core.redactor.text);
  }

  /** Goes on with what waited when the hub last ran. */
  async start(): Promise<void> {
    try {
      this.#translator.resume(await this.#journal.open(), Date.now());
    } catch (error) {
      const tell = () =>
        `calls do not wait for their agent, as that cannot be written down in the data folder: ${messageOf(error)}`;
      return this.#core.trouble.tell("waiting calls", tell);
    }
    this.#timer = setInterval(() => {
      this.#ticking = this.#tick();
    }, TICK_MILLIS);
    this.#timer.unref();
  }

  /**
   * Resolves once all of it is durable; `heard` is told of each draft before that.
   *
   * @throws StoreError where it cannot be kept; then none of it counts
   */
  async take(spans: readonly Span[], heard: (draft: Draft) => void = () => {}): Promise<TakenSpans> {
    if (this.#timer === undefined) return takeAtOnce(spans, this.#translator, this.#intake, heard);
    const invalid: Draft[] = [];
    const translation = this.#translator.take(spans, Date.now(), (drafts) =>
      drafts.flatMap((draft) => this.#prepare(draft, invalid)),
    );
    const waiting = translation.waiting.flatMap(({ drafts }) => drafts);
    for (const draft of [...translation.drafts, ...waiting]) heard(draft);
    await this.#journal.append(translation.waiting).catch((cause: unknown) => {
      throw new StoreError("write_failed", `calls that wait for their agent cannot be written down: ${messageOf(cause)}`, {
        cause,
      });
    });
    const kept = await this.#keep(translation);
    const drafts = [...translation.drafts, ...waiting, ...invalid];
    const refused = [...kept.refused, ...invalid.map((_, place) => drafts.length - invalid.length + place)];
    return { drafts, refused, message: kept.message };
  }

  /** Takes nothing more; what waits does so on disk until the hub is started again. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#ticking;
    await this.#journal.close();
  }

  async #keep(translation: Translation): Promise<Kept> {
    const kept = await keepDrafts(translation.drafts, this.#intake);
    translation.done();
    return kept;
  }

  async #tick(): Promise<void> {
    try {
      const overdue = this.#translator.overdue(Date.now());
      if (overdue.drafts.length > 0) await this.#keep(overdue);
      else overdue.done();
      await this.#journal.tidy();
    } catch (error) {
      this.#core.trouble.tell("waiting calls", () => `calls that waited for their agent are not kept yet: ${messageOf(error)}`);
    }
  }

  /** What waits is on disk like any event: checked, and without what is not to be kept. */
  #prepare(draft: Draft, invalid: Draft[]): Draft[] {
    const parsed = parseEvent(draft);
    if ("event" in parsed) return [this.#core.prepare(parsed.event) as Draft];
    this.#intake.refused(parsed.reason);
    invalid.push(draft);
    return [];
  }
}

/** Takes spans of which nothing waits for those that come later. */
export async function takeAtOnce(
  spans: readonly Span[],
  translator: SpanTranslator,
  intake: EventsIntake,
  heard: (draft: Draft) => void,
): Promise<TakenSpans> {
  const drafts = translator.translate(spans);
  drafts.forEach(heard);
  return { drafts, ...(await keepDrafts(drafts, intake)) };
}
