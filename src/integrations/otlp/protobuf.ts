import protobuf from "protobufjs/light.js";
import { DecodeError } from "./decode-error.ts";
import { otlpSchema } from "./schema.ts";

/**
 * Most messages (spans, attributes, values …) in one request. A message may be as short as two bytes, so without a limit of
 * their own a few megabytes would become gigabytes of objects. A span with 20 attributes is some 45 messages.
 */
const MAX_MESSAGES = 1_000_000;

const root = protobuf.Root.fromJSON(otlpSchema);
let messagesLeft = 0;

// The generated decoders make every message by its constructor, and decode without a pause: one number counts for all of them.
for (const type of root.nestedArray) {
  if (!(type instanceof protobuf.Type)) continue;
  type.ctor = class extends protobuf.Message {
    constructor() {
      super();
      messagesLeft -= 1;
      if (messagesLeft < 0) throw new DecodeError("too_many_parts", `the body has more than ${MAX_MESSAGES} parts`);
    }
  };
}

/** @throws DecodeError */
export function decodeProtobuf(message: "TracesRequest" | "LogsRequest" | "MetricsRequest", bytes: Uint8Array): unknown {
  messagesLeft = MAX_MESSAGES;
  try {
    return root.lookupType(message).decode(bytes);
  } catch (error) {
    if (error instanceof DecodeError) throw error;
    throw new DecodeError("malformed", "the body is not a protobuf message of OTLP");
  }
}

export function encodeProtobuf(message: "Response" | "Status", value: object): Uint8Array {
  messagesLeft = MAX_MESSAGES;
  const type = root.lookupType(message);
  return type.encode(type.fromObject({ ...value })).finish();
}
