import type * as cog from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef } from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardLink,
  type DynamicConfigValue,
  type Panel,
  type ThresholdsConfig,
  ThresholdsMode,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { type SpanKind, tracesLink } from "./traces.ts";
import { prometheus } from "./variables.ts";

/** Units of Grafana that panels use, after what they measure. */
export const unit = {
  count: "short",
  perSecond: "ops",
  seconds: "s",
  share: "percentunit",
  usd: "currencyUSD",
  bytes: "bytes",
  text: "string",
} as const;
export type Unit = (typeof unit)[keyof typeof unit];

/** What every panel has. */
export interface PanelOptions {
  readonly title: string;
  /** What the panel shows. */
  readonly shows: string;
  /** What to do when it looks bad. */
  readonly whenBad: string;
  readonly unit: Unit;
  /** From which value on which colour; green below the first. */
  readonly thresholds?: Steps;
  /** Where much is good: green from this value on, and red below it. */
  readonly goodFrom?: number;
  readonly max?: number;
  readonly decimals?: number;
  /** Shown in place of a value where there is none and that is fine. */
  readonly noValue?: string;
  /** Shows another time than the dashboard's, such as `now/d`: today so far. */
  readonly timeFrom?: string;
}

export type Steps = readonly (readonly [from: number, colour: Colour])[];
export type Colour = "green" | "yellow" | "orange" | "red" | "blue" | "purple" | "text";

/** One query of a panel. */
export interface Query {
  readonly expr: string;
  /** What a series is called: `{{agent}}`, or a word where there is one. */
  readonly legend: string;
}

/** What panels of histograms have besides: exemplars, which lead from a dot to its trace, and a link to all traces of the kind. */
export interface Traced {
  readonly traces?: SpanKind;
}

/** What the builders of all kinds of panels have in common; the SDK has no type for it. */
interface Builder extends cog.Builder<Panel> {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: DataSourceRef): this;
  targets(targets: cog.Builder<cog.Dataquery>[]): this;
  links(links: cog.Builder<DashboardLink>[]): this;
  timeFrom(timeFrom: string): this;
  unit(unit: string): this;
  min(min: number): this;
  max(max: number): this;
  decimals(decimals: number): this;
  noValue(text: string): this;
  thresholds(thresholds: cog.Builder<ThresholdsConfig>): this;
  overrideByName(name: string, properties: DynamicConfigValue[]): this;
}

/** Gives a panel what all panels have. Nothing that we measure is below 0. */
export function furnish<B extends Builder>(builder: B, options: PanelOptions & Traced, targets: DataqueryBuilder[]): B {
  // All queries of a panel are of the same histogram, so more than one would bring the same exemplars again.
  if (options.traces !== undefined) targets[0]?.exemplar(true);
  builder
    .title(options.title)
    .description(`${options.shows}\n\n${options.whenBad}`)
    .datasource(prometheus)
    .targets(targets.map((target, index) => target.datasource(prometheus).refId(target.build().refId ?? refIdOf(index))))
    .unit(options.unit)
    .min(0)
    .thresholds(built(stepsOf(options)));
  if (options.max !== undefined) builder.max(options.max);
  if (options.decimals !== undefined) builder.decimals(options.decimals);
  if (options.noValue !== undefined) builder.noValue(options.noValue);
  if (options.timeFrom !== undefined) builder.timeFrom(options.timeFrom);
  if (options.traces !== undefined) builder.links([built(tracesLink(options.traces))]);
  return builder;
}

/** A query over the time shown. */
export function overTime({ expr, legend }: Query): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).range();
}

/** A query at the end of the time shown. */
export function atTheEnd({ expr, legend }: Query): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(legend).instant();
}

/** A query at the end of the time shown, as a table with a column for each label; its value's column is called after the id. */
export function asTable(expr: string, refId: string): DataqueryBuilder {
  return new DataqueryBuilder().expr(expr).legendFormat(refId).refId(refId).format(PromQueryFormat.Table).instant();
}

export function stepsOf({ thresholds = [], goodFrom }: Pick<PanelOptions, "thresholds" | "goodFrom">): ThresholdsConfig {
  const worse = thresholds.map(([value, color]) => ({ value, color }));
  const better = goodFrom === undefined ? [] : [{ value: goodFrom, color: "green" }];
  const lowest = { value: null, color: goodFrom === undefined ? "green" : "red" };
  return { mode: ThresholdsMode.Absolute, steps: [lowest, ...worse, ...better] };
}

/** Something finished where the SDK wants to build it. */
export function built<T>(value: T): cog.Builder<T> {
  return { build: () => value };
}

/** How work ended, in the same colours everywhere. */
const outcomeColours: Readonly<Record<string, Colour>> = {
  success: "green",
  passed: "green",
  approved: "green",
  failure: "red",
  failed: "red",
  rejected: "red",
  timeout: "orange",
  abandoned: "purple",
  cancelled: "blue",
};

export function colourOutcomes(builder: Builder): void {
  for (const [outcome, colour] of Object.entries(outcomeColours)) {
    builder.overrideByName(outcome, [{ id: "color", value: { mode: "fixed", fixedColor: colour } }]);
  }
}

/** A, B, C … */
function refIdOf(index: number): string {
  return String.fromCharCode("A".charCodeAt(0) + index);
}
