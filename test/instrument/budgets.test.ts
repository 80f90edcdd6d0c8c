import { BudgetExceededError, type Crowsnest } from "crowsnest";
import { describe, expect, test } from "vitest";
import { startEmbedded } from "../support/embedded.ts";

const spend = (crowsnest: Crowsnest, usd: number, agent = "scribe") =>
  crowsnest.modelCall({ agent, provider: "openai", model: "gpt-5" }, async (call) => call.cost(usd));

describe("a budget", () => {
  test("warns once at 80 % and is exceeded once at 100 %", async () => {
    const { crowsnest, recorder, settle, metric } = await startEmbedded();
    crowsnest.budget({ agent: "scribe", limitUsd: 1 });
    await spend(crowsnest, 0.7);
    await settle();
    expect(recorder.types).not.toContain("budget_warning");
    await spend(crowsnest, 0.1);
    await spend(crowsnest, 0.1);
    await spend(crowsnest, 0.2);
    await spend(crowsnest, 0.2);
    await settle();
    expect(recorder.of("budget_warning")).toMatchObject([{ data: { kind: "agent", name: "scribe", limitUsd: 1 } }]);
    expect(recorder.of("budget_warning")[0]?.data.spentUsd).toBeCloseTo(0.8);
    expect(recorder.of("budget_exceeded")).toHaveLength(1);
    expect(await metric('agent_budget_usd{service="test",scope="agent:scribe"}')).toBe(1);
    expect(await metric('agent_budget_spent_usd{service="test",scope="agent:scribe"}')).toBeCloseTo(1.3);
  });

  test("without enforce lets work go on", async () => {
    const { crowsnest } = await startEmbedded();
    crowsnest.budget({ day: true, limitUsd: 0.1 });
    await spend(crowsnest, 1);
    await expect(spend(crowsnest, 1)).resolves.toBeUndefined();
  });

  test("with enforce refuses the next run, task and model call of its agent, and nobody else's", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    crowsnest.budget({ agent: "scribe", limitUsd: 0.5, enforce: true });
    await spend(crowsnest, 0.6);
    expect(() => spend(crowsnest, 0.1)).toThrow(BudgetExceededError);
    expect(() => crowsnest.task({ agent: "scribe", type: "write" }, async () => undefined)).toThrow(
      "the budget of agent scribe is used up: 0.60 of 0.50 US dollars are spent",
    );
    await spend(crowsnest, 0.1, "critic");
    await crowsnest.handoff({ from: "scribe", to: "critic" }, async () => undefined);
    await settle();
    expect(recorder.of("task_failed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "BudgetExceededError" });
  });

  test("of a workflow counts what its runs spend", async () => {
    const { crowsnest, metric } = await startEmbedded();
    crowsnest.budget({ workflow: "checkout", limitUsd: 0.5, enforce: true });
    await crowsnest.workflow({ name: "search" }, () => spend(crowsnest, 3));
    await crowsnest.workflow({ name: "checkout" }, async () => {
      await spend(crowsnest, 0.3);
      await spend(crowsnest, 0.3);
      expect(() => spend(crowsnest, 0.3)).toThrow(BudgetExceededError);
    });
    expect(await metric('agent_budget_spent_usd{service="test",scope="workflow:checkout"}')).toBeCloseTo(0.6);
  });

  test("that is raised lets work go on", async () => {
    const { crowsnest } = await startEmbedded();
    crowsnest.budget({ agent: "scribe", limitUsd: 0.5, enforce: true });
    await spend(crowsnest, 0.6);
    crowsnest.budget({ agent: "scribe", limitUsd: 5, enforce: true });
    await expect(spend(crowsnest, 0.1)).resolves.toBeUndefined();
  });
});
