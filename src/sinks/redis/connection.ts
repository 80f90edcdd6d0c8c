import { createClient, type RedisClientType } from "redis";
import { withinDeadline } from "../../bus/deadline.ts";

/** How long Redis may take for one piece of work, letting us in included. */
const PATIENCE_MILLIS = 3_000;

/**
 * One connection that is opened when it is needed and given up when anything goes wrong with it. The library's own reconnecting is
 * not used: its timers would keep a process alive that has nothing else to do.
 */
export class RedisConnection {
  readonly #url: string;
  #client: RedisClientType | undefined;

  constructor(url: string) {
    this.#url = url;
  }

  /** Rejects where Redis cannot be reached, or does not answer in time, or `work` rejects. */
  async run(work: (client: RedisClientType) => Promise<void>): Promise<void> {
    const client = this.#client ?? this.#create();
    this.#client = client;
    try {
      const done = client.isOpen ? work(client) : client.connect().then(() => work(client));
      if (!(await withinDeadline(done, PATIENCE_MILLIS))) throw new Error(`no answer within ${PATIENCE_MILLIS / 1_000} s`);
    } catch (error) {
      this.close();
      throw first(error);
    }
  }

  /** Lets go of the connection; the next work opens another one. */
  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }

  #create(): RedisClientType {
    const client: RedisClientType = createClient({
      url: this.#url,
      socket: { reconnectStrategy: false, connectTimeout: PATIENCE_MILLIS },
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: "disabled",
    });
    client.unref();
    // Unheard, an error would end the process; whoever is at work hears of it as a rejection.
    client.on("error", () => {
      if (this.#client === client) this.#client = undefined;
    });
    return client;
  }
}

/** Where a name stands for several addresses, each of them has an error of its own. */
function first(error: unknown): unknown {
  return error instanceof AggregateError ? (error.errors[0] ?? error) : error;
}
