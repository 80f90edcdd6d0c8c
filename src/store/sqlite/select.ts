import { decodeCursor, type Order } from "../cursor.ts";
import type { EventQuery } from "../event-store.ts";
import type { SqlValue } from "./driver.ts";

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
/** Most values of one filter that are each looked up in the index; for more, reading on in order of seq is as quick. */
const MAX_LOOKUPS = 16;

export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/** Part of the log by seq, both ends included. */
export interface SeqRange {
  readonly first: number;
  readonly last: number;
}

interface Filter {
  readonly column: string;
  readonly values: readonly string[];
  readonly indexed: boolean;
}

export function limitOf(query: EventQuery): number {
  const limit = Math.trunc(query.limit ?? DEFAULT_LIMIT);
  return Number.isNaN(limit) ? DEFAULT_LIMIT : Math.min(Math.max(limit, 1), MAX_LIMIT);
}

export function orderOf(query: EventQuery): Order {
  return query.order ?? "oldest-first";
}

/** Which seqs the cursor and `afterSeq` leave. Throws a StoreError where the cursor is not one of ours. */
export function rangeAfterCursor(query: EventQuery): SeqRange {
  const first = Math.max(1, (query.afterSeq ?? 0) + 1);
  const last = Number.MAX_SAFE_INTEGER;
  if (query.cursor === undefined) return { first, last };
  const order = orderOf(query);
  const seq = decodeCursor(order, query.cursor);
  return order === "oldest-first" ? { first: Math.max(first, seq + 1), last } : { first, last: seq - 1 };
}

/**
 * Asks the index on time where in the log the wanted moments lie; undefined where the query names none. Time and seq nearly
 * agree, so that a page of last week does not read its way through the month.
 */
export function selectRangeOfTimes(query: EventQuery): Sql | undefined {
  if (query.sinceUnixMillis === undefined && query.untilUnixMillis === undefined) return undefined;
  return {
    text: `SELECT min(seq), max(seq) FROM events INDEXED BY events_time WHERE time_unix_millis >= ? AND time_unix_millis < ?`,
    values: timesOf(query),
  };
}

/**
 * Rows `[seq, received, event]` in order. Which index is used is decided here and not guessed by SQLite, which has no
 * statistics: the narrowest filter is looked up value by value, already in order, the branches are merged, and the other filters are
 * tested row by row (a `+` before a column keeps SQLite from its index). So the price is that of the page, not of the store.
 * Undefined where a list is empty, which nothing matches.
 */
export function selectEvents(query: EventQuery, range: SeqRange, limit: number): Sql | undefined {
  const filters = filtersOf(query);
  if (filters.some(({ values }) => values.length === 0)) return undefined;
  const lookup = filters.find(({ indexed, values }) => indexed && values.length <= MAX_LOOKUPS);
  const rest = [seqWithin(range), ...filters.filter((filter) => filter !== lookup).map(oneOf), ...timeWithin(query)];
  const branches = lookup === undefined ? [rest] : lookup.values.map((value) => [equals(lookup.column, value), ...rest]);
  const direction = orderOf(query) === "oldest-first" ? "ASC" : "DESC";
  return {
    text: `${branches.map(branch).join(" UNION ALL ")} ORDER BY seq ${direction} LIMIT ${limit}`,
    values: branches.flat().flatMap(({ values }) => values),
  };
}

/** The filters of a query, those that usually leave fewest events first. */
function filtersOf(query: EventQuery): Filter[] {
  const wanted = [
    { column: "trace", values: query.traceId, indexed: true },
    { column: "task", values: query.taskId, indexed: true },
    { column: "workflow", values: query.workflowId, indexed: true },
    { column: "session", values: query.sessionId, indexed: true },
    { column: "type", values: query.types, indexed: true },
    { column: "agent", values: query.agents, indexed: true },
    // A handful of services share all events: an index would cost every insert and narrow nothing.
    { column: "source", values: query.sources, indexed: false },
  ];
  return wanted.flatMap(({ values, ...filter }) =>
    values === undefined ? [] : [{ ...filter, values: typeof values === "string" ? [values] : [...new Set(values)] }],
  );
}

function branch(conditions: readonly Sql[]): string {
  return `SELECT seq, received_unix_millis, event FROM events WHERE ${conditions.map(({ text }) => text).join(" AND ")}`;
}

function equals(column: string, value: string): Sql {
  return { text: `${column} = ?`, values: [value] };
}

function oneOf({ column, values }: Filter): Sql {
  // One parameter whatever the length of the list; SQLite reads it into a table once.
  return { text: `+${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(values)] };
}

function seqWithin({ first, last }: SeqRange): Sql {
  return { text: "seq BETWEEN ? AND ?", values: [first, last] };
}

function timeWithin(query: EventQuery): Sql[] {
  if (query.sinceUnixMillis === undefined && query.untilUnixMillis === undefined) return [];
  return [{ text: "+time_unix_millis >= ? AND +time_unix_millis < ?", values: timesOf(query) }];
}

function timesOf(query: EventQuery): [number, number] {
  return [query.sinceUnixMillis ?? Number.MIN_SAFE_INTEGER, query.untilUnixMillis ?? Number.MAX_SAFE_INTEGER];
}
