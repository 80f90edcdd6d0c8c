import { describe, expect, it } from "vitest";
import { createPricer } from "../../src/prices/pricer.ts";

const pricer = createPricer();
const NOW = Date.UTC(2026, 9, 1, 12);

const found = (provider: string, model: string) => pricer.quote(provider, model, NOW)?.published;

describe("published prices are found by the names that senders write", () => {
  it.each([
    // As makers spell them themselves.
    ["anthropic", "claude-haiku-4-5-20251001", "Anthropic"],
    ["openai", "gpt-5", "OpenAI"],
    ["openai", "gpt-4o-2024-08-06", "OpenAI"],
    ["deepseek", "deepseek-chat", "Deepseek"],
    // With the maker, or a path, before the name.
    ["anthropic", "anthropic/claude-haiku-4-5", "Anthropic"],
    ["gcp.gemini", "models/gemini-2.5-pro", "Google"],
    ["gcp.vertex_ai", "projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-4-6", "Google"],
    ["openai", "anthropic/claude-haiku-4.5", "Anthropic"],
    ["openrouter", "anthropic/claude-sonnet-4.5", "OpenRouter"],
    // Where nobody says who serves it, the name does.
    ["unknown", "gpt-4o", "OpenAI"],
    ["unknown", "anthropic/claude-opus-4-7", "Anthropic"],
    ["gateway", "anthropic/claude-sonnet-4.5", "Anthropic"],
    ["litellm", "bedrock/us.anthropic.claude-sonnet-4-5-20250929-v1:0", "AWS Bedrock"],
    // Bedrock's ids, also from clients that name the model's maker.
    ["aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "AWS Bedrock"],
    ["anthropic", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "AWS Bedrock"],
    ["bedrock", "arn:aws:bedrock:us-east-1:1:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0", "AWS Bedrock"],
    ["AWS", "amazon.nova-pro-v1:0", "AWS Bedrock"],
    // Azure's deployments, which are called after models if people are kind.
    ["azure.ai.openai", "gpt-4o-2024-08-06", "Microsoft Azure"],
    ["az.ai.openai", "gpt-35-turbo", "Microsoft Azure"],
    ["azure", "gpt-5-mini-2025-08-07", "Microsoft Azure"],
    // OpenTelemetry's conventions.
    ["x_ai", "grok-4", "X AI"],
    ["mistral_ai", "mistral-large-latest", "Mistral"],
    ["moonshot_ai", "kimi-k2-thinking", "MoonshotAi"],
    ["gcp.gen_ai", "gemini-2.5-flash", "Google"],
    // OpenInference and OpenLLMetry.
    ["vertexai", "gemini-2.5-flash", "Google"],
    ["mistralai", "mistral-small-latest", "Mistral"],
    ["OpenAI", "gpt-5", "OpenAI"],
    ["together_ai", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "Together AI"],
    // LangChain.
    ["ChatOpenAI", "gpt-4.1", "OpenAI"],
    ["AzureChatOpenAI", "gpt-4.1", "Microsoft Azure"],
    ["ChatAnthropic", "claude-opus-4-7", "Anthropic"],
    ["ChatGoogleGenerativeAI", "gemini-2.5-flash", "Google"],
    ["ChatBedrockConverse", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "AWS Bedrock"],
    ["ChatMistralAI", "mistral-large-2512", "Mistral"],
    ["google_genai", "gemini-2.5-pro", "Google"],
    ["amazon_bedrock", "amazon.nova-lite-v1:0", "AWS Bedrock"],
    // The AI SDK.
    ["openai.chat", "gpt-5", "OpenAI"],
    ["openai.responses", "gpt-5.4", "OpenAI"],
    ["azure-openai.chat", "gpt-5", "Microsoft Azure"],
    ["anthropic.messages", "claude-haiku-4-5", "Anthropic"],
    ["google.generative-ai", "gemini-2.5-flash", "Google"],
    ["google.vertex.chat", "gemini-2.5-flash", "Google"],
    ["vertex.anthropic.messages", "claude-sonnet-4-6", "Google"],
    ["amazon-bedrock", "anthropic.claude-3-haiku-20240307-v1:0", "AWS Bedrock"],
    ["xai.chat", "grok-3-mini", "X AI"],
    ["perplexity", "sonar", "Perplexity"],
    ["groq.chat", "llama-3.3-70b-versatile", "Groq"],
  ])("%s, %s", (provider, model, sold) => {
    expect(found(provider, model)?.provider).toBe(sold);
  });

  it.each([
    ["a model that nobody sells", "openai", "nobody-1"],
    ["one's own machine, whatever runs there", "ollama", "deepseek-r1"],
    ["one's own machine behind a gateway", "litellm", "ollama/deepseek-r1"],
    ["one's own server that speaks as OpenAI does", "vllm", "gpt-oss-20b"],
    ["a deployment with a name of its own", "azure.ai.openai", "our-chat"],
    ["names that are part of every object", "constructor", "__proto__"],
    ["names of nothing", "unknown", "unknown"],
  ])("are not guessed for %s", (_, provider, model) => {
    expect(found(provider, model)).toBeUndefined();
  });
});
