import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addHistogram,
  type Histogram,
  meanOf,
  newHistogram,
  quantile,
  record,
  sumOf,
} from "../../../src/views/parts/histogram.ts";

const durations = fc.array(fc.double({ min: 1e-6, max: 1e8, noNaN: true }), { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = newHistogram();
  for (const value of values) record(histogram, value);
  return histogram;
}

describe("a histogram", () => {
  it("tells every quantile right to within 1 %", () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const sorted = values.toSorted((one, other) => one - other);
        const exact = sorted[Math.max(1, Math.ceil(values.length * share)) - 1] as number;
        const told = quantile(histogramOf(values), share) as number;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.01);
      }),
    );
  });

  it("of many at once is what adding them one after the other comes to", () => {
    const several = fc.array(fc.array(fc.double({ min: 0, max: 1e300, noNaN: true }), { maxLength: 30 }), { maxLength: 12 });
    fc.assert(
      fc.property(several, (lists) => {
        const histograms = lists.map(histogramOf);
        const expected = newHistogram();
        for (const histogram of histograms) addHistogram(expected, histogram);
        expect(sumOf(histograms)).toEqual({ ...expected, sum: expect.closeTo(expected.sum) as number });
      }),
    );
  });

  it("added to another is one of the values of both", () => {
    fc.assert(
      fc.property(durations, durations, (some, others) => {
        const sum = histogramOf(some);
        addHistogram(sum, histogramOf(others));
        const { sum: total, ...all } = histogramOf([...some, ...others]);
        expect(sum).toMatchObject(all);
        expect(sum.sum).toBeCloseTo(total, -3);
      }),
    );
  });

  it("leaves the one that is added as it was", () => {
    const other = histogramOf([1, 2]);
    const sum = newHistogram();
    addHistogram(sum, other);
    record(sum, 3);
    expect(other).toEqual(histogramOf([1, 2]));
  });

  it("counts durations of nothing at all", () => {
    const histogram = histogramOf([0, 0, 0, 5]);
    expect([quantile(histogram, 0.5), quantile(histogram, 1), meanOf(histogram)]).toEqual([0, 5, 1.25]);
  });

  it("counts values just below 1 in a bucket of a plain 0", () => {
    expect(histogramOf([0.99, 1]).buckets).toEqual([0, 2]);
  });

  it("has nothing to tell before the first value, and one value as it is", () => {
    expect([quantile(newHistogram(), 0.5), meanOf(newHistogram())]).toEqual([null, null]);
    expect(quantile(histogramOf([0.123]), 0.99)).toBe(0.123);
  });

  it("comes back from a snapshot as it was", () => {
    const histogram = histogramOf([0, 0.1, 7, 7]);
    expect(deserialize(serialize(histogram))).toEqual(histogram);
  });
});
