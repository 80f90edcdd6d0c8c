import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What is sent again and again to one address. */
export interface Target {
  readonly url: string;
  readonly path: string;
  readonly contentType: string;
}

/** Sends bodies over so many connections, each as soon as the one before it is answered; milliseconds until all are. */
export async function sendAll(target: Target, bodies: readonly Buffer[], connections: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startedMillis = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < bodies.length) await send(target, bodies[next++] as Buffer, agent);
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return performance.now() - startedMillis;
}

/** Sends bodies at fixed times, whether or not the earlier ones are answered; how long each answer took, in milliseconds. */
export async function sendAtRate(
  target: Target,
  bodies: readonly Buffer[],
  perSecond: number,
  connections: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const startedMillis = performance.now();
  const answers = bodies.map(async (body, index) => {
    const dueMillis = startedMillis + (index * 1_000) / perSecond;
    await sleep(Math.max(0, dueMillis - performance.now()));
    await send(target, body, agent);
    // From when it was due: a server that stalls also delays those that come after.
    return performance.now() - dueMillis;
  });
  const latencies = await Promise.all(answers);
  agent.destroy();
  return latencies;
}

function send({ url, path, contentType }: Target, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "Content-Type": contentType, "Content-Length": body.length };
    const sent = request(`${url}${path}`, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode < 300) resolve();
        else reject(new Error(`${url}${path} answered ${statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
