import { expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";

test("the LangGraph example shows who handed over to whom", async () => {
  const hooks = inRepository("test/examples/resolve-sources.ts");
  const program = runNode(["--import", hooks, inRepository("examples/langgraph.ts")], {
    env: { CROWSNEST_PORT: "0", NODE_ENV: undefined },
  });
  expect((await program.ended).code, program.output.stderr).toBe(0);
  expect(program.output.stdout).toContain('{service="newsroom",from_agent="writer",to_agent="critic",outcome="success"} 3');
  expect(program.output.stdout).toContain('{service="newsroom",from_agent="critic",to_agent="writer",outcome="success"} 2');
});
