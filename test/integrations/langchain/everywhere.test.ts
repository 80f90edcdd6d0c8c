import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CallbackManager } from "@langchain/core/callbacks/manager";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";
import { MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { instrumentLangChain, type LangChainOptions } from "crowsnest/langchain";
import { createAgent } from "langchain";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { startEmbedded } from "../../support/embedded.ts";
import { inRepository, runNode } from "../../support/processes.ts";
import { agentsOf, newsroom, question, talker } from "./graphs.ts";
import { scripted } from "./scripted-model.ts";

async function instrumentedEverywhere(options: LangChainOptions = {}) {
  const embedded = await startEmbedded();
  const detach = instrumentLangChain(embedded.crowsnest, options);
  onTestFinished(detach);
  return { ...embedded, detach };
}

/** A server that listens already, and answers with what the graph says. */
async function listening() {
  const server = createServer(async (_request, response) => {
    const { messages } = await newsroom().invoke(question);
    response.end(String(messages.at(-1)?.content));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("attached to the whole process", () => {
  test("sees runs that name no callbacks, also those of a server that listened before", async () => {
    const url = await listening();
    const { recorder, settle } = await instrumentedEverywhere();
    expect(await (await fetch(url)).text()).toBe("yes");
    await settle();
    expect(recorder.of("workflow_started").map(({ data }) => data.name)).toEqual(["newsroom"]);
    expect(agentsOf(recorder.of("agent_completed"))).toEqual(["planner", "writer", "critic", "writer", "critic"]);
    expect(recorder.of("handoff_completed")).toHaveLength(4);
  });

  test("sees agents and models by themselves, and runs with callbacks of their own", async () => {
    const { recorder, settle } = await instrumentedEverywhere();
    const ended: string[] = [];
    const own = { handleLLMEnd: () => void ended.push("model") };
    await createAgent({ name: "finder", model: scripted(["done"]), tools: [] }).invoke({ messages: [] }, { callbacks: [own] });
    await scripted(["done"]).invoke("hi");
    await settle();
    expect(agentsOf(recorder.of("model_called"))).toEqual(["finder", "unknown"]);
    await vi.waitFor(() => expect(ended).toEqual(["model"]));
  });

  test("twice tells everything once", async () => {
    const { crowsnest, recorder, settle } = await instrumentedEverywhere();
    onTestFinished(instrumentLangChain(crowsnest));
    await newsroom().invoke(question);
    await settle();
    expect(recorder.of("workflow_completed")).toHaveLength(1);
    expect(recorder.of("model_called")).toHaveLength(5);
  });

  test("sees nothing that begins after it was detached, and leaves the framework as it was", async () => {
    const before = CallbackManager._configureSync;
    const { detach, recorder, settle } = await instrumentedEverywhere();
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("author", async (state) => {
        detach();
        return talker(["done"])(state);
      })
      .addEdge(START, "author")
      .compile({ name: "first" });
    await graph.invoke(question);
    await newsroom().invoke(question);
    await settle();
    expect(recorder.of("workflow_completed").map(({ data }) => data.name)).toEqual(["first"]);
    expect(agentsOf(recorder.of("model_called"))).toEqual(["author"]);
    expect(CallbackManager._configureSync).toBe(before);
  });

  test("stays out of the way of somebody else who wrapped the framework later", async () => {
    const original = CallbackManager._configureSync;
    const { detach, recorder, settle } = await instrumentedEverywhere();
    const ours = CallbackManager._configureSync;
    let asked = 0;
    CallbackManager._configureSync = function (...given) {
      asked += 1;
      return ours.apply(this, given);
    };
    onTestFinished(() => {
      CallbackManager._configureSync = original;
    });
    detach();
    await newsroom().invoke(question);
    await settle();
    expect(asked).toBeGreaterThan(0);
    expect(recorder.events).toEqual([]);
  });

  test("asks the framework nothing while it is at rest", async () => {
    const { crowsnest } = await instrumentedEverywhere();
    await newsroom().invoke(question);
    const asked = vi.spyOn(AsyncLocalStorageProviderSingleton, "getRunnableConfig");
    onTestFinished(() => asked.mockRestore());
    crowsnest.emit({ type: "agent_heartbeat", agent: "author", data: {} });
    expect(asked).not.toHaveBeenCalled();
  });

  test("sees the framework's other copy, too, in a host that requires its modules", async () => {
    const { ended, output } = runNode([inRepository("test/integrations/langchain/host.cjs")]);
    expect((await ended).code, output.stderr).toBe(0);
    expect(output.stdout).toBe("workflow_started\nworkflow_completed\n");
  });

  test("names wrong options at once", async () => {
    const { crowsnest } = await startEmbedded();
    expect(() => instrumentLangChain(crowsnest, { limit: 1 } as LangChainOptions)).toThrow("limit is not an option");
  });
});
