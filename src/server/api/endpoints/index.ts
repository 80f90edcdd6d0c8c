import type { Endpoint } from "../endpoint.ts";
import { eventsEndpoint } from "./events.ts";
import { fromView } from "./from-view.ts";

/** Everything that can be asked of a hub by GET. Routes, the OpenAPI document and the reference derive from this list. */
export const endpoints: readonly Endpoint[] = [eventsEndpoint, fromView("/api/windows", "Now", "windows")];
