import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createCrowsnest } from "crowsnest";
import { instrumentLangChain } from "crowsnest/langchain";
import { AIMessage, fakeModel } from "langchain";

const crowsnest = await createCrowsnest({ service: "newsroom", traces: false });
instrumentLangChain(crowsnest);

// Stands in for a model of yours: three drafts and three verdicts, the last of which is fine.
const model = fakeModel();
for (const text of ["a draft", "too long", "a shorter draft", "too short", "a good draft", "fine"])
  model.respond(new AIMessage(text));

const ask = async ({ messages }: typeof MessagesAnnotation.State) => ({ messages: [await model.invoke(messages)] });
const newsroom = new StateGraph(MessagesAnnotation)
  .addNode("writer", ask)
  .addNode("critic", ask)
  .addEdge(START, "writer")
  .addEdge("writer", "critic")
  .addConditionalEdges("critic", ({ messages }) => (messages.at(-1)?.content === "fine" ? END : "writer"))
  .compile({ name: "newsroom" });

await newsroom.invoke({ messages: [{ role: "user", content: "Write about birds." }] }, { configurable: { thread_id: "chat-7" } });

// Prometheus would ask for this every few seconds.
if (crowsnest.url !== undefined) {
  const page = await (await fetch(`${crowsnest.url}/metrics`)).text();
  console.log(page.match(/^agent_(?:handoffs|model_calls|workflows)_total.*$/gm)?.join("\n"));
}
await crowsnest.close();
