import { expect, it } from "vitest";
import { agentKey } from "../../src/folds/agent-key.ts";

it("names an agent of a service, however many there are", () => {
  for (const round of [1, 2]) {
    for (let index = 0; index < 12_000; index += 1) {
      expect(agentKey(`service-${index % 7}`, `agent-${index}`), `round ${round}`).toBe(`service-${index % 7}/agent-${index}`);
    }
  }
});
