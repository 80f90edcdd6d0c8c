import { type MetricDefinition, type MetricKey, metricDefinitions } from "../../metrics/definitions.ts";
import { type HistogramKey, metricNames, type PlainKey } from "../names.ts";
import { aggregated, conditions, Queries, type Selection, type Where } from "../promql.ts";
import { type RecordingKey, recorded, recordedLabels } from "../recording.ts";

/** Grafana's window for rates: at least four scrapes, and wider where the graph is coarser than that. */
const RATE_WINDOW = "$__rate_interval";
/** The time that the panel shows. */
const SHOWN = "$__range";

/** What each of the dashboards' variables selects, by the label that it is about. */
const variables: Readonly<Record<string, string>> = {
  service: '=~"$service"',
  agent: '=~"$agent"',
  instance: '=~"$instance"',
};

/** The queries of panels: of the same metrics as those of the rules, but only of what the dashboard's variables select. */
export class PanelQueries {
  readonly #queries: Queries;
  readonly #recorded: Readonly<Record<RecordingKey, string>>;

  /** @param prefix of the fleet's metrics, such as `agent` */
  constructor(prefix: string | undefined) {
    this.#queries = new Queries(metricNames(prefix));
    this.#recorded = recorded(prefix);
  }

  /** A counter or gauge, whatever the variables select: what the variables' own choices come from. */
  everything<K extends PlainKey>(metric: K, where?: Where<K>): string {
    return this.#queries.series(metric, where);
  }

  /** A counter or gauge as it is. */
  series<K extends PlainKey>(metric: K, where?: Where<K>): string {
    return this.#queries.series(metric, selected(metric, where));
  }

  /** Per second, added up over all other labels. */
  rate<K extends PlainKey>(selection: Selection<K>): string {
    return this.#queries.rate(narrowed(selection), RATE_WINDOW);
  }

  /** Within the time shown or another window, added up over all other labels. */
  increase<K extends PlainKey>(selection: Selection<K>, window: string = SHOWN): string {
    return this.#queries.increase(narrowed(selection), window);
  }

  /** Within the time shown, and right also for what happens so seldom that its series begins with it. */
  increaseOfRare<K extends PlainKey>(selection: Selection<K>): string {
    return this.#queries.increaseOfRare(narrowed(selection), SHOWN);
  }

  /** A gauge added up over all other labels. */
  sum<K extends PlainKey>(selection: Selection<K>): string {
    return this.#queries.total(narrowed(selection));
  }

  /** A gauge, the largest of what the other labels tell apart. */
  largest<K extends PlainKey>(selection: Selection<K>): string {
    return this.#queries.largest(narrowed(selection));
  }

  /** The share of a part of a counter in all of it, from 0 to 1, at each moment; 0 as long as the part has not happened at all. */
  share<K extends PlainKey>(selection: Selection<K>, part: Where<K>): string {
    return this.#queries.share(narrowed(selection), part, RATE_WINDOW);
  }

  /** The same, over the time shown or another window. */
  shareWithin<K extends PlainKey>({ where, ...selection }: Selection<K>, part: Where<K>, window: string = SHOWN): string {
    const whole = this.increase({ ...selection, where: { ...where } as Where<K> }, window);
    const parts = this.increase({ ...selection, where: { ...where, ...part } as Where<K> }, window);
    return `(${parts} or 0 * ${whole}) / ${whole}`;
  }

  /** Per second, each series by itself. */
  rates<K extends PlainKey>(metric: K, where?: Where<K>): string {
    return `rate(${this.series(metric, where)}[${RATE_WINDOW}])`;
  }

  /** Within the time shown, each series by itself. */
  increases<K extends PlainKey>(metric: K, where?: Where<K>): string {
    return `increase(${this.series(metric, where)}[${SHOWN}])`;
  }

  /** How many observations fell into each bucket per second, each series by itself. */
  bucketRates<K extends HistogramKey>(metric: K, where?: Where<K>): string {
    return `rate(${this.#queries.names[`${metric}Bucket`]}${conditions(selected(metric, where))}[${RATE_WINDOW}])`;
  }

  /** How many observations fell into each bucket, per second. */
  buckets<K extends HistogramKey>({ metric, by, where }: Selection<K>): string {
    return `${aggregated("sum", [...by, "le"])} (${this.bucketRates(metric, where)})`;
  }

  /** A quantile of what was observed, at each moment. */
  quantile<K extends HistogramKey>(quantile: number, selection: Selection<K>): string {
    return this.#queries.quantile(quantile, narrowed(selection), RATE_WINDOW);
  }

  /** How much was observed, in the histogram's own unit, per second. */
  totalRate<K extends HistogramKey>({ metric, by, where }: Selection<K>): string {
    const sums = `${this.#queries.names[`${metric}Sum`]}${conditions(selected(metric, where))}`;
    return `${aggregated("sum", by)} (rate(${sums}[${RATE_WINDOW}]))`;
  }

  /** How often something was observed, per second. */
  countRate<K extends HistogramKey>({ metric, by, where }: Selection<K>): string {
    const counts = `${this.#queries.names[`${metric}Count`]}${conditions(selected(metric, where))}`;
    return `${aggregated("sum", by)} (rate(${counts}[${RATE_WINDOW}]))`;
  }

  /** What a recording rule worked out beforehand, as the alerts see it. */
  recorded(key: RecordingKey): string {
    return `${this.#recorded[key]}${conditions(ofVariables(recordedLabels(key)))}`;
  }
}

function narrowed<K extends MetricKey>(selection: Selection<K>): Selection<K> {
  return { ...selection, where: selected(selection.metric, selection.where) };
}

/** A condition of the panel's own takes the place of the variable's. */
function selected<K extends MetricKey>(metric: K, where: Where<K> | undefined): Where<K> {
  const definition: MetricDefinition = metricDefinitions[metric];
  // What Crowsnest says of itself is told apart by process only.
  const labels = definition.own === true ? ["instance"] : definition.labels;
  return { ...ofVariables(labels), ...where } as Where<K>;
}

function ofVariables(labels: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    labels.flatMap((label) => (variables[label] === undefined ? [] : [[label, variables[label]] as const])),
  );
}
