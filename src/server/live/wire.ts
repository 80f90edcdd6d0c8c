import type { StoredEvent } from "../../events/types.ts";

/**
 * The two shapes in which existing consoles and observatories read events. Names and ids come in snake case beside the payload, as far
 * as the event has them; what it says stays as the vocabulary has it.
 */

/** As consoles on a WebSocket read it: `{ event_type, timestamp, payload, … }`, the time in seconds since 1970. */
export function consoleShape(event: StoredEvent): object {
  const { agent, taskId, data } = event;
  return {
    event_type: event.type,
    timestamp: event.timeUnixMillis / 1_000,
    payload: { ...(agent === undefined ? {} : { agent }), ...(taskId === undefined ? {} : { task_id: taskId }), ...data },
    ...correlation(event),
  };
}

/** As an observatory on server-sent events reads it: `{ event_type, event_data, metadata, timestamp }`, the time by ISO 8601. */
export function observatoryShape(event: StoredEvent): object {
  return {
    event_type: event.type,
    event_data: event.data,
    metadata: correlation(event),
    timestamp: new Date(event.timeUnixMillis).toISOString(),
  };
}

function correlation(event: StoredEvent): object {
  // What is undefined does not go on the wire.
  return {
    id: event.id,
    seq: event.seq,
    service: event.source,
    agent: event.agent,
    agent_id: event.agentId,
    session_id: event.sessionId,
    workflow_id: event.workflowId,
    task_id: event.taskId,
    feature_id: event.featureId,
    project_id: event.projectId,
    operation_id: event.operationId,
    trace_id: event.traceId,
    span_id: event.spanId,
    attributes: event.attributes,
  };
}
