import {
  type AnnotationQuery,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  RowBuilder,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { built } from "./common.ts";
import { panelId, place, type Section } from "./layout.ts";
import { linkTo } from "./links.ts";
import { firing } from "./panels/alerts.ts";
import { datasource, prometheus } from "./variables.ts";

/** One dashboard: what it is called, and what is on it. */
export interface Board {
  readonly uid: string;
  readonly title: string;
  /** What it is good for. */
  readonly description: string;
  readonly variables: readonly { build(): VariableModel }[];
  readonly sections: readonly Section[];
}

/** What all dashboards are found by. */
const TAG = "crowsnest";

/** Makes the dashboard that Grafana takes, with links to the others in their order. */
export function assemble(board: Board, all: readonly Board[]): Dashboard {
  const builder = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags([TAG])
    .timezone("utc")
    .time({ from: "now-1h", to: "now" })
    .refresh("30s")
    .tooltip(DashboardCursorSync.Crosshair)
    // Edited here, and not by hand: a change would be lost with the next release.
    .readonly()
    .variables([datasource(), ...board.variables])
    .annotations([built(firingAlerts)])
    .links(all.filter(({ uid }) => uid !== board.uid).map((other) => built(linkToBoard(other))));
  let y = 0;
  for (const { title, lines } of board.sections) {
    builder.withRow(new RowBuilder(title).id(panelId(`row ${title}`)).gridPos({ h: 1, w: 24, x: 0, y }));
    y += 1;
    for (const each of lines) {
      for (const { item, at } of place(each, y)) {
        builder.withPanel(built({ ...item, id: panelId(item.title ?? ""), gridPos: at }));
      }
      y += each.height;
    }
  }
  return builder.build();
}

/** Keeps the time shown and what is chosen. */
function linkToBoard({ uid, title, description }: Board): DashboardLink {
  return linkTo({ title, tooltip: description, icon: "dashboard", url: `/d/${uid}`, includeVars: true, keepTime: true });
}

/** Marks on every graph when which alert fired. */
const firingAlerts: AnnotationQuery = {
  name: "Alerts",
  datasource: prometheus,
  enable: true,
  iconColor: "red",
  expr: firing,
  step: "60s",
  titleFormat: "{{alertname}}",
  textFormat: "{{service}} {{agent}}",
};
