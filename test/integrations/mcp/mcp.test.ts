import { setTimeout as sleep } from "node:timers/promises";
import { InMemoryTransport } from "@modelcontextprotocol/client";
import type { CrowsnestOptions } from "crowsnest";
import { instrumentMcp, type McpOptions } from "crowsnest/mcp";
import { describe, expect, test } from "vitest";
import { type Embedded, startEmbedded } from "../../support/embedded.ts";
import { rememberSpans } from "../spans.ts";
import { type Parties, parties } from "./meeting.ts";
import { type Tool, type Version, versions } from "./parties.ts";

const echo: Tool = async (text) => text;

interface Setup {
  readonly tools?: Readonly<Record<string, Tool>>;
  readonly watch?: readonly ("client" | "server")[];
  readonly options?: McpOptions;
  readonly crowsnest?: CrowsnestOptions;
  /** An embedded Crowsnest that is there already. */
  readonly embedded?: Embedded;
}

/** A client and a server that have met, both watched unless told otherwise. */
async function met(version: Version, setup: Setup = {}): Promise<Embedded & Parties> {
  const { tools = { echo }, watch = ["client", "server"], options } = setup;
  const embedded = setup.embedded ?? (await startEmbedded(setup.crowsnest));
  const both = parties(version, tools);
  if (watch.includes("client")) instrumentMcp(embedded.crowsnest, both.client.peer, options);
  if (watch.includes("server")) instrumentMcp(embedded.crowsnest, both.server, options);
  await both.meet();
  return { ...embedded, ...both };
}

describe.each(versions)("a tool call (%s)", (version) => {
  test("is told once, by the client, with the server's name and a hash of its arguments", async () => {
    const { client, crowsnest, metric, recorder, settle } = await met(version);
    await crowsnest.task({ id: "T-1", agent: "author", type: "write" }, () => client.call("echo", "a secret"));
    await settle();
    const [called, ...others] = recorder.of("tool_called");
    expect(others).toEqual([]);
    expect(called).toMatchObject({ agent: "author", taskId: "T-1" });
    expect(called?.data).toMatchObject({ tool: "echo", toolType: "mcp", server: "library", outcome: "success" });
    expect(called?.data.argumentsHash).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.stringify(recorder.events)).not.toContain("a secret");
    expect(await metric('agent_tool_calls_total{service="test",agent="author",tool="echo",outcome="success"}')).toBe(1);
  });

  test("is a client's span with the server's inside of it, and with what the handler does inside of that", async () => {
    const spans = rememberSpans();
    const embedded = await startEmbedded({ traces: true });
    const decide: Tool = async () =>
      embedded.crowsnest.decision({ type: "approval" }, async (decision) => {
        await sleep(1);
        return decision.choose("yes");
      });
    const { client, crowsnest, recorder, settle } = await met(version, { embedded, tools: { decide } });
    await crowsnest.agentRun({ agent: "author" }, () => client.call("decide", "?"));
    await settle();
    expect(await spans.lineOf("decision approval")).toEqual([
      "decision approval",
      "tools/call decide",
      "tools/call decide",
      "invoke_agent author",
    ]);
    expect(recorder.of("decision_made")[0]?.agent).toBe("author");
    const requests = await spans.named("tools/call decide");
    expect(requests.map(({ kind }) => kind)).toEqual(["SERVER", "CLIENT"]);
    for (const { attributes } of requests) {
      expect(attributes).toMatchObject({
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "decide",
        "gen_ai.agent.name": "author",
        "mcp.protocol.version": expect.stringMatching(/^20\d\d-/),
        "jsonrpc.request.id": expect.any(String),
      });
    }
  });

  test("of an unwatched client is told by the server, as made by whoever the client says it is", async () => {
    const { client, recorder, settle } = await met(version, { watch: ["server"] });
    await client.call("echo", "a");
    await settle();
    expect(recorder.of("tool_called").map(({ agent, data }) => [agent, data.tool, data.server])).toEqual([
      ["writing-room", "echo", "library"],
    ]);
  });

  test("to an unwatched server is told by the client", async () => {
    const { client, recorder, settle } = await met(version, { watch: ["client"], options: { agent: "author" } });
    await client.call("echo", "a");
    await settle();
    expect(recorder.of("tool_called").map(({ agent, data }) => [agent, data.tool])).toEqual([["author", "echo"]]);
  });

  test("that answers with an error has failed, and that is one error", async () => {
    const fails: Tool = async () => {
      throw new RangeError("no such line");
    };
    const { client, crowsnest, metric, recorder, settle } = await met(version, { tools: { fails } });
    const answer = await crowsnest.agentRun({ agent: "author" }, () => client.call("fails", "a"));
    expect(answer.isError).toBe(true);
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => [data.outcome, data.errorType, data.errorMessage])).toEqual([
      ["failure", "tool_error", "no such line"],
    ]);
    expect(recorder.of("error_raised")).toHaveLength(1);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("success");
    expect(await metric('agent_errors_total{service="test",agent="author",error_type="tool_error"}')).toBe(1);
  });

  test("that is cancelled or takes too long says so, on both sides", async () => {
    const spans = rememberSpans();
    const slow: Tool = async () => {
      await sleep(100);
      return "late";
    };
    const { client, recorder, settle } = await met(version, { tools: { slow }, crowsnest: { traces: true } });
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("never mind")), 20);
    await expect(client.call("slow", "a", { signal: abort.signal })).rejects.toThrow("never mind");
    await expect(client.call("slow", "a", { timeout: 20 })).rejects.toThrow("timed out");
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => data.outcome)).toEqual(["cancelled", "timeout"]);
    expect(recorder.of("error_raised")).toEqual([]);
    const served = (await spans.named("tools/call slow")).filter(({ kind }) => kind === "SERVER");
    expect(served.map(({ attributes }) => attributes["crowsnest.outcome"])).toEqual(["cancelled", "cancelled"]);
  });

  test("still gets its progress", async () => {
    const steps: Tool = async (text, notify) => {
      await notify(1);
      await notify(2);
      return text;
    };
    const { client } = await met(version, { tools: { steps } });
    const seen: number[] = [];
    await client.call("steps", "a", { onprogress: ({ progress }) => seen.push(progress) });
    expect(seen).toEqual([1, 2]);
  });

  test("that is an agent framework's tool call already belongs to that one", async () => {
    const spans = rememberSpans();
    const fails: Tool = async () => {
      throw new RangeError("no such line");
    };
    const { client, crowsnest, recorder, settle } = await met(version, { tools: { echo, fails }, crowsnest: { traces: true } });
    for (const tool of ["echo", "library_fails"]) {
      const name = tool.replace("library_", "");
      await crowsnest.toolCall({ agent: "author", tool, toolType: "function" }, () => client.call(name, "a"));
    }
    await settle();
    const calls = recorder.of("tool_called").map(({ data }) => [data.tool, data.toolType, data.server, data.outcome]);
    expect(calls).toEqual([
      ["echo", "mcp", "library", "success"],
      ["library_fails", "mcp", "library", "failure"],
    ]);
    expect(recorder.of("error_raised")).toHaveLength(1);
    expect((await spans.lineOf("tools/call echo")).slice(-2)).toEqual(["tools/call echo", "execute_tool echo"]);
  });

  test("whose connection is lost has failed", async () => {
    const slow: Tool = () => new Promise(() => undefined);
    const { client, recorder, settle } = await met(version, { tools: { slow } });
    const lost = client.call("slow", "a").catch(() => undefined);
    await sleep(10);
    await client.close();
    await lost;
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => [data.outcome, data.errorType])).toEqual([
      ["failure", "ConnectionClosed"],
    ]);
  });

  test("of a tool that is not there has failed", async () => {
    const { client, recorder, settle } = await met(version);
    await client.call("nothing", "a").catch(() => undefined);
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => [data.tool, data.outcome])).toEqual([["nothing", "failure"]]);
  });
});

