import fc from "fast-check";
import { expect, it } from "vitest";
import { agentKey } from "../../src/folds/agent-key.ts";

it("names an agent of a service, however many there are", () => {
  for (const round of [1, 2]) {
    for (let index = 0; index < 12_000; index += 1) {
      expect(agentKey(`service-${index % 7}`, `agent-${index}`), `round ${round}`).toBe(`service-${index % 7}/agent-${index}`);
    }
  }
});

it("keeps every two agents apart, and can be read back", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "/", "%", "2", "5", "F"), minLength: 1, maxLength: 8 });
  const read = (key: string) => {
    const end = key.indexOf("/");
    const service = key.slice(0, end).replaceAll(/%(25|2F)/g, (_escape, code) => (code === "25" ? "%" : "/"));
    return [service, key.slice(end + 1)];
  };
  fc.assert(
    fc.property(name, name, (service, agent) => {
      expect(read(agentKey(service, agent))).toEqual([service, agent]);
    }),
  );
  expect([agentKey("a/b", "c"), agentKey("a", "b/c"), agentKey("a%2Fb", "c")]).toEqual(["a%2Fb/c", "a/b/c", "a%252Fb/c"]);
});

it("is service and name as they are, where the service has no slash", () => {
  for (const [service, agent] of [
    ["shop", "scribe"],
    ["shop", "team/scribe"],
    ["50% off", "100%2F"],
  ] as const)
    expect(agentKey(service, agent)).toBe(`${service}/${agent}`);
});
