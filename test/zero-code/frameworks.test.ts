import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { inRepository } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { appOf, runRegistered } from "./registered.ts";

const handoff = 'agent_handoffs_total{service="app",from_agent="author",to_agent="critic",outcome="success"} 1';
const byAuthor = /^agent_model_calls_total\{service="app",agent="author".*,outcome="success"\} 1$/m;

describe("an app that knows nothing of Crowsnest", () => {
  test.each(["openai-agents.ts", "openai-agents.cjs", "langgraph.cjs", "ai-sdk.ts"])(
    "%s is seen handing over, once",
    async (app) => {
      const program = await runRegistered(appOf(app), { args: ["stay"] });
      expect(await program.ran()).toBe("good");
      expect(await program.metrics()).toContain(`${handoff}\n`);
      expect(program.output.stderr).toBe("");
    },
  );

  test.each(["langgraph.cjs", "ai-sdk.cjs"])("%s is seen calling its model", async (app) => {
    const program = await runRegistered(appOf(app));
    expect(await program.ran()).toBe("good");
    expect(await program.metrics()).toMatch(byAuthor);
  });

  test("a graph that is imported is seen with all its agents", async () => {
    const program = await runRegistered(appOf("langgraph.ts"));
    expect(await program.ran()).toBe("yes");
    const page = await program.metrics();
    expect(page).toContain('agent_handoffs_total{service="app",from_agent="writer",to_agent="critic",outcome="success"} 2\n');
    expect(page).toContain('agent_workflows_total{service="app",workflow="newsroom",outcome="success"} 1\n');
  });

  test.each(["mjs", "cjs"])(
    "the copy of LangChain counts that lies where the app is, in the layout of pnpm (%s)",
    async (kind) => {
      const folder = await pnpmLayout();
      const [head, tail] =
        kind === "mjs" ? ["const { FakeListChatModel } = await import(", ");"] : ["const { FakeListChatModel } = require(", ");"];
      const app = join(folder, `app.${kind}`);
      await writeFile(
        app,
        `${head}"@langchain/core/utils/testing"${tail}
      new FakeListChatModel({ responses: ["good"] }).invoke("hi").then(({ content }) => console.log("ran: " + content));
      setInterval(() => {}, 1_000);`,
      );
      const program = await runRegistered(app, { cwd: folder });
      expect(await program.ran()).toBe("good");
      expect(await program.metrics()).toMatch(/^agent_model_calls_total\{service="app".*,outcome="success"\} 1$/m);
      expect(program.output.stderr).toBe("");
    },
  );
});

/** A folder whose LangChain is another copy than the one beside Crowsnest, behind a link. */
async function pnpmLayout(): Promise<string> {
  const folder = await tempFolder();
  const hoisted = inRepository("node_modules");
  const store = join(folder, "node_modules", ".pnpm", "core", "node_modules");
  await mkdir(join(store, "@langchain"), { recursive: true });
  for (const name of await readdir(hoisted)) {
    if (!name.startsWith(".") && name !== "@langchain") await symlink(join(hoisted, name), join(store, name));
  }
  const copy = join(store, "@langchain", "core");
  await cp(join(hoisted, "@langchain", "core"), copy, { recursive: true });
  await mkdir(join(folder, "node_modules", "@langchain"));
  await symlink(copy, join(folder, "node_modules", "@langchain", "core"));
  return folder;
}
