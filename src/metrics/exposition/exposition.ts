import { setImmediate as nextTurn } from "node:timers/promises";
import { Family, type Series } from "../family.ts";
import type { MetricSet } from "../metric-set.ts";
import { type ForeignMetric, type RegisteredMetric, registeredName } from "../registry.ts";
import { headOf, renderForeign } from "./foreign.ts";
import type { Format } from "./formats.ts";

/** Longest stretch of rendering before other work gets its turn. */
const SLICE_MILLIS = 4;
/** How many lines are joined into one piece of the answer. */
const LINES_PER_CHUNK = 2_000;
/** How long one metric that is not ours may take to be read: Prometheus waits 10 s for the whole scrape. */
const READ_MILLIS = 4_000;

/** A rendered scrape in pieces, so that not even the joining holds the event loop. */
export type Rendered = readonly Buffer[];

/** Nothing could be rendered at all; each metric's own trouble is in `cause`. */
export class ScrapeError extends Error {
  readonly code = "scrape_failed";

  constructor(options: ErrorOptions) {
    super("none of the metrics could be read", options);
    this.name = "ScrapeError";
  }
}

/**
 * Writes everything in the registry as text 0.0.4 or OpenMetrics 1.0. The client libraries' own renderers rename metrics as a
 * side effect, fail as a whole when one metric fails, and hold the event loop for as long as it takes; this one does none of
 * that. Scrapes that overlap share one rendering per format.
 */
export class Exposition {
  readonly #set: MetricSet;
  readonly #failed: (metric: string, error: unknown) => void;
  readonly #underWay = new Map<Format, Promise<Rendered>>();

  constructor(set: MetricSet, failed: (metric: string, error: unknown) => void) {
    this.#set = set;
    this.#failed = failed;
  }

  /** Rejects with a {@link ScrapeError} only where no metric at all could be read. */
  render(format: Format): Promise<Rendered> {
    const underWay = this.#underWay.get(format);
    if (underWay !== undefined) return underWay;
    const rendering = this.#renderAll(format).finally(() => this.#underWay.delete(format));
    this.#underWay.set(format, rendering);
    return rendering;
  }

  async #renderAll(format: Format): Promise<Rendered> {
    const page = new Page();
    const failures: unknown[] = [];
    try {
      this.#set.refresh();
    } catch (error) {
      this.#failed("all", error);
    }
    const metrics = this.#set.registry.getMetricsAsArray();
    for (const metric of metrics) {
      try {
        if (metric instanceof Family) await renderOwn(metric, format, page);
        else await this.#renderOther(metric as RegisteredMetric, format, page);
      } catch (error) {
        failures.push(error);
        this.#failed(nameOf(metric), error);
      }
    }
    if (metrics.length > 0 && failures.length === metrics.length) throw new ScrapeError({ cause: failures[0] });
    if (format === "openmetrics") page.lines.push("# EOF\n");
    return page.finish();
  }

  async #renderOther(metric: RegisteredMetric, format: Format, page: Page): Promise<void> {
    const read = await readInTime(metric);
    const lines: string[] = [];
    // Rendered aside first: a metric that fails half-way must not leave half of itself in the answer.
    renderForeign({ ...read, name: registeredName(this.#set.registry, metric, read.name) }, format, lines);
    page.lines = page.lines.concat(lines);
    if (page.full) await page.breathe();
  }
}

/** The answer as it grows. */
class Page {
  lines: string[] = [];
  readonly #chunks: Buffer[] = [];
  #sliceStart = performance.now();

  /** True when a piece is full; then `breathe` has to follow. */
  get full(): boolean {
    return this.lines.length >= LINES_PER_CHUNK;
  }

  async breathe(): Promise<void> {
    this.#chunks.push(Buffer.from(this.lines.join("")));
    this.lines = [];
    if (performance.now() - this.#sliceStart < SLICE_MILLIS) return;
    await nextTurn();
    this.#sliceStart = performance.now();
  }

  finish(): Rendered {
    if (this.lines.length > 0) this.#chunks.push(Buffer.from(this.lines.join("")));
    return this.#chunks;
  }
}

async function renderOwn(family: Family<Series>, format: Format, page: Page): Promise<void> {
  if (family.size === 0) return;
  const openMetrics = format === "openmetrics";
  const name = openMetrics && family.type === "counter" ? family.fullName.replace(/_total$/, "") : family.fullName;
  page.lines.push(...headOf(name, family.help, family.type, format));
  // A copy of the list: between two slices another scrape may bring gauges up to date, and the list with them.
  for (const series of [...family.all()]) {
    family.render(series, openMetrics, page.lines);
    if (page.full) await page.breathe();
  }
}

/** Reads a metric that is not ours. One that never answers would otherwise hold this scrape and all that join it. */
async function readInTime(metric: RegisteredMetric): Promise<ForeignMetric> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`it took longer than ${READ_MILLIS / 1_000} s to read`)), READ_MILLIS);
  try {
    return await Promise.race([metric.get(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function nameOf(metric: unknown): string {
  const name = (metric as { name?: unknown } | undefined)?.name;
  return typeof name === "string" ? name : "unnamed";
}
