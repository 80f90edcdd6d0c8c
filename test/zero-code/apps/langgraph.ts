import { newsroom, question } from "../../integrations/langchain/graphs.ts";

const { messages } = await newsroom().invoke(question);
console.log(`ran: ${messages.at(-1)?.content}`);
setInterval(() => undefined, 1_000);
