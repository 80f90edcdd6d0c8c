import type { Core } from "../../core.ts";
import { FLEET_STATE_VERSION } from "../../folds/fleet-state.ts";
import type { Replayed } from "../../folds/snapshot-part.ts";
import type { Translators } from "../ingest/translators.ts";
import { wholeFold } from "./whole-fold.ts";

/** One more whenever the shape or the meaning of what these remember changes. */
const POINTS_VERSION = 1;
const CLAUDE_CODE_VERSION = 1;

/** What a hub brings back at start beside its views: the state of the fleet, and what its translators have to remember. */
export function hubFolds(core: Core, { points, claudeCode }: Translators): Replayed[] {
  return [
    wholeFold({ name: "fleet", version: FLEET_STATE_VERSION, fold: core.state, replay: (event) => core.replay(event) }),
    wholeFold({ name: "points", version: POINTS_VERSION, fold: points, replay: (event) => points.remember(event) }),
    wholeFold({
      name: "claudeCode",
      version: CLAUDE_CODE_VERSION,
      fold: claudeCode,
      replay: (event) => claudeCode.remember(event),
    }),
  ];
}
