import { addTotals, newTotals, type Totals } from "./totals.ts";

/** Most agents, models, task types … that are told apart within one stretch of time, and in one answer; the next are `other`. */
const MAX_KEYS = 200;
const OTHER = "other";
/** Where a call, or a sum of calls, has none of it: no task, no tier, no workflow. */
export const NONE = "";

const dimensions = ["service", "agent", "model", "taskType", "tier", "workflow"] as const;
export type Dimension = (typeof dimensions)[number];

/** Totals of one stretch of time, all together and by each dimension. Plain data. */
export interface Ledger {
  readonly total: Totals;
  readonly by: Readonly<Record<Dimension, Map<string, Totals>>>;
}

export function newLedger(): Ledger {
  return {
    total: newTotals(),
    by: { service: new Map(), agent: new Map(), model: new Map(), taskType: new Map(), tier: new Map(), workflow: new Map() },
  };
}

/** Adds what was spent under each of its keys. */
export function enter(ledger: Ledger, keys: Readonly<Record<Dimension, string>>, totals: Readonly<Totals>): void {
  addTotals(ledger.total, totals);
  for (const dimension of dimensions) addUnder(ledger.by[dimension], keys[dimension], totals);
}

export function addLedger(ledger: Ledger, other: Ledger): void {
  addTotals(ledger.total, other.total);
  for (const dimension of dimensions) {
    for (const [key, totals] of other.by[dimension]) {
      const into = ledger.by[dimension];
      const known = into.get(key);
      if (known === undefined) into.set(key, { ...totals });
      else addTotals(known, totals);
    }
  }
}

/** The dearest first, at most as many as are told apart; what is left is `other`, and stands last. */
export function dearest(totals: ReadonlyMap<string, Totals>): [key: string, totals: Totals][] {
  const sorted = [...totals]
    .filter(([key]) => key !== OTHER)
    .sort(([, one], [, next]) => next.costUsd - one.costUsd || next.calls - one.calls);
  const left = sorted.splice(MAX_KEYS).map(([, more]) => more);
  const other = totals.get(OTHER);
  if (other !== undefined) left.push(other);
  if (left.length === 0) return sorted;
  const rest = newTotals();
  for (const each of left) addTotals(rest, each);
  return [...sorted, [OTHER, rest]];
}

function addUnder(totals: Map<string, Totals>, key: string, added: Readonly<Totals>): void {
  let known = totals.get(key);
  if (known === undefined) {
    const free = totals.size < MAX_KEYS ? key : OTHER;
    known = totals.get(free) ?? newTotals();
    totals.set(free, known);
  }
  addTotals(known, added);
}
