import { once } from "node:events";
import { WebSocket } from "ws";
import { answer, type WatchAnswer, type WatchRequest } from "./protocol.ts";

// Many clients in one process. They do not parse what they get, as that would take the machine from the server: they look for the
// numbers that they need, in a frame of one event and in one of many alike.

const SEQ = Buffer.from('"seq":');
const TIMESTAMP = Buffer.from('"timestamp":');
/** The latency of one event in so many is noted. */
const NOTED = 100;

let received = 0;
let gaps = 0;
let latenciesMillis: number[] = [];
let open: WebSocket[] = [];

answer((request: WatchRequest | "report") => (request === "report" ? report() : watchAll(request)));

async function watchAll({ port, path, clients }: WatchRequest): Promise<number> {
  for (const socket of open) socket.terminate();
  open = Array.from({ length: clients }, () => watch(`ws://127.0.0.1:${port}${path}`));
  await Promise.all(open.map((socket) => once(socket, "open")));
  return open.length;
}

async function report(): Promise<WatchAnswer> {
  const answer = { received, gaps, latenciesMillis };
  received = 0;
  gaps = 0;
  latenciesMillis = [];
  return answer;
}

function watch(url: string): WebSocket {
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
  let last: number | undefined;
  socket.on("message", (data: Buffer) => {
    for (let at = data.indexOf(SEQ); at >= 0; at = data.indexOf(SEQ, at + SEQ.length)) {
      const seq = numberAt(data, at + SEQ.length);
      received += 1;
      if (last !== undefined && seq !== last + 1) gaps += 1;
      last = seq;
      if (received % NOTED === 0) note(data, at);
    }
  });
  return socket;
}

/** An event's moment stands before its seq. */
function note(data: Buffer, at: number): void {
  const timestamp = numberAt(data, data.lastIndexOf(TIMESTAMP, at) + TIMESTAMP.length);
  latenciesMillis.push(Date.now() - timestamp * 1_000);
}

/** The number that begins at a place. */
function numberAt(data: Buffer, start: number): number {
  return Number.parseFloat(data.toString("latin1", start, start + 20));
}
