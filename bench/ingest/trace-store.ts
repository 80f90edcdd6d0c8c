import { createServer } from "node:http";
import { tellAddress } from "./child.ts";

/** Stands in for Tempo: takes what is forwarded and forgets it. */
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => response.setHeader("Content-Type", "application/x-protobuf").end());
});
server.listen(0, "127.0.0.1", () => tellAddress(server));
