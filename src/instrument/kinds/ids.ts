import type { Correlation } from "../../events/envelope.ts";
import { cleanId } from "../clean.ts";
import type { ReportFault } from "../faults.ts";

/** Ids that any wrapper takes; what is not given is inherited from the work around it. */
export interface CorrelationOptions {
  readonly agentId?: string;
  readonly sessionId?: string;
  readonly featureId?: string;
  readonly projectId?: string;
}

const NONE: Correlation = {};

/** The ids that a caller gave, checked. */
export function readIds(options: CorrelationOptions, report: ReportFault): Correlation {
  const { agentId, sessionId, featureId, projectId } = options;
  if (agentId === undefined && sessionId === undefined && featureId === undefined && projectId === undefined) return NONE;
  return {
    agentId: cleanId(agentId, "agentId", report),
    sessionId: cleanId(sessionId, "sessionId", report),
    featureId: cleanId(featureId, "featureId", report),
    projectId: cleanId(projectId, "projectId", report),
  };
}
