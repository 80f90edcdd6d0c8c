import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { EventType } from "crowsnest";
import type { Face, Hub } from "crowsnest/server";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { runFactory } from "../../examples/test-factory/main.ts";
import { mayBeEmpty } from "../../src/monitoring/dashboards/may-be-empty.ts";
import { hasAlertmanager } from "../support/alertmanager.ts";
import { startTestHub } from "../support/hub.ts";
import { watchHub } from "../support/monitoring.ts";
import { everything, filledIn, type PanelQuery, queriesOf, readDashboards } from "../support/panels.ts";
import { inRepository } from "../support/processes.ts";
import { hasPrometheus, type Prometheus } from "../support/prometheus.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

/** Alerts as shipped take some twenty minutes to fire and to resolve; the short form has them wait a thirtieth of that. */
const TIME_SCALE = process.env["CROWSNEST_SLOW"] === undefined ? 1 / 30 : 1;
const PATIENCE_MILLIS = 60_000 + 1_200_000 * TIME_SCALE;

/** Panels without exemplars although they lead to traces, and why. */
const withoutTraces: Readonly<Record<string, string>> = {
  "Journey duration": "The example team tells of a journey when its span has ended.",
};
/** Recorded series that a hub which is well has not, and why. */
const unrecorded: Readonly<Record<string, string>> = {
  "job_instance_queue:crowsnest_events_dropped:increase5m": "No event is lost.",
  "job_instance_queue:crowsnest_events_dropped_per_events:ratio_increase5m": "No event is lost.",
};

describe.skipIf(!hasPrometheus || !hasAlertmanager)("a fleet under watch", () => {
  test("shows something in every panel, and its alerts come and go with their cause", {
    timeout: 3 * PATIENCE_MILLIS,
  }, async () => {
    // With a sink there is a queue to be seen.
    const { hub } = await startTestHub({ hostMetrics: true, jsonl: await tempFolder() });
    const prometheus = await watchHub(hub.url, TIME_SCALE);
    letTeamWork(hub);
    const trouble = new Trouble(hub.attach({ service: "trouble" }));

    await seeAlerts(prometheus, "firing");
    await seeEvents(hub, "alert_fired");
    const queries = await panelQueries(prometheus);
    expect(await unanswered(queries, (query) => hasData(prometheus, query), mayBeEmpty)).toEqual([]);
    expect(await unanswered(queries, (query) => hasTraces(prometheus, query), withoutTraces)).toEqual([]);
    expect(await emptyRecordings(prometheus)).toEqual(Object.keys(unrecorded));
    // Without Tempo there are no metrics of spans, but these are queries.
    for (const query of await queriesFromTraces()) expect(await prometheus.query(query)).toEqual([]);
    expect(await prometheus.query('max_over_time(ALERTS{alertstate="pending", service="trouble"}[1h])')).toHaveLength(2);

    trouble.end();
    await seeEvents(hub, "alert_resolved");
    expect(await firing(prometheus)).toEqual([]);
  });
});

/** What goes wrong in the service "trouble": one agent raises an error after the other, another one's context is all but full. */
class Trouble {
  readonly #crowsnest: Face;
  readonly #stop = new AbortController();

  constructor(crowsnest: Face) {
    this.#crowsnest = crowsnest;
    void this.#raiseErrors();
    crowsnest.context({ agent: "hoarder", tokens: 9_500, limitTokens: 10_000 });
    onTestFinished(() => this.end());
  }

  end(): void {
    this.#stop.abort();
    this.#crowsnest.context({ agent: "hoarder", tokens: 2_000, limitTokens: 10_000 });
  }

  async #raiseErrors(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      this.#crowsnest.emit({ type: "error_raised", agent: "clumsy", data: { errorType: "BurstError" } });
      await sleep(200);
    }
  }
}

const NAMED_ALERTS = ["AgentContextOverflow", "AgentHighErrorRate"];

function letTeamWork(hub: Hub): void {
  const stop = new AbortController();
  const team = runFactory(hub.attach({ service: "test-factory" }), { seed: 7, paceMillis: 10, signal: stop.signal });
  onTestFinished(async () => {
    stop.abort();
    await team;
  });
}

async function firing(prometheus: Prometheus): Promise<string[]> {
  const alerts = await prometheus.query('ALERTS{alertstate="firing", service="trouble"}');
  return alerts.map(({ metric }) => metric["alertname"] ?? "").sort();
}

