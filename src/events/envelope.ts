import { z } from "zod";
import { id, name, unixMillis } from "./fields.ts";

/** Most attributes of the sender's own that one event may carry. */
const MAX_ATTRIBUTES = 64;
/** Longest attribute value that is kept, in characters. */
export const MAX_ATTRIBUTE_CHARS = 4_096;

/** Names and ids that tie events together. Names may become metric labels; ids never do. */
export const correlationFields = {
  agent: name.optional().describe("Agent name: bounded, may become a metric label."),
  agentId: id.optional().describe("Agent instance: unbounded, never a label."),
  sessionId: id.optional().describe("Conversation or run that the agents share."),
  workflowId: id.optional().describe("Workflow run."),
  taskId: id.optional().describe("Task."),
  featureId: id.optional().describe("Feature that the task belongs to."),
  projectId: id.optional().describe("Project that the feature belongs to."),
  operationId: id
    .optional()
    .describe("Ties the start and the end of one piece of work together where no task, workflow or span id does."),
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe("W3C trace id, for exemplars."),
  spanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional()
    .describe("W3C span id, for exemplars."),
};

/** Everything of an event but its type and data. */
export const envelopeFields = {
  id: id.describe("UUIDv7 made here, or the sender's own: the key that makes a retried delivery harmless."),
  timeUnixMillis: unixMillis.describe("When it happened, by the sender's clock."),
  source: name.describe("Service that emitted it (OpenTelemetry service.name)."),
  ...correlationFields,
  attributes: z
    .record(z.string().min(1).max(200), z.union([z.string().max(MAX_ATTRIBUTE_CHARS), z.number(), z.boolean()]))
    .refine((attributes) => Object.keys(attributes).length <= MAX_ATTRIBUTES, {
      error: `has more than ${MAX_ATTRIBUTES} attributes`,
    })
    .optional()
    .describe("The sender's own: kept and searchable, never labels."),
};

const correlation = z.object(correlationFields);
/** Names and ids that tie events together; everything nested in a piece of work inherits them. */
export type Correlation = z.infer<typeof correlation>;
