import { describe, expect, it } from "vitest";
import type { EventInput } from "../../../src/events/types.ts";
import { complete } from "../../helpers/events.ts";
import { startTestApi } from "../../support/api.ts";

/** The API after events of this very moment. */
async function serve(
  ...inputs: readonly EventInput[]
): Promise<(path: string) => Promise<{ status: number; type: string | null; body: unknown }>> {
  const api = await startTestApi();
  await api.tell(inputs.map((input) => complete({ timeUnixMillis: Date.now(), ...input })));
  return async (path) => {
    const response = await fetch(api.url + path);
    return { status: response.status, type: response.headers.get("content-type"), body: await response.json() };
  };
}

const step: EventInput = {
  type: "step_progressed",
  data: { step: "plan", runId: "run 1/a", stepIndex: 0, stepCount: 2, status: "completed" },
};

describe("the API", () => {
  it("tells how far a run is, also where its id has to be escaped", async () => {
    const get = await serve(step);
    expect(await get("/api/progress/run%201%2Fa")).toMatchObject({
      status: 200,
      body: { id: "run 1/a", progressRatio: 0.5, history: [{ step: "plan" }] },
    });
    expect(await get("/api/progress?status=running")).toMatchObject({ status: 200, body: { runs: [{ id: "run 1/a" }] } });
  });

  it("says of a run that is not known that there is none, as a problem", async () => {
    const get = await serve(step);
    expect(await get("/api/progress/run-2")).toEqual({
      status: 404,
      type: "application/problem+json; charset=utf-8",
      body: {
        type: "about:blank",
        title: "There is no such thing",
        status: 404,
        detail: "there is no run or task with the id run-2 among the last 2000",
      },
    });
  });

  it("tells of skills, user journeys and providers, and refuses periods that are not kept", async () => {
    const get = await serve(
      { type: "skill_invoked", data: { skill: "review", outcome: "success" } },
      { type: "journey_executed", data: { journey: "CUJ-005", outcome: "success", durationSeconds: 1 } },
      {
        type: "model_called",
        agent: "scribe",
        data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1 },
      },
    );
    expect((await get("/api/skills?hours=720&skill=review")).body).toMatchObject({ hours: 720, skills: [{ skill: "review" }] });
    expect((await get("/api/user-journeys")).body).toMatchObject({ journeys: [{ journey: "CUJ-005" }] });
    expect((await get("/api/providers")).body).toMatchObject({
      providers: [{ provider: "openai", models: [{ model: "gpt-5" }] }],
    });
    for (const path of [
      "/api/skills?hours=721",
      "/api/user-journeys?hours=0",
      "/api/providers?hours=many",
      "/api/progress?limit=0",
    ]) {
      expect(await get(path)).toMatchObject({ status: 400, type: "application/problem+json; charset=utf-8" });
    }
  });
});
