import { z } from "zod";
import type { Endpoint } from "../endpoint.ts";
import { problemSchema } from "../problem.ts";

/** Something that can be asked of a hub by HTTP, as the OpenAPI document tells it. */
export interface Operation {
  readonly method: "get" | "post";
  /** With parameters as OpenAPI writes them. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  readonly takes?: Bodies;
  /** By media type, as {@link takes}. */
  readonly takesExamples?: Readonly<Record<string, Examples>>;
  /** By status. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** Those of {@link sharedAnswers} that it may give as well. */
  readonly shares?: readonly (keyof typeof sharedAnswers)[];
  /** Needs no token, as `/metrics`. */
  readonly isOpen?: boolean;
}

export interface Answer {
  readonly description: string;
  /** What headers of the answer mean, by name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly content?: Bodies;
  /** Of the body, where that is JSON. */
  readonly example?: unknown;
}

/** Examples of a body, by their names. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

/** What a body is, by media type; `binary` is neither text nor JSON. */
export type Bodies = Readonly<Record<string, z.ZodType | "binary">>;

/**
 * What an endpoint of the table is as an operation.
 *
 * @param example one of its answers
 */
export function operationOf({ path, tag, summary, params, query, answer, missing }: Endpoint, example?: unknown): Operation {
  return {
    method: "get",
    path,
    tag,
    summary,
    params,
    query,
    answers: {
      200: {
        description: "The answer.",
        headers: { ETag: "Changes with the answer; send it back as If-None-Match." },
        content: { "application/json": answer },
        ...(example === undefined ? {} : { example }),
      },
      ...(missing === undefined ? {} : { 404: problem(missing) }),
    },
    shares: [304, 400, 500, 503],
  };
}

/** Why a request is not let in. Nobody passes the guards without these. */
export function refusals(refused: (description: string) => Answer): Record<401 | 403 | 421, Answer> {
  return {
    401: refused("The token is missing or wrong."),
    403: refused("The request comes from a page of another origin, or the hub is open to others and has no token."),
    421: refused("The hub listens on this machine only, and the request was made to another host."),
  };
}

const refusal = z.object({ error: z.string() }).meta({ id: "Refusal", description: "Why nothing was taken." });

/** As what is sent to a hub is refused. */
export function refusedSending(description: string): Answer {
  return { description, content: { "application/json": refusal } };
}

/** Answers that many operations give, in the same words. */
export const sharedAnswers = {
  304: { description: "Nothing has changed since the answer whose ETag was sent as If-None-Match." },
  400: problem("A parameter is not right."),
  ...refusals(problem),
  500: problem("The hub could not answer."),
  503: problem("The store cannot be read at the moment."),
} as const satisfies Record<number, Answer>;

/** An answer by RFC 9457. */
export function problem(description: string, headers?: Answer["headers"]): Answer {
  return { description, ...(headers === undefined ? {} : { headers }), content: { "application/problem+json": problemSchema } };
}
