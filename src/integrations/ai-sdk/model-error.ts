import { ReportedError } from "../../instrument/reported-error.ts";

/** What the SDK tells of a stream that brought an error; the error itself it hands only to the caller's own `onError`. */
export function modelError(): ReportedError {
  return new ReportedError("ModelError", "the model's answer ended with an error");
}
