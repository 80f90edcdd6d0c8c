import type { HandoffSpanData } from "@openai/agents";
import { noteToldInside } from "../../../instrument/face.ts";
import { failureOf, settle } from "../failure.ts";
import type { Mapping } from "../mapping.ts";

/** How an agent is called that is not known, as the handoff failed before the SDK had found it. */
const UNKNOWN_AGENT = "unknown";

/**
 * One agent hands over to another. The receiver is known only when the SDK's span ends, and its answer comes later still: so the
 * handoff begins at that end, with the time of the span's start, and stays open for the receiver's run.
 */
export const mapHandoff: Mapping<HandoffSpanData> = (data, { crowsnest, handoffs, inside, agent, run, startedUnixMillis }) => ({
  end(error) {
    const from = data.from_agent ?? agent ?? UNKNOWN_AGENT;
    const work = crowsnest.begin("handoff", { from, to: data.to_agent ?? UNKNOWN_AGENT }, inside, startedUnixMillis);
    if (data.to_agent === undefined) {
      settle(work, failureOf(error ?? { message: "no agent took over" }, "HandoffError"));
      noteToldInside(inside);
      // An error beside a receiver is only a remark: the model asked for several handoffs, and the first one was made.
    } else if (run !== undefined) handoffs.add(run, data.to_agent, work);
    else work.end();
  },
});
