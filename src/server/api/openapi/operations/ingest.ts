import { z } from "zod";
import { envelopeFields } from "../../../../events/envelope.ts";
import { name } from "../../../../events/fields.ts";
import type { EventsAnswer } from "../../../ingest/events-router.ts";
import { sentExamples } from "../examples.ts";
import { type Answer, type Operation, refusals, refusedSending } from "../operation.ts";

const { id, timeUnixMillis, source } = envelopeFields;
const event = z
  .object({
    ...envelopeFields,
    type: name.describe("One of the event types."),
    id: id.optional(),
    timeUnixMillis: timeUnixMillis.optional(),
    source: source.optional(),
    data: z.looseObject({}).describe("What the type says."),
  })
  .meta({
    id: "Event",
    description: "An event of the vocabulary; docs/reference/events.md has what each type says in `data`.",
  });
const foreign = z
  .looseObject({})
  .meta({ id: "ForeignEvent", description: "An event in one of the other shapes that docs/guide/sending-events.md lists." });
const oneEvent = z.union([event, foreign]);

const count = z.number().int().nonnegative();
const answerFields = {
  accepted: count.describe("Events that are durable now and were not known before."),
  duplicates: count.describe("Events that were known already."),
  rejected: count.describe("Events that were refused."),
  errors: z
    .array(z.object({ line: z.number().int().describe("Counted from 1."), message: z.string() }))
    .describe("Why, by line or by place in an array; the first hundred."),
};
const eventsAnswer = z.object(answerFields).meta({ id: "EventsAnswer" }) satisfies z.ZodType<EventsAnswer>;
const eventsFailure = z
  .object({ ...answerFields, error: z.string().optional() })
  .meta({ id: "EventsFailure", description: "How far it came, and why not further." });

const RETRY_AFTER = { "Retry-After": "In how many seconds to try again." };
const failed = (description: string, headers?: Answer["headers"]): Answer => ({
  description,
  ...(headers === undefined ? {} : { headers }),
  content: { "application/json": eventsFailure },
});

const postEvents: Operation = {
  method: "post",
  path: "/v1/events",
  tag: "Sending",
  summary: "Keeps events.",
  description: "One event, an array of them, or a line for each; compressed by gzip, deflate or br, or not at all.",
  takes: {
    "application/json": z.union([oneEvent, z.array(oneEvent)]),
    "application/x-ndjson": z.string().describe("An event a line."),
  },
  takesExamples: sentExamples,
  answers: {
    ...refusals(refusedSending),
    202: { description: "What was good is durable.", content: { "application/json": eventsAnswer } },
    400: failed("Nothing was good, or the body cannot be read."),
    413: failed("The body, or an event, is too large."),
    415: failed("The body is of another type or encoding."),
    429: failed("More events wait to be kept than may.", RETRY_AFTER),
    500: failed("The events could not be taken."),
    503: failed("Events cannot be kept at the moment."),
  },
};

const status = z
  .object({ code: z.number().int().describe("One of gRPC's codes."), message: z.string() })
  .meta({ id: "OtlpStatus", description: "google.rpc.Status" });
const otlpFailed = (description: string, headers?: Answer["headers"]): Answer => ({
  description,
  ...(headers === undefined ? {} : { headers }),
  content: { "application/x-protobuf": "binary", "application/json": status },
});
const rejected = {
  traces: "rejectedSpans",
  logs: "rejectedLogRecords",
  metrics: "rejectedDataPoints",
} as const;

function postOtlp(signal: keyof typeof rejected): Operation {
  const partialSuccess = z.object({ [rejected[signal]]: z.string(), errorMessage: z.string() }).optional();
  return {
    method: "post",
    path: `/v1/${signal}`,
    tag: "Sending",
    summary: `Takes ${signal} by OTLP; also on the port for OpenTelemetry's exporters.`,
    takes: { "application/x-protobuf": "binary", "application/json": z.looseObject({}) },
    answers: {
      ...refusals(otlpFailed),
      200: {
        description: "Taken; a partial success says what was not.",
        content: { "application/x-protobuf": "binary", "application/json": z.object({ partialSuccess }) },
      },
      400: otlpFailed("The body cannot be read."),
      413: otlpFailed("The body is too large."),
      415: otlpFailed("The body is of another type or encoding."),
      429: otlpFailed("The hub is busy.", RETRY_AFTER),
      500: otlpFailed("The request could not be taken."),
      503: otlpFailed("Events cannot be kept at the moment.", RETRY_AFTER),
    },
  };
}

export const ingestOperations: readonly Operation[] = [postEvents, postOtlp("traces"), postOtlp("logs"), postOtlp("metrics")];
