import type { DataTransformerConfig, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/nodegraph";
import { asTable, furnish, type PanelOptions } from "../common.ts";

interface NodeGraphOptions extends PanelOptions {
  /** One whole number for each node, with the labels `id` and `title`. Whatever an edge names has to be here, or nothing is drawn. */
  readonly nodes: string;
  /** One whole number for each edge, with the labels `id`, `source` and `target`. */
  readonly edges: string;
}

/** What node graphs show in a circle and on an arrow. */
const MAIN_STAT = "mainstat";

/** Circles and arrows, each with its number. */
export function nodeGraph(options: NodeGraphOptions): Panel {
  return furnish(new PanelBuilder(), options, [asTable(options.nodes, "nodes"), asTable(options.edges, "edges")])
    .transformations([
      mainStat("nodes"),
      mainStat("edges"),
      // Numbers would be shown with two decimals and the name of their unit.
      {
        id: "convertFieldType",
        options: { fields: {}, conversions: [{ targetField: MAIN_STAT, destinationType: "string" }] },
      },
    ])
    .build();
}

/**
 * Node graphs find their fields by name and do not see what a field was renamed to (grafana/grafana issue 54844), so the value is
 * worked out anew as a field with the right name.
 */
function mainStat(refId: string): DataTransformerConfig {
  return {
    id: "calculateField",
    filter: { id: "byRefId", options: refId },
    options: { mode: "reduceRow", reduce: { reducer: "sum", include: [`Value #${refId}`] }, alias: MAIN_STAT },
  };
}
