import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { providersView } from "../../src/views/providers/view.ts";
import { readView, type Step, stored } from "../helpers/read-view.ts";

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const providers = (steps: readonly Step[], query: object = {}, nowSeconds = 0) =>
  readView(providersView, stored(...steps), query, nowSeconds);

function one(steps: readonly Step[], query: object = {}) {
  const [provider] = providers(steps, query).providers;
  if (provider === undefined) throw new Error("no provider was answered");
  return provider;
}

const called = (data: object = {}): EventInput => ({
  type: "model_called",
  agent: "scribe",
  data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, ...data },
});
const failed = (errorType?: string, data: object = {}) => called({ outcome: "failure", errorType, ...data });
const times = (count: number, event: EventInput, atSeconds = 0): Step[] =>
  Array.from({ length: count }, () => [atSeconds, event]);

describe("providers", () => {
  it("are none where no model was called", () => {
    expect(providers([])).toEqual({ hours: 24, status: "unknown", providers: [] });
  });

  it("have availability and success over windows, and so have their models", () => {
    const steps: Step[] = [
      [-3 * DAY, failed("503")],
      [-2 * HOUR, failed("400")],
      [-MINUTE, called()],
      [-MINUTE, called({ model: "gpt-5-mini" })],
    ];
    const rows = (
      windows: readonly { hours: number; total: number; successRatio: number | null; availabilityRatio: number | null }[],
    ) => windows.map(({ hours, total, successRatio, availabilityRatio }) => [hours, total, successRatio, availabilityRatio]);
    const provider = one(steps);
    expect(rows(provider.windows)).toEqual([
      [1, 2, 1, 1],
      [24, 3, 2 / 3, 1],
      [168, 4, 1 / 2, 3 / 4],
      [720, 4, 1 / 2, 3 / 4],
    ]);
    expect(provider.models.map(({ model, total }) => [model, total])).toEqual([
      ["gpt-5", 2],
      ["gpt-5-mini", 1],
    ]);
  });

  it.each([
    ["503", false],
    ["429", false],
    ["408", false],
    ["RateLimitError", false],
    ["APIConnectionError", false],
    ["Error", false],
    ["400", true],
    ["404", true],
    ["BadRequestError", true],
    ["invalid_request_error", true],
    ["AuthenticationError", true],
    ["context_length_exceeded", true],
    ["insufficient_quota", true],
    ["content_filter", true],
  ])("that answer %s are available: %s", (errorType, isAvailable) => {
    expect(one([[0, failed(errorType)]])).toMatchObject({ successRatio: 0, availabilityRatio: isAvailable ? 1 : 0 });
  });

  it("are unavailable where they time out, and not where the caller died or called off", () => {
    expect(one([[0, called({ outcome: "timeout" })]])).toMatchObject({ unavailable: 1 });
    expect(one([[0, called({ outcome: "abandoned" })]])).toMatchObject({ failed: 1, unavailable: 0 });
    expect(one([[0, called({ outcome: "cancelled" })]])).toMatchObject({ failed: 0, unavailable: 0, availabilityRatio: null });
  });

  it("have percentiles of how long calls take, and of the time to the first token", () => {
    const steps = Array.from(
      { length: 100 },
      (_, index): Step => [0, called({ durationSeconds: index + 1, timeToFirstTokenSeconds: 0.5 })],
    );
    const provider = one([...steps, [0, called()]]);
    expect(provider.durationSeconds.count).toBe(101);
    expect(Math.abs((provider.durationSeconds.p95 as number) - 95)).toBeLessThan(1);
    expect(provider.timeToFirstTokenSeconds).toMatchObject({ count: 100, mean: 0.5, p99: 0.5 });
  });

  it("tell their last ten errors, the newest first", () => {
    const steps = Array.from({ length: 15 }, (_, index): Step => [index, failed("503", { errorMessage: `error ${index}` })]);
    const { lastErrors } = one(steps);
    expect(lastErrors.map(({ errorMessage }) => errorMessage)).toEqual(
      Array.from({ length: 10 }, (_, index) => `error ${14 - index}`),
    );
    expect(lastErrors[0]).toEqual({
      at: "2025-03-04T12:00:14.000Z",
      model: "gpt-5",
      agent: "scribe",
      outcome: "failure",
      errorType: "503",
      errorMessage: "error 14",
    });
  });

  it("tell tokens and cost of the period", () => {
    const paid = called({ costUsd: 0.5, inputTokens: 100, cacheReadTokens: 40, outputTokens: 20, durationSeconds: 4 });
    const { usage, outputTokensPerSecond, models } = one([
      [-3 * DAY, paid],
      [0, paid],
      [0, called({ inputTokens: 7 })],
    ]);
    expect(usage).toMatchObject({
      calls: 2,
      unpricedCalls: 1,
      costUsd: 0.5,
      inputTokens: 67,
      cacheReadTokens: 40,
      outputTokens: 20,
    });
    expect(outputTokensPerSecond).toBe(5);
    expect(models[0]?.usage).toEqual(usage);
  });

  it("are judged by the last hour once it has ten calls, else by the last day, else by nobody", () => {
    const day = times(10, failed("503"), -5 * HOUR);
    expect(one(times(9, called()))).toMatchObject({ status: "unknown", judgedByHours: null });
    expect(one([...day, ...times(9, called())])).toMatchObject({ status: "unhealthy", judgedByHours: 24 });
    expect(one([...day, ...times(10, called())])).toMatchObject({ status: "healthy", judgedByHours: 1, reasons: [] });
    expect(one([...times(9, called()), ...times(9, called({ outcome: "cancelled" }))]).status).toBe("unknown");
  });

  it("are unhealthy below 80 % of availability, degraded below 95 %", () => {
    const status = (lost: number) => one([...times(lost, failed("503")), ...times(100 - lost, called())]);
    expect([5, 6, 20, 21].map((lost) => status(lost).status)).toEqual(["healthy", "degraded", "degraded", "unhealthy"]);
    expect(status(21).reasons).toEqual(["21 % of 100 calls within an hour found it unavailable"]);
  });

  it("are degraded where more than a tenth of calls fails, whoever's fault that is", () => {
    expect(one([...times(11, failed("400")), ...times(89, called())])).toMatchObject({
      status: "degraded",
      reasons: ["11 % of 100 calls within an hour failed"],
    });
  });

  it("are degraded where they take three times as long as on the last day", () => {
    const usual = times(100, called({ durationSeconds: 1 }), -5 * HOUR);
    expect(one([...usual, ...times(20, called({ durationSeconds: 4 }))])).toMatchObject({
      status: "degraded",
      reasons: ["it takes 4.0 times as long as on the last day"],
    });
    expect(one([...usual, ...times(20, called({ durationSeconds: 2 }))]).status).toBe("healthy");
  });

  it("are healthy together where all that can be judged are, unhealthy where all are that, else degraded", () => {
    const good = times(10, called({ provider: "good" }));
    const bad = times(10, failed("503", { provider: "bad" }));
    const few: Step[] = [[0, failed("503", { provider: "few" })]];
    expect([[...good, ...few], [...bad, ...few], [...good, ...bad], few].map((steps) => providers(steps).status)).toEqual([
      "healthy",
      "unhealthy",
      "degraded",
      "unknown",
    ]);
  });

  it("are ranked by the time that one good answer takes", () => {
    const steps: Step[] = [
      ...times(10, called({ provider: "steady", durationSeconds: 3 })),
      ...times(10, called({ provider: "quick", durationSeconds: 2 })),
      ...times(10, failed("503", { provider: "quick", durationSeconds: 2 })),
      ...times(10, failed("503", { provider: "dead" })),
      ...times(5, called({ provider: "steady", durationSeconds: 60, outcome: "cancelled" })),
      ...times(9, called({ provider: "rare", durationSeconds: 0.1 })),
    ];
    const rows = providers(steps).providers.map(({ provider, rank, secondsPerSuccess }) => [provider, rank, secondsPerSuccess]);
    expect(rows.map(([provider, rank]) => [provider, rank])).toEqual([
      ["steady", 1],
      ["quick", 2],
      ["dead", 3],
      ["rare", null],
    ]);
    expect(rows.slice(0, 3).map(([, , seconds]) => seconds)).toEqual([3, 4, null]);
    expect(providers(steps, { provider: "quick" }).providers).toMatchObject([{ provider: "quick", rank: 2 }]);
  });

  it("beyond 100, and models beyond 200 of a provider or 500 of all, are other", () => {
    const many = Array.from({ length: 110 }, (_, index): Step => [0, called({ provider: `provider-${index}` })]);
    const answer = providers(many).providers;
    expect(answer).toHaveLength(101);
    expect(answer.find(({ provider }) => provider === "other")?.total).toBe(10);
    const models = [0, 1, 2].flatMap((provider) =>
      Array.from({ length: 210 }, (_, index): Step => [0, called({ provider: `provider-${provider}`, model: `model-${index}` })]),
    );
    const counts = providers(models).providers.map(({ modelCount }) => modelCount);
    // With the one that is other.
    expect(counts.toSorted((one, other) => other - one)).toEqual([201, 201, 99]);
    expect(providers(models).providers.map(({ total }) => total)).toEqual([210, 210, 210]);
  });

  it("tell the models that are called most, as many as are wanted, or the one that is named", () => {
    const steps = ["a", "b"].flatMap((provider, place) =>
      Array.from({ length: 60 }, (_, index) =>
        times(place + (index % 7), called({ provider, model: `${provider}-${index}` })),
      ).flat(),
    );
    const told = (query: object) => {
      const found = providers(steps, query).providers;
      return { models: found.flatMap(({ models }) => models), counts: found.map(({ modelCount }) => modelCount).sort() };
    };
    expect(told({}).models).toHaveLength(20);
    const totals = told({ limit: 9 }).models.map(({ total }) => total);
    expect(totals.toSorted()).toEqual([6, 7, 7, 7, 7, 7, 7, 7, 7]);
    expect(told({ limit: 0 })).toEqual({ models: [], counts: [51, 60] });
    expect(told({ provider: "a", limit: 50 }).models).toHaveLength(50);
    expect(told({ model: "b-3" }).models).toMatchObject([
      { model: "b-3", total: 4, windows: [{ hours: 1, total: 4 }, {}, {}, {}] },
    ]);
  });

  it("come to the same in whatever order calls arrive", () => {
    const steps = Array.from({ length: 40 }, (_, index): Step => {
      const event =
        index % 4 === 0
          ? failed(index % 8 === 0 ? "503" : "400")
          : called({ outputTokens: index, costUsd: index, durationSeconds: index % 7 });
      return [-index * 1_000, event];
    });
    const expected = providers(steps);
    fc.assert(
      fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (shuffled) => {
        expect(providers(shuffled)).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});

describe("how fast a provider writes", () => {
  it("is told by its answers alone, and not by what came before a failure", () => {
    const told = one([
      [0, called({ outputTokens: 10, durationSeconds: 2, timeToFirstTokenSeconds: 1 })],
      [0, failed("503", { outputTokens: 90, durationSeconds: 1, timeToFirstTokenSeconds: 9 })],
    ]);
    expect(told.outputTokensPerSecond).toBe(5);
    expect(told.timeToFirstTokenSeconds.count).toBe(1);
  });

  it("is no reason against it where the last hour had too few calls to judge by", () => {
    const steps = [...times(40, called(), -5 * HOUR), ...times(3, called({ durationSeconds: 60 }))];
    expect(one(steps)).toMatchObject({ status: "healthy", judgedByHours: 24 });
  });
});

it("providers that are equally good stand by their names", () => {
  const steps = [...times(11, called({ provider: "b" })), ...times(10, called({ provider: "a" }))];
  expect(providers(steps).providers.map(({ provider }) => provider)).toEqual(["a", "b"]);
});
