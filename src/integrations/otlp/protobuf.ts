import type { INamespace } from "protobufjs";
import protobuf from "protobufjs/light.js";
import { DecodeError } from "./decode-error.ts";
import { otlpSchema } from "./schema.ts";

/**
 * Most messages (spans, attributes, values …) in one request. A message may be as short as two bytes, so without a limit of
 * their own a few megabytes would become gigabytes of objects. A span with 20 attributes is some 45 messages.
 */
const MAX_MESSAGES = 1_000_000;

let messagesLeft = 0;
const root = createRoot(otlpSchema);

/** Makes types of a table of messages; decoding counts what it makes. */
export function createRoot(schema: INamespace): protobuf.Root {
  const types = protobuf.Root.fromJSON(schema);
  // The generated decoders make every message by its constructor, and decode without a pause: one number counts for all of them.
  for (const type of types.nestedArray) {
    if (!(type instanceof protobuf.Type)) continue;
    type.ctor = class extends protobuf.Message {
      constructor() {
        super();
        messagesLeft -= 1;
        if (messagesLeft < 0) throw new DecodeError("too_many_parts", `the body has more than ${MAX_MESSAGES} parts`);
      }
    };
  }
  return types;
}

/** @throws DecodeError */
export function decodeProtobuf(message: "TracesRequest" | "LogsRequest" | "MetricsRequest", bytes: Uint8Array): unknown {
  return decodeWith(root.lookupType(message), bytes);
}

/** @throws DecodeError */
export function decodeWith(type: protobuf.Type, bytes: Uint8Array): object {
  messagesLeft = MAX_MESSAGES;
  try {
    return type.decode(bytes);
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
