import type { GuardrailSpanData } from "@openai/agents";
import { within } from "../../within.ts";
import type { Mapping } from "../mapping.ts";

/** A guardrail looks at what goes in or comes out; only one that stops the agent is told. */
export const mapGuardrail: Mapping<GuardrailSpanData> = (data, { crowsnest, inside }) => ({
  end() {
    if (!data.triggered) return;
    within(inside, () => crowsnest.emit({ type: "safety_blocked", data: { policy: data.name } }));
  },
});
