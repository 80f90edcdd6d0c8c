import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** So many places of a port are kept free for those who come next, also when several come at once. */
const FREE_PLACES = 100;
/** So many quiet connections are let be, the last ones: what they ask may be on its way. */
const NEWCOMERS = 20;

/** Among which a connection may be found, so that it can be taken from them. */
const quietOnes = new WeakMap<Duplex, Set<Duplex>>();

/**
 * Bounds how many connections a port has. Before its last places are taken, connections on which nothing is being answered (between two
 * requests, before the first, or in the middle of a head that does not end) give way to those that come, the longest quiet ones first:
 * however many are held open, a scrape gets through.
 */
export function makeRoom(server: Server, maxConnections: number): void {
  /** In the order in which they fell quiet. */
  const quiet = new Set<Duplex>();
  const lastAnswers = new WeakMap<Socket, ServerResponse>();
  let open = 0;
  server.maxConnections = maxConnections;
  server.on("connection", (socket: Socket) => {
    open += 1;
    if (open > maxConnections - FREE_PLACES && quiet.size >= NEWCOMERS) letGo(quiet);
    quiet.add(socket);
    quietOnes.set(socket, quiet);
    socket.once("close", () => {
      open -= 1;
      quiet.delete(socket);
    });
  });
  server.prependListener("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    quiet.delete(socket);
    lastAnswers.set(socket, response);
    response.once("close", () => {
      // Requests may stand behind each other in one connection.
      if (lastAnswers.get(socket) === response && !socket.destroyed) quiet.add(socket);
    });
  });
}

/** A connection that was upgraded stays. Node tells a server of upgrades only where it takes them over. */
export function keepUpgraded(stream: Duplex): void {
  quietOnes.get(stream)?.delete(stream);
}

function letGo(quiet: Set<Duplex>): void {
  const [longest] = quiet;
  if (longest === undefined) return;
  quiet.delete(longest);
  longest.destroy();
}
