/** One library whose spans are recorded: what is installed, what runs it, and how it is told to behave. */
export interface Recording {
  /** Of `src/integrations/spans/dialects`. */
  readonly dialect: string;
  /** As people call it. */
  readonly library: string;
  readonly language: "python" | "javascript";
  /** Exact versions of what is named; what those bring along is the newest that fits them. */
  readonly packages: Readonly<Record<string, string>>;
  /** In `programs/`. */
  readonly program: string;
  /** Which of OTLP's two ports the library's exporter sends to. */
  readonly protocol: "http" | "grpc";
  readonly environment?: Readonly<Record<string, string>>;
}

const sdk = { "opentelemetry-sdk": "1.45.2", "opentelemetry-exporter-otlp-proto-http": "1.45.2" };
const langGraph = { langchain: "1.4.7", "langchain-openai": "1.7.3", langgraph: "1.2.22" };
const nodeSdk = {
  "@opentelemetry/resources": "2.12.0",
  "@opentelemetry/sdk-trace-node": "2.12.0",
  "@opentelemetry/sdk-trace-base": "2.12.0",
  "@opentelemetry/exporter-trace-otlp-proto": "0.200.0",
};

function aiSdk(library: string, packages: Readonly<Record<string, string>>): Recording {
  return {
    dialect: "ai_sdk",
    library,
    language: "javascript",
    packages: { ...packages, ...nodeSdk },
    program: "ai-sdk.mjs",
    protocol: "http",
  };
}

/** Every recording, by the name of its folder in `test/fixtures/otlp`. */
export const recordings: Readonly<Record<string, Recording>> = {
  "gen-ai-pydantic-ai": {
    dialect: "gen_ai",
    library: "Pydantic AI",
    language: "python",
    packages: { "pydantic-ai-slim[openai]": "2.68.0", ...sdk },
    program: "gen-ai-pydantic-ai.py",
    protocol: "http",
  },
  "openinference-crewai": {
    dialect: "openinference",
    library: "CrewAI",
    language: "python",
    packages: {
      crewai: "1.15.30",
      "openinference-instrumentation-crewai": "1.1.21",
      "openinference-instrumentation-openai": "0.1.66",
      ...sdk,
    },
    program: "openinference-crewai.py",
    protocol: "http",
    environment: { CREWAI_DISABLE_TELEMETRY: "true", CREWAI_TRACING_ENABLED: "false" },
  },
  "openinference-openai-agents": {
    dialect: "openinference",
    library: "OpenAI Agents (Python)",
    language: "python",
    packages: { "openai-agents": "0.24.0", "openinference-instrumentation-openai-agents": "2.6.0", ...sdk },
    program: "openinference-openai-agents.py",
    protocol: "http",
  },
  "openinference-langgraph": {
    dialect: "openinference",
    library: "LangGraph (Python)",
    language: "python",
    packages: { ...langGraph, "openinference-instrumentation-langchain": "0.1.80", ...sdk },
    program: "openinference-langgraph.py",
    protocol: "http",
    environment: { OPENINFERENCE_HIDE_INPUTS: "true", OPENINFERENCE_HIDE_OUTPUTS: "true" },
  },
  "openllmetry-openai-agents": {
    dialect: "openllmetry",
    library: "OpenAI Agents (Python)",
    language: "python",
    packages: { "openai-agents": "0.24.0", "opentelemetry-instrumentation-openai-agents": "0.62.4", ...sdk },
    program: "openllmetry-openai-agents.py",
    protocol: "http",
  },
  "openllmetry-langgraph": {
    dialect: "openllmetry",
    library: "LangGraph (Python)",
    language: "python",
    packages: { ...langGraph, "opentelemetry-instrumentation-langchain": "0.62.4", ...sdk },
    program: "openllmetry-langgraph.py",
    protocol: "http",
    environment: { TRACELOOP_TRACE_CONTENT: "false" },
  },
  "ai-sdk-4": aiSdk("AI SDK 4", { ai: "4.3.19", "@ai-sdk/openai": "1.3.24", zod: "3.25.76" }),
  "ai-sdk-5": aiSdk("AI SDK 5", { ai: "5.0.277", "@ai-sdk/openai": "2.0.131", zod: "4.6.7" }),
  "ai-sdk-6": aiSdk("AI SDK 6", { ai: "6.0.326", "@ai-sdk/openai": "3.0.141", zod: "4.6.7" }),
  "google-adk": {
    dialect: "google_adk",
    library: "Google ADK",
    language: "python",
    packages: { "google-adk": "2.13.0", "opentelemetry-exporter-otlp-proto-http": "1.44.0" },
    program: "google-adk.py",
    protocol: "http",
  },
  "microsoft-agent-framework": {
    dialect: "microsoft_agent_framework",
    library: "Microsoft Agent Framework",
    language: "python",
    packages: {
      "agent-framework-core": "1.23.0",
      "agent-framework-openai": "1.17.0",
      "agent-framework-orchestrations": "1.4.0",
      "opentelemetry-sdk": "1.45.2",
      "opentelemetry-exporter-otlp-proto-grpc": "1.45.2",
    },
    program: "microsoft-agent-framework.py",
    protocol: "grpc",
  },
};
