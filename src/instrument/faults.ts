/** What was wrong with something the host gave us; few and fixed, so that they can be a metric label. */
export type FaultReason =
  | "missing_agent"
  | "missing_name"
  | "unknown_type"
  | "unknown_outcome"
  | "negative_number"
  | "not_a_number"
  | "out_of_range"
  | "circular"
  | "too_large"
  | "unreadable"
  | "not_an_object"
  | "invalid_event";

/** Counts what was wrong and tells a person about it at most once a minute per reason. Never throws. */
export type ReportFault = (reason: FaultReason, describe: () => string) => void;
