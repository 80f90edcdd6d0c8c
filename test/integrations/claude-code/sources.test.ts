import { describe, expect, test } from "vitest";
import { type Delivery, deliver, isHook, isLog, isMetric, recorded } from "../../support/claude-code.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";

/** Counters of the fleet, and what is in progress, as they stand on `/metrics`. Durations are the machine's that recorded. */
async function counted({ hub }: TestHub): Promise<Record<string, number>> {
  const page = await (await fetch(`${hub.url}/metrics`)).text();
  const lines = page
    .split("\n")
    .filter((line) => /^agent_(?!active_seconds)[a-z_]+(_total|_in_progress|_count|_active)\{service="claude-code"/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [
        line.slice("agent_".length, space).replace('service="claude-code",', ""),
        Number(Number(line.slice(space + 1)).toFixed(9)),
      ] as const;
    }),
  );
}

async function countedAfter(...deliveries: readonly (readonly Delivery[])[]): Promise<Record<string, number>> {
  const hub = await startTestHub();
  for (const some of deliveries) await deliver(hub, some);
  return counted(hub);
}

const model = 'provider="anthropic",model="claude-opus-5-5"';
const team = recorded("team");
const [hooks, logs, metrics] = [team.filter(isHook), team.filter(isLog), team.filter(isMetric)];

/** What hooks alone tell. */
const toldByHooks = {
  'handoffs_total{from_agent="claude-code",to_agent="scribe",outcome="success"}': 2,
  'handoffs_total{from_agent="claude-code",to_agent="Explore",outcome="success"}': 1,
  'tasks_total{agent="claude-code",task_type="task",outcome="success"}': 1,
  'task_assignments_total{agent="claude-code",task_type="task"}': 1,
  'workflows_total{workflow="project",outcome="success"}': 2,
  'tool_calls_total{agent="claude-code",tool="Bash",outcome="success"}': 2,
  'tool_calls_total{agent="claude-code",tool="Bash",outcome="failure"}': 1,
  'tool_calls_total{agent="claude-code",tool="Read",outcome="failure"}': 1,
  'tool_calls_total{agent="scribe",tool="Bash",outcome="success"}': 2,
  'tool_calls_total{agent="Explore",tool="Bash",outcome="success"}': 1,
  'tool_calls_total{agent="claude-code",tool="Agent",outcome="success"}': 2,
  'context_refresh_duration_seconds_count{agent="claude-code"}': 1,
};
/** What logs tell as well, with the names that hooks know. */
const toldByLogs = {
  [`model_calls_total{agent="claude-code",${model},outcome="success"}`]: 13,
  [`model_calls_total{agent="scribe",${model},outcome="success"}`]: 4,
  [`model_calls_total{agent="Explore",${model},outcome="success"}`]: 2,
  [`model_tokens_total{agent="scribe",${model},token_type="cache_read"}`]: 22_400,
  [`model_tokens_total{agent="claude-code",${model},token_type="input"}`]: 156,
  'context_saved_tokens_total{agent="claude-code"}': 1_341,
  'safety_blocks_total{agent="claude-code",policy="permission_config"}': 1,
};

let usual: Record<string, number> | undefined;
/** What is counted of it all, as it came. */
async function usually(): Promise<Record<string, number>> {
  usual ??= await countedAfter(team);
  return usual;
}

