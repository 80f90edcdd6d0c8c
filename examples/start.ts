import { listeningLine, startHubFromCommandLine, untilStopped } from "crowsnest/server";
import { runFactory } from "./test-factory/main.ts";

/** What `npm start` runs: a hub, and the example team at work in its process. */
async function start(): Promise<void> {
  const hub = await startHubFromCommandLine(process.argv.slice(2));
  const stop = new AbortController();
  const factory = runFactory(hub.attach({ service: "test-factory" }), { signal: stop.signal });
  factory.catch(tell);
  console.log(listeningLine(hub));
  console.log("A team of six agents writes, reviews, runs and mends tests, over and over. Open:");
  console.log(`  ${hub.url}/metrics    what Prometheus scrapes: handoffs, decisions, tasks, tokens, cost`);
  console.log(`  ${hub.url}/health     how the team is, and why`);
  console.log(`  ${hub.url}/api/fleet  who is there, and what they have done; /api/openapi.json lists all that can be asked`);
  console.log(`Or watch them in another terminal: npx crowsnest events tail --hub ${hub.url}`);
  console.log("Ctrl-C stops it.");
  await untilStopped(async () => {
    stop.abort();
    await factory.catch(() => undefined);
    await hub.close();
  });
}

function tell(error: unknown): void {
  console.error(`crowsnest: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

await start().catch(tell);
