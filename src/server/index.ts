export { ConfigError } from "../config.ts";
export type { Face } from "../instrument/face.ts";
export type { AppendResult, EventPage, EventQuery } from "../store/event-store.ts";
export { StoreError } from "../store/event-store.ts";
export { startHubFromCommandLine } from "./command-line.ts";
export { type Hub, type HubOptions, startHub } from "./hub.ts";
export { ListenError } from "./listen.ts";
export { listeningLine } from "./listening-line.ts";
export { untilStopped } from "./until-stopped.ts";
