const { generateText } = require("ai");
const { MockLanguageModelV4 } = require("ai/test");

const model = new MockLanguageModelV4({
  doGenerate: async () => ({
    content: [{ type: "text", text: "good" }],
    finishReason: { unified: "stop", raw: "stop" },
    usage: {
      inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 5, text: 5, reasoning: 0 },
    },
    warnings: [],
  }),
});
void generateText({ model, prompt: "write", telemetry: { functionId: "author" } }).then(({ text }) => {
  console.log(`ran: ${text}`);
  setInterval(() => undefined, 1_000);
});
