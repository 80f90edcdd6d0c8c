/** JSON-RPC messages, as far as they are looked at. Versions 1 and 2 of the SDK hand over the same. */

export type RequestId = string | number;

export interface Request {
  readonly id: RequestId;
  readonly method: string;
  readonly params: Fields | undefined;
}

export interface Response {
  readonly id: RequestId;
  readonly result: Fields | undefined;
  readonly error: { readonly code: unknown; readonly message: unknown } | undefined;
}

export type Fields = Readonly<Record<string, unknown>>;

export const TOOL_CALL = "tools/call";
const CANCELLED = "notifications/cancelled";

/** Undefined for messages of other kinds; a batch is none of ours. */
export function asRequest(message: unknown): Request | undefined {
  if (!isFields(message) || !isId(message.id) || typeof message.method !== "string") return undefined;
  return { id: message.id, method: message.method, params: fieldsOf(message.params) };
}

export function asResponse(message: unknown): Response | undefined {
  if (!isFields(message) || !isId(message.id) || message.method !== undefined) return undefined;
  const error = fieldsOf(message.error);
  return {
    id: message.id,
    result: fieldsOf(message.result),
    error: error && { code: error.code, message: error.message },
  };
}

/** Which request is no longer wanted, and why. */
export function asCancellation(message: unknown): { readonly id: RequestId; readonly reason: string } | undefined {
  if (!isFields(message) || message.method !== CANCELLED) return undefined;
  const params = fieldsOf(message.params);
  return isId(params?.requestId) ? { id: params.requestId, reason: String(params.reason) } : undefined;
}

/** What a request carries beside its parameters, such as the context of a trace. */
export function metaOf({ params }: Request): Fields {
  return fieldsOf(params?._meta) ?? {};
}

/** A name within fields; undefined where it is none. */
export function textIn(fields: Fields | undefined, name: string): string | undefined {
  const value = fields?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function fieldsOf(value: unknown): Fields | undefined {
  return isFields(value) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is RequestId {
  return typeof value === "string" || typeof value === "number";
}
