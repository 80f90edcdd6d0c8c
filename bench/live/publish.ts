import { setTimeout as sleep } from "node:timers/promises";
import type { AgentEvent } from "../../src/events/types.ts";
import { uuidv7 } from "../../src/events/uuid.ts";
import type { PublishAnswer, PublishRequest } from "./protocol.ts";

/** Events arrive so often, each time as many as are due. */
const ARRIVAL_MILLIS = 10;
const RSS_EVERY_MILLIS = 250;
/** After the last event: the time to send it on counts as well. */
const REST_MILLIS = 500;

/** Publishes events of a fleet at work at a steady rate, and measures what that costs this process. */
export async function publishSteadily(
  { perSecond, seconds }: PublishRequest,
  publish: (events: readonly AgentEvent[]) => void,
): Promise<PublishAnswer> {
  const rssBytes: number[] = [];
  const sampling = setInterval(() => rssBytes.push(process.memoryUsage.rss()), RSS_EVERY_MILLIS);
  const cpu = process.cpuUsage();
  const startedMillis = performance.now();
  const total = perSecond * seconds;
  for (let published = 0; published < total; ) {
    await sleep(ARRIVAL_MILLIS);
    const due = Math.min(total, Math.floor(((performance.now() - startedMillis) / 1_000) * perSecond)) - published;
    if (due > 0) publish(Array.from({ length: due }, (_, index) => handoff(published + index)));
    published += due;
  }
  await sleep(REST_MILLIS);
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(sampling);
  return { published: total, cpuSeconds: (user + system) / 1e6, rssBytes };
}

function handoff(index: number): AgentEvent {
  return {
    id: uuidv7(),
    type: "handoff_completed",
    timeUnixMillis: Date.now(),
    source: "bench-agents",
    agent: `agent-${index % 20}`,
    sessionId: `session-${index % 50}`,
    workflowId: `workflow-${index % 200}`,
    taskId: `task-${index % 500}`,
    traceId: "0af7651916cd43dd8448eb211c80319c",
    spanId: "b7ad6b7169203331",
    data: {
      fromAgent: `agent-${index % 20}`,
      toAgent: `agent-${(index + 7) % 20}`,
      outcome: "success",
      durationSeconds: (index % 100) / 10,
      reason: "The draft is ready for review",
    },
  };
}
