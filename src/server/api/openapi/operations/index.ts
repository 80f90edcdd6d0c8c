import type { Operation } from "../operation.ts";
import { documentOperation } from "./document.ts";
import { exportOperation } from "./export.ts";
import { hookOperations } from "./hooks.ts";
import { ingestOperations } from "./ingest.ts";
import { liveOperations } from "./live.ts";
import { observeOperations } from "./observe.ts";

/** What a hub answers beside the endpoints of the table; written by hand, as each of these has a route of its own kind. */
export const otherOperations: readonly Operation[] = [
  exportOperation,
  ...liveOperations,
  ...ingestOperations,
  ...hookOperations,
  ...observeOperations,
  documentOperation,
];
