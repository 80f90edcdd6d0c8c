/** One way to ask the published prices for a model. Without a provider, whoever makes models of that name is meant. */
export interface Candidate {
  readonly provider: string | undefined;
  readonly model: string;
}

/**
 * Who serves a model, in the words of the published prices: by what senders write, in lower case and without anything but letters and
 * digits. Here are OpenTelemetry's conventions (`gcp.vertex_ai`), OpenInference (`mistralai`), OpenLLMetry, the classes and
 * `ls_provider` of LangChain (`ChatBedrockConverse`, without its Chat), and the AI SDK (`google.generative-ai`).
 */
const providers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    anthropic: ["anthropic", "claude"],
    aws: ["aws", "amazon", "bedrock", "awsbedrock", "amazonbedrock", "bedrockconverse", "bedrockchat", "bedrockanthropic"],
    azure: ["azure", "azureopenai", "azureaiopenai", "azureaiinference", "azaiopenai", "azaiinference", "azurechatopenai"],
    cerebras: ["cerebras"],
    cloudflare: ["cloudflare", "workersai", "cloudflareworkersai"],
    cohere: ["cohere"],
    deepseek: ["deepseek"],
    fireworks: ["fireworks", "fireworksai"],
    "github-copilot": ["githubcopilot"],
    google: [
      ...["google", "googlegenai", "googlegenerativeai", "gemini", "gcpgemini", "gcpgenai", "gcpvertexagent"],
      ...["vertex", "vertexai", "gcpvertexai", "googlevertex", "googlevertexai", "vertexanthropic", "googlevertexanthropic"],
    ],
    groq: ["groq"],
    minimax: ["minimax"],
    mistral: ["mistral", "mistralai"],
    moonshotai: ["moonshot", "moonshotai"],
    openai: ["openai"],
    openrouter: ["openrouter"],
    perplexity: ["perplexity", "perplexityai"],
    together: ["together", "togetherai"],
    voyageai: ["voyage", "voyageai"],
    "x-ai": ["xai"],
    zai: ["zai"],
    zhipuai: ["zhipu", "zhipuai"],
  }).flatMap(([id, names]) => names.map((name) => [name, id] as const)),
);

/** Those that pass calls on, or say nothing of who answers: the model's name tells more. */
const passThrough = new Set(["unknown", "litellm", "gateway", "vercel", "portkey", "langchain"]);

/** The endpoint that the AI SDK writes behind the provider: `openai.responses`. */
const ENDPOINT = /\.(?:chat|completion|responses|messages|embedding|embed|image|text)$/;
/** Bedrock's ids: an optional region, the maker, the model: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`. */
const BEDROCK_ID = /^(?:[a-z-]{2,6}\.|global\.)?(?:anthropic|amazon|meta|mistral|deepseek|writer|qwen)\.[a-z]/;
/** The day of a snapshot: `-2025-08-07`, `-20250807`, `@20250807`. */
const SNAPSHOT = /[-@](?:20\d{2}-\d{2}-\d{2}|20\d{6})$/;

/** Who serves the model, in the words of the published prices; undefined for whoever is not known there. */
export function providerId(written: string): string | undefined {
  const name = written.trim().toLowerCase();
  const plain = lettersOf(name.replace(ENDPOINT, ""));
  return providers.get(plain) ?? providers.get(plain.replace(/^chat/, "")) ?? undefined;
}

/** A model's name without what some senders put around it: `models/gemini-2.5-pro` and ARNs end in the name. */
export function bareModel(written: string): string {
  const name = written.trim().toLowerCase();
  const isPath = /^(?:models|publishers|projects|accounts\/[^/]+\/deployments)\/|^arn:/.test(name);
  return isPath ? name.slice(name.lastIndexOf("/") + 1) : name;
}

/** The name without the day of its snapshot, or without `latest`. */
export function withoutSnapshot(model: string): string {
  return model.replace(SNAPSHOT, "").replace(/-latest$/, "");
}

/** The ways to ask for a model, the most exact first; none where its provider is not known: its prices cannot be, either. */
export function candidatesOf(provider: string, model: string): readonly Candidate[] {
  const name = bareModel(model);
  const [, prefix, rest] = /^([^/]+)\/(.+)$/.exec(name) ?? [];
  const named = prefix === undefined ? undefined : providerId(prefix);
  const byPrefix = named === undefined || rest === undefined ? [] : snapshots(named, rest);
  const served = providerId(provider);
  if (served !== undefined) {
    const ownRest = rest === undefined || named === undefined ? [] : snapshots(served, rest);
    return [...bedrock(served, name), ...snapshots(served, name), ...ownRest, ...byPrefix];
  }
  if (!passThrough.has(lettersOf(provider.toLowerCase()))) return [];
  // Somebody else's name before it, such as ollama, says that it is not its maker who serves it.
  return prefix === undefined ? [...bedrock(undefined, name), ...snapshots(undefined, name)] : byPrefix;
}

function snapshots(provider: string | undefined, model: string): Candidate[] {
  const plain = model.replace(SNAPSHOT, "");
  return plain === model
    ? [{ provider, model }]
    : [
        { provider, model },
        { provider, model: plain },
      ];
}

/** Clients of Anthropic and others for Bedrock say who made the model, and the model's id says who serves it. */
function bedrock(served: string | undefined, model: string): Candidate[] {
  return served !== "aws" && BEDROCK_ID.test(model) ? [{ provider: "aws", model }] : [];
}

function lettersOf(name: string): string {
  return name.replaceAll(/[^a-z0-9]/g, "");
}
