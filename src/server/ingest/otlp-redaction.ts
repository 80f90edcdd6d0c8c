import { redactTraces } from "../../integrations/otlp/redact-traces.ts";
import type { Redactor } from "../../redaction/redactor.ts";
import { protobufFormat } from "./otlp-format.ts";
import type { ForwardedRequest } from "./otlp-router.ts";

/**
 * What goes on in place of a request: the very same where it holds no secret, else one without them, which is not compressed again.
 *
 * @param message the body of the request, decompressed
 * @throws where it cannot be read; then it must not go on
 */
export function redactRequest(request: ForwardedRequest, message: Buffer, redactor: Redactor): ForwardedRequest {
  const format = request.contentType === protobufFormat.contentType ? "protobuf" : "json";
  const body = redactTraces(message, format, redactor);
  return body === undefined ? request : { ...request, body, encoding: undefined };
}
