/** One line of the benchmark report. */
export interface BenchResult {
  readonly name: string;
  /** What was measured, in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** The other side of the same run, in `unit`; null where the bar is absolute. */
  readonly baseline: number | null;
  /** `value / baseline`; null where the bar is absolute. */
  readonly ratio: number | null;
  readonly bar: string;
  readonly ok: boolean;
}

/** One side of a comparison: does the work once for a round, and returns how long it took. */
export type Side = () => Promise<number> | number;

export interface Comparison {
  readonly medianMicros: number;
  readonly meanMicros: number;
  readonly baselineMedianMicros: number;
  readonly baselineMeanMicros: number;
  /** The median of the rounds' own ratios: the two halves of a round are neighbours in time, so a drift cancels out. */
  readonly ratio: number;
}

/**
 * Runs two sides in turns, so that a machine whose speed drifts slows both alike. Rounds alternate in which side goes first, as
 * the second finds warmer caches and more garbage.
 */
export async function compare(side: Side, baseline: Side, rounds: number, warmUpRounds: number): Promise<Comparison> {
  const times: number[] = [];
  const baselineTimes: number[] = [];
  for (let round = -warmUpRounds; round < rounds; round += 1) {
    const order = round % 2 === 0 ? [side, baseline] : [baseline, side];
    for (const run of order) {
      const micros = await run();
      if (round >= 0) (run === side ? times : baselineTimes).push(micros);
    }
  }
  return {
    medianMicros: median(times),
    meanMicros: mean(times),
    baselineMedianMicros: median(baselineTimes),
    baselineMeanMicros: mean(baselineTimes),
    ratio: median(times.map((time, round) => time / (baselineTimes[round] as number))),
  };
}

/** Microseconds per call of `work`, called `times` times one after the other. */
export async function microsPerCall(work: () => unknown, times: number): Promise<number> {
  const startedAt = performance.now();
  for (let call = 0; call < times; call += 1) await work();
  return ((performance.now() - startedAt) * 1_000) / times;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The medians of a comparison, and the median of its ratios against a bar. */
export function medianResult(name: string, unit: string, comparison: Comparison, atMost: number): BenchResult {
  const { medianMicros, baselineMedianMicros, ratio } = comparison;
  return result(name, unit, medianMicros, baselineMedianMicros, ratio, atMost);
}

/** The means of a comparison against a bar: what garbage collection and other rare delays cost is in them. */
export function meanResult(
  name: string,
  unit: string,
  { meanMicros, baselineMeanMicros }: Comparison,
  atMost: number,
): BenchResult {
  return result(name, unit, meanMicros, baselineMeanMicros, meanMicros / baselineMeanMicros, atMost);
}

function result(name: string, unit: string, value: number, baseline: number, ratio: number, atMost: number): BenchResult {
  return {
    name,
    value: round(value),
    unit,
    baseline: round(baseline),
    ratio: round(ratio),
    bar: `<= ${atMost}`,
    ok: ratio <= atMost,
  };
}

/**
 * How much of the other side's throughput is reached, the two in turns: medians of the rounds, and the median of the rounds' own
 * ratios against a bar. A side returns what it got through per second.
 */
export async function compareThroughput(
  name: string,
  unit: string,
  side: Side,
  baseline: Side,
  rounds: number,
  warmUpRounds: number,
  atLeast: number,
): Promise<BenchResult> {
  const { medianMicros, baselineMedianMicros, ratio } = await compare(side, baseline, rounds, warmUpRounds);
  const bar = `>= ${atLeast}`;
  return {
    name,
    value: round(medianMicros),
    unit,
    baseline: round(baselineMedianMicros),
    ratio: round(ratio),
    bar,
    ok: ratio >= atLeast,
  };
}

/** How much gets through: an absolute figure against its bar. */
export function rateResult(name: string, unit: string, perSecond: number, atLeast: number): BenchResult {
  const bar = `>= ${atLeast} ${unit}`;
  return { name, value: round(perSecond), unit, baseline: null, ratio: null, bar, ok: perSecond >= atLeast };
}

/** The share of values that a percentile stands for lies below it: an absolute figure against its bar. */
export function percentileResult(
  name: string,
  unit: string,
  values: readonly number[],
  share: number,
  below: number,
): BenchResult {
  const sorted = [...values].sort((one, other) => one - other);
  return absoluteResult(name, unit, sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN, below);
}

/** An absolute figure against its bar. */
export function absoluteResult(name: string, unit: string, value: number, below: number): BenchResult {
  return { name, value: round(value), unit, baseline: null, ratio: null, bar: `< ${below} ${unit}`, ok: value < below };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