describe.each(versions)("other requests (%s)", (version) => {
  test("are spans without events", async () => {
    const spans = rememberSpans();
    const { client, recorder, settle } = await met(version, { crowsnest: { traces: true } });
    await client.read("note://one");
    await client.prompt("greet");
    await expect(client.read("note://two")).rejects.toThrow();
    await settle();
    expect(recorder.events).toEqual([]);
    expect(await spans.lineOf("prompts/get greet")).toEqual(["prompts/get greet", "prompts/get greet"]);
    const [read] = await spans.named("resources/read");
    expect(read?.attributes["mcp.resource.uri"]).toBe("note://one");
    const failed = (await spans.named("resources/read")).filter(
      ({ attributes }) => attributes["crowsnest.outcome"] === "failure",
    );
    expect(failed.map(({ attributes }) => attributes["rpc.response.status_code"])).toEqual([
      expect.stringMatching(/^-32/),
      expect.stringMatching(/^-32/),
    ]);
    expect(await spans.named("initialize")).toHaveLength(2);
  });
});

describe.each(versions)("watching (%s)", (version) => {
  test("can begin when the two have met, happens once, and can be stopped", async () => {
    const { client, crowsnest, recorder, settle } = await met(version, { watch: [] });
    const stop = instrumentMcp(crowsnest, client.peer, { agent: "author" });
    const again = instrumentMcp(crowsnest, client.peer, { agent: "author" });
    await client.call("echo", "a");
    again();
    stop();
    expect((await client.call("echo", "b")).content[0]?.text).toBe("b");
    await settle();
    expect(recorder.of("tool_called")).toHaveLength(1);
  });

  test("does not disturb what it watches, whatever goes wrong in it", async () => {
    const embedded = await startEmbedded();
    const begin = () => {
      throw new Error("out of order");
    };
    const both = parties(version, { echo });
    instrumentMcp({ ...embedded.crowsnest, begin }, both.client.peer);
    instrumentMcp({ ...embedded.crowsnest, begin }, both.server);
    await both.meet();
    expect((await both.client.call("echo", "a")).content[0]?.text).toBe("a");
    await embedded.settle();
    expect(embedded.recorder.of("failure_recorded")[0]?.data).toMatchObject({ component: "crowsnest/mcp" });
  });

  test("counts as the option says", async () => {
    const embedded = await startEmbedded();
    const both = parties(version, { echo });
    instrumentMcp(embedded.crowsnest, both.client.peer, { toolCalls: "never" });
    instrumentMcp(embedded.crowsnest, both.server, { toolCalls: "always", agent: "author" });
    await both.meet();
    await both.client.call("echo", "a");
    await embedded.settle();
    expect(embedded.recorder.of("tool_called")).toHaveLength(1);
  });
});

describe("what is wrong", () => {
  test("is refused by name", async () => {
    const { crowsnest } = await startEmbedded();
    const [transport] = InMemoryTransport.createLinkedPair();
    expect(() => instrumentMcp(crowsnest, {} as never)).toThrow("a Client, a Server, a McpServer or a transport");
    expect(() => instrumentMcp({} as never, transport)).toThrow("the first argument has to be what createCrowsnest gives");
    expect(() => instrumentMcp(crowsnest, transport, { agents: "x" } as McpOptions)).toThrow("agents is not an option");
    expect(() => instrumentMcp(crowsnest, transport, { toolCalls: "some" as never })).toThrow('toolCalls takes "auto"');
    expect(() => instrumentMcp(crowsnest, transport, { agent: "" })).toThrow("agent takes the name of an agent");
  });
});
