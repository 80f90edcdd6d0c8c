import { idWithin, type Told } from "../identity.ts";
import { RecentMap } from "../recent-map.ts";
import type { Sessions } from "../sessions.ts";
import { byWhom } from "./by-whom.ts";
import type { Hook } from "./hook.ts";
import { secondsSince } from "./session.ts";

/** Most turns whose compactions are counted. */
const MAX_TURNS = 5_000;

interface Compaction {
  readonly count: number;
  readonly startUnixMillis: number;
  readonly hasEnded: boolean;
}

/** How often the context was compacted within a turn, which is what hooks and logs know a compaction by. */
export class Compactions {
  readonly #turns = new RecentMap<string, Compaction>(MAX_TURNS);

  begin(hook: Hook): readonly Told[] {
    const turn = idWithin(hook.sessionId, hook.turn);
    const known = this.#turns.get(turn);
    // Told again before it ended, it is the same one.
    const count = known === undefined ? 1 : known.count + (known.hasEnded ? 1 : 0);
    this.#turns.set(turn, { count, startUnixMillis: hook.timeUnixMillis, hasEnded: false });
    return [];
  }

  /** Hooks know how long it took; how many tokens it saved is told by the logs. */
  end(hook: Hook, sessions: Sessions): readonly Told[] {
    const turn = idWithin(hook.sessionId, hook.turn);
    const known = this.#turns.get(turn);
    if (known === undefined) return [];
    this.#turns.set(turn, { ...known, hasEnded: true });
    const data = { durationSeconds: secondsSince(known.startUnixMillis, hook) };
    return [{ key: compactionKey(hook.turn, known.count), ...byWhom(hook, sessions), type: "context_refreshed", data }];
  }
}

/** What the time that a compaction took is known by in hooks and in logs. */
export function compactionKey(turn: string, count: number): string {
  return `${turn}-compaction-${count}`;
}
