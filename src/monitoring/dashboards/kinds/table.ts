import type { DynamicConfigValue, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/table";
import { asTable, furnish, type PanelOptions, type Steps, stepsOf, type Unit, unit as units } from "../common.ts";

interface TableOptions extends Omit<PanelOptions, "unit" | "thresholds"> {
  /** The labels that tell rows apart, with what their columns are called. */
  readonly rows: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** Where a click on a row's name leads: a column of `rows`, and the address with the name as `__value.raw`. */
  readonly link?: { readonly column: string; readonly title: string; readonly url: string };
  /** The column that the rows are sorted by, largest first. */
  readonly sortBy?: string;
}

interface Column {
  readonly name: string;
  /** One value for each row, told apart by the labels of `rows`. */
  readonly expr: string;
  readonly unit: Unit;
  readonly thresholds?: Steps;
}

/** A row for each combination of labels and a column for each query, as things stand at the end of the time shown. */
export function table(options: TableOptions): Panel {
  const [first] = options.columns;
  if (first === undefined) throw new Error(`The table "${options.title}" has no columns.`);
  const refIds = options.columns.map((_, index) => String.fromCharCode("A".charCodeAt(0) + index));
  const valueNames = refIds.map((refId) => valueColumn(refId, refIds.length));
  const targets = options.columns.map(({ expr }, index) => asTable(expr, refIds[index] as string));
  const builder = furnish(new PanelBuilder(), { ...options, unit: first.unit }, targets).transformations([
    // All answers are of one moment, so rows with the same labels become one.
    { id: "merge", options: {} },
    {
      id: "organize",
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries([...Object.keys(options.rows), ...valueNames].map((name, index) => [name, index])),
        renameByName: {
          ...options.rows,
          ...Object.fromEntries(options.columns.map(({ name }, index) => [valueNames[index], name])),
        },
      },
    },
  ]);
  for (const column of options.columns) builder.overrideByName(column.name, propertiesOf(column));
  if (options.link !== undefined) {
    const { column, title, url } = options.link;
    builder.overrideByName(column, [{ id: "links", value: [{ title, url, targetBlank: true }] }]);
  }
  if (options.sortBy !== undefined) builder.sortBy([{ build: () => ({ displayName: options.sortBy as string, desc: true }) }]);
  return builder.build();
}

/** Grafana calls the value of the only query `Value`, and those of several by their ids. */
function valueColumn(refId: string, count: number): string {
  return count === 1 ? "Value" : `Value #${refId}`;
}

function propertiesOf({ unit, thresholds }: Column): DynamicConfigValue[] {
  const properties: DynamicConfigValue[] = [{ id: "unit", value: unit }];
  // Prometheus reckons with what lies beyond the edges of a window, so that three events may come out as 3.02.
  if (unit === units.count) properties.push({ id: "decimals", value: 0 });
  if (thresholds !== undefined) {
    properties.push({ id: "thresholds", value: stepsOf({ thresholds }) });
    properties.push({ id: "custom.cellOptions", value: { type: "color-text" } });
  }
  return properties;
}
