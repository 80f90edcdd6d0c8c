import { registerHooks } from "node:module";

/** Lets a program that imports the package by its name run on the sources: a test must not depend on what was built last. */
const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).href;
const sources: Readonly<Record<string, string>> = {
  crowsnest: source("index.ts"),
  "crowsnest/server": source("server/index.ts"),
  "crowsnest/otel": source("integrations/otel/index.ts"),
  "crowsnest/register": source("register.ts"),
  "crowsnest/ai-sdk": source("integrations/ai-sdk/index.ts"),
  "crowsnest/mcp": source("integrations/mcp/index.ts"),
  "crowsnest/langchain": source("integrations/langchain/index.ts"),
  "crowsnest/openai-agents": source("integrations/openai-agents/index.ts"),
  "crowsnest/redis": source("sinks/redis/index.ts"),
};

registerHooks({ resolve: (specifier, context, next) => next(sources[specifier] ?? specifier, context) });
