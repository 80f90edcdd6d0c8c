import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inRepository } from "../support/processes.ts";

/** What the tests read of a dashboard, as Grafana does. */
export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly tags: readonly string[];
  readonly timezone: string;
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
  readonly links: readonly { readonly title: string; readonly url: string; readonly placement?: string }[];
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly TargetJson[];
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly transformations?: readonly { readonly id: string }[];
}

export interface TargetJson {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: { readonly uid: string };
  readonly exemplar?: boolean;
  readonly instant?: boolean;
  readonly range?: boolean;
  readonly format?: string;
}

export interface VariableJson {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
  readonly refresh?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
}

const folder = inRepository("grafana/dashboards");

/** The dashboards that stand in the repository. */
export function storedDashboards(): readonly DashboardJson[] {
  return readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
}

/** All panels but the headings of rows. */
export function panelsOf({ panels }: DashboardJson): readonly PanelJson[] {
  return panels.filter(({ type }) => type !== "row");
}

/** Every query of every panel, with where it stands. */
export function targetsOf(dashboard: DashboardJson): readonly { readonly panel: PanelJson; readonly target: TargetJson }[] {
  return panelsOf(dashboard).flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })));
}

/** The text that a query variable asks for its choices. */
export function queryOf({ query }: VariableJson): string {
  return typeof query === "string" ? query : query.query;
}
