import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Examples import the package as users do; tests drive them against the sources.
    alias: [
      { find: /^crowsnest$/, replacement: source("index.ts") },
      { find: /^crowsnest\/server$/, replacement: source("server/index.ts") },
      { find: /^crowsnest\/otel$/, replacement: source("integrations/otel/index.ts") },
      { find: /^crowsnest\/register$/, replacement: source("register.ts") },
      { find: /^crowsnest\/openai-agents$/, replacement: source("integrations/openai-agents/index.ts") },
      { find: /^crowsnest\/redis$/, replacement: source("sinks/redis/index.ts") },
      { find: /^crowsnest\/ai-sdk$/, replacement: source("integrations/ai-sdk/index.ts") },
      { find: /^crowsnest\/langchain$/, replacement: source("integrations/langchain/index.ts") },
      { find: /^crowsnest\/mcp$/, replacement: source("integrations/mcp/index.ts") },
    ],
  },
  test: {
    include: ["test/**/*.test.ts"],
    // A process for each file: signal handlers, OpenTelemetry's globals and native modules are not shared.
    pool: "forks",
    // Most tests wait for processes and sockets rather than for a core, also on machines with two.
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 30_000,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "html"],
      reportOnFailure: true,
      thresholds: { lines: 85 },
    },
  },
});