async function seeAlerts(prometheus: Prometheus, state: string): Promise<void> {
  await until(
    `${NAMED_ALERTS.join(" and ")} to be ${state}`,
    async () => (await firing(prometheus)).length === 2 || undefined,
    PATIENCE_MILLIS,
  );
}

/** Waits until Alertmanager has told the hub, and of whom. */
async function seeEvents(hub: Hub, type: EventType): Promise<void> {
  const wanted = { AgentHighErrorRate: "clumsy", AgentContextOverflow: "hoarder" };
  await until(
    `${type} of ${NAMED_ALERTS.join(" and ")}`,
    async () => {
      const { events } = await hub.query({ types: [type], limit: 1_000 });
      // The team's contexts get full at times, too.
      const told = events.filter(({ attributes }) => attributes?.["service"] === "trouble");
      return Object.entries(wanted).every(([alert, agent]) =>
        told.some((event) => event.agent === agent && "alert" in event.data && event.data.alert === alert),
      );
    },
    PATIENCE_MILLIS,
  );
}

/** Every query of every panel, as Grafana asks it where nothing is chosen. */
async function panelQueries(prometheus: Prometheus): Promise<PanelQuery[]> {
  const dashboards = [...readDashboards().values()];
  expect(dashboards).toHaveLength(7);
  const queries = dashboards.map(async (dashboard) => {
    const variables = await everything(prometheus, dashboard);
    return queriesOf(dashboard).map((query) => ({ ...query, expr: filledIn(query.expr, variables) }));
  });
  return (await Promise.all(queries)).flat();
}

/** Asks until each query has an answer; gives those that still have none after a while, but for panels that need none. */
async function unanswered(
  queries: readonly PanelQuery[],
  isAnswered: (query: PanelQuery) => Promise<boolean>,
  needNot: Readonly<Record<string, string>>,
): Promise<string[]> {
  let left = queries.filter(({ panel }) => !Object.hasOwn(needNot, panel));
  expect(left.length).toBeGreaterThan(100);
  for (const end = performance.now() + 45_000; ; await sleep(1_000)) {
    const answers = await Promise.all(left.map(isAnswered));
    left = left.filter((_query, index) => answers[index] === false);
    if (left.length === 0 || performance.now() > end) break;
  }
  return left.map(({ dashboard, panel, refId }) => `${dashboard} / ${panel} / ${refId}`);
}

async function hasData(prometheus: Prometheus, { expr, instant }: PanelQuery): Promise<boolean> {
  if (!instant) return (await prometheus.seriesWithin(expr, 60)) > 0;
  return (await prometheus.query(expr)).some(({ value }) => !Number.isNaN(value));
}

async function hasTraces(prometheus: Prometheus, { expr, exemplar }: PanelQuery): Promise<boolean> {
  return !exemplar || (await prometheus.exemplars(expr)).some(({ labels }) => labels["trace_id"] !== undefined);
}

/** Asks for every expression of the rules as shipped, which throws where Prometheus does not understand one; gives the recorded ones without an answer. */
async function emptyRecordings(prometheus: Prometheus): Promise<string[]> {
  const files = await readdir(inRepository("alerts/rules"));
  const texts = await Promise.all(files.map((file) => readFile(inRepository(`alerts/rules/${file}`), "utf8")));
  const rules = texts.flatMap((text) => (parse(text) as RuleFile).groups).flatMap((group) => group.rules);
  expect(rules.length).toBeGreaterThan(20);
  const answers = await Promise.all(rules.map(async ({ expr, record }) => ({ record, samples: await prometheus.query(expr) })));
  return answers.flatMap(({ record, samples }) => (record !== undefined && samples.length === 0 ? [record] : [])).sort();
}

/** What Grafana asks Prometheus for somebody who looks at a span. */
async function queriesFromTraces(): Promise<string[]> {
  const file = "grafana/provisioning/datasources/datasources.yaml";
  const { datasources } = parse(await readFile(inRepository(file), "utf8")) as {
    datasources: { jsonData: { tracesToMetrics?: { queries: { query: string }[] } } }[];
  };
  const queries = datasources.flatMap(({ jsonData }) => jsonData.tracesToMetrics?.queries ?? []);
  expect(queries).toHaveLength(3);
  return queries.map(({ query }) => query.replace("$$__tags", 'service="test-factory"'));
}

interface RuleFile {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string; readonly record?: string }[] }[];
}
