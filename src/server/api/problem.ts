import type { Response } from "express";
import { z } from "zod";
import { StoreError } from "../../store/event-store.ts";

/** Why a request is not answered, by RFC 9457 (`application/problem+json`). */
export const problemSchema = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    errors: z.array(z.object({ parameter: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem", description: "Why a request is not answered, by RFC 9457." });

const titles: Readonly<Record<number, string>> = {
  400: "The request is not right",
  401: "The token is missing or wrong",
  403: "The request is not let in",
  404: "There is no such thing",
  405: "It is asked in another way",
  421: "The hub was asked by another name",
  426: "The hub upgrades to WebSocket only",
  500: "The hub could not answer",
  503: "The hub cannot answer at the moment",
};

/** An answer that is a problem; thrown by whoever answers, and told to whoever asked. */
export class Problem extends Error {
  readonly status: number;
  readonly errors: readonly { readonly parameter: string; readonly message: string }[];

  constructor(status: number, detail: string, errors: Problem["errors"] = []) {
    super(detail);
    this.name = "Problem";
    this.status = status;
    this.errors = errors;
  }
}

/** What is wrong with parameters, in one sentence and one by one. */
export function badParameters(error: z.ZodError): Problem {
  const errors = error.issues.map((issue) => ({ parameter: parameterOf(issue), message: issue.message }));
  return new Problem(400, errors.map(({ parameter, message }) => `${parameter}: ${message}`).join("; "), errors);
}

/** What went wrong while answering. What is no fault of the request or the store is not told to whoever asked. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof StoreError)) return new Problem(500, "the hub could not answer");
  return error.code === "bad_cursor"
    ? new Problem(400, error.message)
    : new Problem(503, `events cannot be read: ${error.message}`);
}

export function sendProblem(response: Response, problem: Problem): void {
  response.status(problem.status).type("application/problem+json").send(problemBody(problem));
}

/** What stands in the body of an answer that is a problem. */
export function problemBody({ status, message, errors }: Problem): string {
  const problem = { type: "about:blank", title: titles[status] ?? "Error", status, detail: message };
  return JSON.stringify(errors.length > 0 ? { ...problem, errors } : problem);
}

function parameterOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "unrecognized_keys") return issue.keys.join(", ");
  // A parameter is never more than a list, whose items the message tells apart.
  return String(issue.path[0] ?? "");
}
