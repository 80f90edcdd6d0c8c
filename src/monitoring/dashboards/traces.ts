import type { DashboardLink } from "@grafana/grafana-foundation-sdk/dashboard";
import { linkTo } from "./links.ts";
import { variable } from "./variables.ts";

/** What the data source of traces is provisioned as. */
const TEMPO_UID = "tempo";

/** What spans are called that stand behind a panel's exemplars, as far as the name is the same for all of them. */
export type SpanKind =
  | "handoff"
  | "decision"
  | "task"
  | "invoke_workflow"
  | "invoke_agent"
  | "milestone"
  | "chat"
  | "execute_tool"
  /** Nothing has a span of that kind; the link leads to all traces of the service. */
  | "any";

/** Leads from a panel to the traces of what it shows, in the time that it shows. */
export function tracesLink(kind: SpanKind): DashboardLink {
  const search = {
    traces: {
      datasource: TEMPO_UID,
      queries: [{ refId: "A", datasource: { type: "tempo", uid: TEMPO_UID }, queryType: "traceql", query: traceQl(kind) }],
      range: { from: variable("__from"), to: variable("__to") },
    },
  };
  const url = `/explore?schemaVersion=1&panes=${encodeAround(JSON.stringify(search))}`;
  return linkTo({ title: "Traces", icon: "external link", url, targetBlank: true });
}

function traceQl(kind: SpanKind): string {
  const ofService = `resource.service.name=~"${variable("service:pipe")}"`;
  return kind === "any" ? `{ ${ofService} }` : `{ ${ofService} && name=~"${kind} .*" }`;
}

/** Grafana finds its variables only where they are not encoded. */
function encodeAround(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part) => (/^\$\{/.test(part) ? part : encodeURIComponent(part)))
    .join("");
}
