const { Agent, run, setTraceProcessors, Usage } = require("@openai/agents");

setTraceProcessors([]);
const usage = new Usage({ inputTokens: 10, outputTokens: 5, totalTokens: 15 });
/** @param {object} item */
const answering = (item) => ({
  getResponse: async () => ({ usage, output: [item] }),
  async *getStreamedResponse() {},
});
const handOver = { type: "function_call", callId: "c-1", name: "transfer_to_critic", arguments: "{}", status: "completed" };
const text = { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: "good" }] };

const critic = new Agent({ name: "critic", instructions: "", model: /** @type {any} */ (answering(text)) });
const author = Agent.create({ name: "author", model: /** @type {any} */ (answering(handOver)), handoffs: [critic] });
void run(author, "write").then(({ finalOutput }) => {
  console.log(`ran: ${finalOutput}`);
  setInterval(() => undefined, 1_000);
});
