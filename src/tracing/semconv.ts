/** The instrumentation scope of all our spans. */
export const TRACER_NAME = "crowsnest";

/**
 * Every span attribute that Crowsnest writes. `gen_ai.*` and `error.type` follow the OpenTelemetry conventions for generative AI
 * (open-telemetry/semantic-conventions-genai, Development), `mcp.*` and what stands with it those for the Model Context Protocol there;
 * the handoff's are those proposed there (issue 98); what the conventions have no word for is `crowsnest.*`.
 */
export const attribute = {
  operationName: "gen_ai.operation.name",
  providerName: "gen_ai.provider.name",
  agentName: "gen_ai.agent.name",
  agentId: "gen_ai.agent.id",
  conversationId: "gen_ai.conversation.id",
  workflowName: "gen_ai.workflow.name",
  requestModel: "gen_ai.request.model",
  finishReasons: "gen_ai.response.finish_reasons",
  inputTokens: "gen_ai.usage.input_tokens",
  outputTokens: "gen_ai.usage.output_tokens",
  cacheReadTokens: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteTokens: "gen_ai.usage.cache_creation.input_tokens",
  reasoningTokens: "gen_ai.usage.reasoning.output_tokens",
  toolName: "gen_ai.tool.name",
  toolType: "gen_ai.tool.type",
  toolCallId: "gen_ai.tool.call.id",
  handoffSource: "gen_ai.agent.handoff.source.name",
  handoffTarget: "gen_ai.agent.handoff.target.name",
  promptName: "gen_ai.prompt.name",
  mcpMethod: "mcp.method.name",
  mcpSessionId: "mcp.session.id",
  mcpProtocolVersion: "mcp.protocol.version",
  mcpResourceUri: "mcp.resource.uri",
  jsonrpcRequestId: "jsonrpc.request.id",
  rpcStatusCode: "rpc.response.status_code",
  networkTransport: "network.transport",
  errorType: "error.type",

  told: "crowsnest.told",
  outcome: "crowsnest.outcome",
  workflowId: "crowsnest.workflow.id",
  taskId: "crowsnest.task.id",
  taskType: "crowsnest.task.type",
  taskRetries: "crowsnest.task.retries",
  featureId: "crowsnest.feature.id",
  handoffReason: "crowsnest.handoff.reason",
  decisionType: "crowsnest.decision.type",
  decisionChoice: "crowsnest.decision.choice",
  decisionConfidence: "crowsnest.decision.confidence_ratio",
  assignmentAgent: "crowsnest.assignment.agent",
  modelTier: "crowsnest.model.tier",
  mcpServer: "crowsnest.mcp.server",
  costUsd: "crowsnest.cost_usd",
  costIsEstimated: "crowsnest.cost_is_estimated",
  skillName: "crowsnest.skill.name",
  milestoneType: "crowsnest.milestone.type",
  validationOutcome: "crowsnest.validation.outcome",
} as const;
