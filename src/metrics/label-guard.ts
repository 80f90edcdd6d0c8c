/** What stands in for a label value once a metric has too many. */
const OVERFLOW_LABEL = "other";
/** What stands in for a label value that an event does not have. */
export const UNKNOWN_LABEL = "unknown";

export interface LabelLimits {
  /** Most values of any one label of a metric; the next becomes `other`. @default 200 */
  readonly maxLabelValues: number;
  /** Most label combinations of a metric; in the next, every label becomes `other`. @default 2_000 */
  readonly maxSeriesPerMetric: number;
}

export const defaultLabelLimits: LabelLimits = { maxLabelValues: 200, maxSeriesPerMetric: 2_000 };

/**
 * Keeps one metric from exploding: agent, tool and model names come from outside, and one that carries an id would otherwise
 * make a series per call. Called only for label combinations not seen before, so it may take its time.
 */
export class LabelGuard {
  readonly #limits: LabelLimits;
  readonly #seen: readonly Set<string>[];

  constructor(labelCount: number, limits: LabelLimits) {
    this.#limits = limits;
    this.#seen = Array.from({ length: labelCount }, () => new Set<string>());
  }

  /** The values to use: the ones given, or some or all of them replaced. `seriesCount` is how many combinations exist. */
  admit(values: readonly string[], seriesCount: number): { readonly values: readonly string[]; readonly overflowed: boolean } {
    if (seriesCount >= this.#limits.maxSeriesPerMetric) {
      return { values: values.map(() => OVERFLOW_LABEL), overflowed: true };
    }
    let overflowed = false;
    const admitted = values.map((value, index) => {
      const seen = this.#seen[index] as Set<string>;
      if (seen.has(value) || value === OVERFLOW_LABEL) return value;
      if (seen.size >= this.#limits.maxLabelValues) {
        overflowed = true;
        return OVERFLOW_LABEL;
      }
      seen.add(value);
      return value;
    });
    return { values: admitted, overflowed };
  }
}
