import { createServer, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { AgentEvent } from "../../src/events/types.ts";
import { emptyColumns, encodeEvent } from "../../src/store/sqlite/encode.ts";
import { SqliteWriter } from "../../src/store/sqlite/writer.ts";
import { tellAddress } from "./child.ts";

/**
 * The least that a durable ingest can be: node:http, JSON.parse, the same insert into the same table with the same sync to disk, and
 * one commit for all requests whose bodies are complete when the event loop turns. It checks nothing, counts nothing and shows nothing.
 */
const writer = new SqliteWriter(join(String(process.argv[2]), "events.db"));
let waiting: { readonly events: readonly AgentEvent[]; readonly response: ServerResponse }[] = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    if (waiting.length === 0) setImmediate(commit);
    waiting.push({ events: JSON.parse(Buffer.concat(chunks).toString()), response });
  });
});
server.listen(0, "127.0.0.1", () => tellAddress(server));
setInterval(() => writer.checkpoint(), 1_000).unref();

function commit(): void {
  const requests = waiting;
  waiting = [];
  const columns = emptyColumns();
  for (const { events } of requests) for (const event of events) encodeEvent(event, columns, 1_000_000);
  writer.append(columns, Date.now());
  for (const { events, response } of requests) {
    response.statusCode = 202;
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ accepted: events.length }));
  }
}
