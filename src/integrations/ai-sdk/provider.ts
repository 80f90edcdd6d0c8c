/** Names of the OpenTelemetry conventions for providers that the SDK calls otherwise. The longer ones stand first. */
const conventional: readonly (readonly [string, string])[] = [
  ["google.vertex", "gcp.vertex_ai"],
  ["google-vertex", "gcp.vertex_ai"],
  ["google", "gcp.gemini"],
  ["amazon-bedrock", "aws.bedrock"],
  ["bedrock", "aws.bedrock"],
  ["azure-openai", "azure.ai.openai"],
  ["azure", "azure.ai.inference"],
  ["mistral", "mistral_ai"],
  ["xai", "x_ai"],
  ["anthropic", "anthropic"],
  ["openai", "openai"],
  ["cohere", "cohere"],
  ["groq", "groq"],
  ["deepseek", "deepseek"],
  ["perplexity", "perplexity"],
];

/**
 * Who serves a model. The SDK's own names say the interface as well (`openai.responses`); these are the names that its
 * OpenTelemetry integration writes, so that both ways of watching it move the same series.
 */
export function providerName(provider: string): string {
  const lower = provider.toLowerCase();
  const known = conventional.find(([own]) => lower === own || lower.startsWith(`${own}.`) || lower.startsWith(`${own}-`));
  return known?.[1] ?? provider;
}
