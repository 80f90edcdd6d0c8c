/** Names of the OpenTelemetry conventions for providers that LangChain calls otherwise. */
const conventional: Readonly<Record<string, string>> = {
  google_genai: "gcp.gemini",
  google_vertexai: "gcp.vertex_ai",
  google: "gcp.gemini",
  amazon_bedrock: "aws.bedrock",
  bedrock: "aws.bedrock",
  azure: "azure.ai.openai",
  azure_openai: "azure.ai.openai",
  mistral: "mistral_ai",
  mistralai: "mistral_ai",
  xai: "x_ai",
};

/** Who serves a model, in small letters: classes that do not say so are called by their own name. */
export function providerName(given: string): string {
  const lower = given.toLowerCase();
  return conventional[lower] ?? lower;
}
