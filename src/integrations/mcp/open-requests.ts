import { type AnyWork, noteToldInside, type Place, type Work } from "../../instrument/face.ts";
import type { RunningToolCall } from "../../instrument/kinds/tool-call.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { ReportedError } from "../../instrument/reported-error.ts";
import { fieldsOf, type RequestId, type Response, textIn } from "./messages.ts";
import type { RequestHandle } from "./request-kind.ts";

/** A request that waits for its answer. */
export interface OpenRequest {
  readonly work: Work<RequestHandle>;
  readonly place: AnyWork | Place;
  /** It is told as a tool call, so its error is told as well. */
  readonly counts: boolean;
  /** The tool call around it that it is, where that is told instead. */
  readonly same: RunningToolCall | undefined;
}

/** Most requests of one direction of a connection that are followed at once; the oldest gives way. */
const MAX_OPEN = 10_000;
/** How the conventions name it where a tool answers that it failed. */
const TOOL_ERROR = "tool_error";

/** The requests of one direction of a connection that have no answer yet, by their ids. */
export class OpenRequests {
  readonly #open = new Map<RequestId, OpenRequest>();

  add(id: RequestId, request: OpenRequest): void {
    // An id that comes again belongs to the newer one.
    this.end(id, "abandoned");
    if (this.#open.size >= MAX_OPEN) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.end(oldest, "abandoned");
    }
    this.#open.set(id, request);
  }

  /** Its answer is here. */
  answer({ id, result, error }: Response): void {
    const request = this.#take(id);
    if (request === undefined) return;
    request.work.handle.result(result?.content);
    if (error !== undefined) {
      request.work.handle.status(error.code);
      fail(request, String(error.code), String(error.message));
    } else if (result?.isError === true) {
      const text = textOf(result.content) ?? "the tool failed";
      // Frameworks hand such an answer to the model as any other.
      request.same?.handle.fail(text, TOOL_ERROR);
      fail(request, TOOL_ERROR, text);
      if (request.same !== undefined) noteToldInside(request.place);
    } else {
      if (result?.resultType === "input_required") request.work.handle.uncount();
      request.work.end();
    }
  }

  /** It could not be sent, or its connection is gone. */
  fail(id: RequestId, errorType: string, message: string): void {
    const request = this.#take(id);
    if (request !== undefined) fail(request, errorType, message);
  }

  /** There will be no answer to it. */
  end(id: RequestId, outcome: Parameters<WorkHandle["setOutcome"]>[0]): void {
    const request = this.#take(id);
    request?.work.handle.setOutcome(outcome);
    request?.work.end();
  }

  get ids(): RequestId[] {
    return [...this.#open.keys()];
  }

  #take(id: RequestId): OpenRequest | undefined {
    const request = this.#open.get(id);
    this.#open.delete(id);
    return request;
  }
}

function fail({ work, place, counts }: OpenRequest, errorType: string, message: string): void {
  work.fail(new ReportedError(errorType, message, { isNews: counts }));
  // The SDK throws that next, as an error of its own.
  if (counts) noteToldInside(place);
}

function textOf(content: unknown): string | undefined {
  const [first] = Array.isArray(content) ? content : [];
  return textIn(fieldsOf(first), "text");
}
