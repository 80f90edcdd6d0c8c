import { startHub } from "crowsnest/server";
import { answer, type PublishRequest } from "./protocol.ts";
import { publishSteadily } from "./publish.ts";

// A hub with all that it has, as it is installed: events are kept, counted and seen by every view before they are sent on. From its
// sources it would hold some 50 MB of Node's TypeScript support as well, in each of its threads.
const [data = ""] = process.argv.slice(2);
const hub = await startHub({ data, port: 0, otlpPort: "off", otlpGrpcPort: "off", wsPort: "off", traces: false });
answer((request: PublishRequest | "port") =>
  request === "port"
    ? Promise.resolve(Number(new URL(hub.url).port))
    : publishSteadily(request, (events) => {
        hub.accept(events).catch(fail);
      }),
);

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
