const { FakeListChatModel } = require("@langchain/core/utils/testing");
const { MessagesAnnotation, START, StateGraph } = require("@langchain/langgraph");

const model = new FakeListChatModel({ responses: ["good"] });
/** @param {typeof MessagesAnnotation.State} state */
const talk = async ({ messages }) => ({ messages: [await model.invoke(messages)] });
const graph = new StateGraph(MessagesAnnotation)
  .addNode("author", talk)
  .addNode("critic", talk)
  .addEdge(START, "author")
  .addEdge("author", "critic")
  .compile({ name: "newsroom" });
void graph.invoke({ messages: [{ role: "user", content: "write" }] }).then(({ messages }) => {
  console.log(`ran: ${messages.at(-1)?.content}`);
  setInterval(() => undefined, 1_000);
});