describe("a session that the real Claude Code was recorded in", () => {
  test("hooks alone tell of agents, handoffs, tools, tasks and sessions, and of no model", async () => {
    const found = await countedAfter(hooks);
    expect(found).toMatchObject(toldByHooks);
    expect(Object.keys(found).filter((name) => name.startsWith("model_") || name.startsWith("cost_"))).toEqual([]);
  });

  test("logs alone tell of models, tools, agents and handoffs; agents of the user's own have one name", async () => {
    const found = await countedAfter(logs);
    expect(found).toMatchObject({
      [`model_calls_total{agent="claude-code",${model},outcome="success"}`]: 13,
      [`model_calls_total{agent="custom",${model},outcome="success"}`]: 4,
      'tool_calls_total{agent="custom",tool="Bash",outcome="success"}': 2,
      'tool_calls_total{agent="Explore",tool="Bash",outcome="success"}': 1,
      'handoffs_total{from_agent="claude-code",to_agent="custom",outcome="success"}': 2,
      'context_saved_tokens_total{agent="claude-code"}': 1_341,
      'context_refresh_duration_seconds_count{agent="claude-code"}': 1,
    });
    expect(found[`cost_usd_total{agent="claude-code",model="claude-opus-5-5"}`]).toBeCloseTo(0.029094, 9);
  });

  test("metrics alone tell the same tokens and costs as logs, and no calls", async () => {
    const [byMetrics, byLogs] = [await countedAfter(metrics), await countedAfter(logs)];
    const spent = (found: Record<string, number>) =>
      Object.fromEntries(Object.entries(found).filter(([name]) => /^(model_tokens|cost_usd)/.test(name)));
    expect(Object.keys(spent(byMetrics))).toHaveLength(15);
    expect(spent(byMetrics)).toEqual(spent(byLogs));
    expect(Object.keys(byMetrics).filter((name) => name.startsWith("model_calls"))).toEqual([]);
  });

  test("all together, as they came, tell each thing once", async () => {
    const found = await usually();
    expect(found).toMatchObject({ ...toldByHooks, ...toldByLogs });
    expect(Object.keys(found).filter((name) => name.includes("custom"))).toEqual([]);
    expect(found[`cost_usd_total{agent="scribe",model="claude-opus-5-5"}`]).toBeCloseTo(0.008952, 9);
  });

  test.each<[string, readonly (readonly Delivery[])[]]>([
    ["hooks, then logs, then metrics", [hooks, logs, metrics]],
    ["every request twice", [team.flatMap((delivery) => [delivery, delivery])]],
    ["all of it again afterwards, but for the hooks", [team, logs, metrics]],
  ])("%s count as much as they do as they came", async (_, deliveries) => {
    expect(await countedAfter(...deliveries)).toEqual(await usually());
  });

  test("logs and metrics before the hooks count as much; only agents are called as the logs call them", async () => {
    const found = await countedAfter(logs, metrics, hooks);
    const renamed = Object.entries(await usually()).map(([name, value]) => [name.replaceAll("scribe", "custom"), value]);
    expect(found).toEqual(Object.fromEntries(renamed));
  });

  test("a turn that the model refused is one error, whoever tells it, and the session failed", async () => {
    const refused = recorded("refused");
    const [asItCame, reversed] = [await countedAfter(refused), await countedAfter(refused.toReversed())];
    expect(asItCame).toMatchObject({
      'workflows_total{workflow="project",outcome="failure"}': 1,
      [`model_calls_total{agent="claude-code",${model},outcome="failure"}`]: 1,
    });
    // Hooks and logs call it by different names: it has the one that was kept first.
    const errors = (found: Record<string, number>) =>
      Object.entries(found).filter(([name]) => /^errors_total\{agent="claude-code",error_type="(unknown|400)"\}$/.test(name));
    expect(errors(asItCame).map(([, count]) => count)).toEqual([1]);
    expect(errors(reversed).map(([, count]) => count)).toEqual([1]);
  });

  test("in protobuf as in JSON", async () => {
    expect(await countedAfter(recorded("protobuf"))).toMatchObject({
      [`model_calls_total{agent="claude-code",${model},outcome="success"}`]: 2,
      'tool_calls_total{agent="claude-code",tool="Bash",outcome="success"}': 1,
      'workflows_total{workflow="project",outcome="success"}': 1,
    });
    const spent = await countedAfter(recorded("protobuf").filter(isMetric));
    expect(spent[`model_tokens_total{agent="claude-code",${model},token_type="cache_read"}`]).toBe(11_200);
  });
});
