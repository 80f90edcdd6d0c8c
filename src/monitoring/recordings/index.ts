import { moneyAndPeopleRecordings } from "./money-and-people.ts";
import { outcomeRecordings } from "./outcomes.ts";
import { ownRecordings } from "./own-health.ts";
import { taskRecordings } from "./tasks.ts";

export type { Recording } from "./recording.ts";

/** Every recording rule. Panels and alerts know them by these keys. */
export const recordings = {
  ...taskRecordings,
  ...outcomeRecordings,
  ...moneyAndPeopleRecordings,
  ...ownRecordings,
} as const;
