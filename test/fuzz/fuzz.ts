import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../src/store/sqlite/driver.ts";
import { randomFrom } from "../support/fleet-traffic.ts";
import { eventSeeds, otlpSeeds, type Seed } from "./corpus.ts";
import { decode } from "./decoders.ts";
import { type HubChild, startHubChild } from "./hub-child.ts";
import { type FuzzedRequest, mutated, type Random } from "./mutate.ts";
import { question, watchOddly } from "./questions.ts";

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** @default a hub of its own */
  readonly hub?: HubChild;
}

export interface FuzzReport {
  readonly requests: number;
  readonly decoded: number;
  readonly events: number;
  readonly statuses: Readonly<Record<number, number>>;
}

/** Everything that may be answered to a body, however it is. */
const ALLOWED_STATUSES = new Set([200, 202, 400, 413, 415, 429, 503]);
/** Everything that may be answered to a question, however it is. */
const ALLOWED_FOR_QUESTIONS = new Set([200, 400, 404, 431]);
/** Somebody watches oddly instead of asking, once in so many times. */
const WATCH_EVERY = 20;
const MAX_ANSWER_SECONDS = 2;
const MAX_RSS_BYTES = 800_000_000;
const SENDERS = 4;
/** Requests between two looks at how the hub is. */
const REQUESTS_PER_LOOK = 200;

/**
 * Sends bodies that are not in order for some time, and asks what came of them as oddly. Throws an error that names the file with the body, and the seed, as soon as one does
 * harm: an answer that may not be, or comes late, or not at all; a hub that ends, grows, or says that it is not well; a good answer that is not what its documentation says; events that are
 * stored and were not acknowledged, or the other way round.
 */
export async function fuzz({ seconds, seed, hub: given }: FuzzOptions): Promise<FuzzReport> {
  const data = await mkdtemp(join(tmpdir(), "crowsnest-fuzz-"));
  const hub = given ?? (await startHubChild(data));
  try {
    const run = new Run(hub, seed);
    const quarter = (seconds * 1_000) / 4;
    await run.send(eventSeeds(), quarter);
    if (given === undefined) expectStored(data, run.accepted);
    await run.send(otlpSeeds(), quarter);
    await run.ask(quarter);
    await run.decode([...eventSeeds(), ...otlpSeeds()], quarter);
    const events = given === undefined ? await expectCounted(data, hub) : 0;
    return { ...run.report, events };
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** A request and its place among those that follow from the seed. */
interface Case extends FuzzedRequest {
  readonly number: number;
}

class Run {
  readonly #hub: HubChild;
  readonly #seed: number;
  #cases = 0;
  #failure: Promise<never> | undefined;
  #requests = 0;
  #decoded = 0;
  readonly #statuses: Record<number, number> = {};
  /** Events that the hub said were new. */
  accepted = 0;

  constructor(hub: HubChild, seed: number) {
    this.#hub = hub;
    this.#seed = seed;
  }

  get report(): Omit<FuzzReport, "events"> {
    return { requests: this.#requests, decoded: this.#decoded, statuses: this.#statuses };
  }

  async send(seeds: readonly Seed[], millis: number): Promise<void> {
    const end = performance.now() + millis;
    const sendOn = async () => {
      while (performance.now() < end && this.#failure === undefined) await this.#send(this.#next(seeds));
    };
    await Promise.all(Array.from({ length: SENDERS }, sendOn));
    await this.#look();
  }

  async ask(millis: number): Promise<void> {
    const end = performance.now() + millis;
    const askOn = async () => {
      while (performance.now() < end && this.#failure === undefined) {
        this.#cases += 1;
        await this.#ask(randomFrom(Math.imul(this.#seed, 0x9e37_79b1) + this.#cases), this.#cases);
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, askOn));
    await this.#look();
  }

  async decode(seeds: readonly Seed[], millis: number): Promise<void> {
    const end = performance.now() + millis;
    while (performance.now() < end) {
      const request = this.#next(seeds);
      try {
        decode(request.path, request.headers["content-type"] ?? "", request.body);
      } catch (error) {
        await this.#fail(request, `makes a reader throw ${error instanceof Error ? error.stack : String(error)}`);
      }
      this.#decoded += 1;
    }
  }

  /** The same requests in the same order for the same seed, however fast they go. */
  #next(seeds: readonly Seed[]): Case {
    this.#cases += 1;
    return { ...mutated(seeds, randomFrom(Math.imul(this.#seed, 0x9e37_79b1) + this.#cases)), number: this.#cases };
  }

  async #send(request: Case): Promise<void> {
    let answer = await ask(this.#hub.url, "POST", request);
    // A machine that was busy with something else is asked once more; what was slow for a reason is slow again.
    if (answer.status === undefined || answer.seconds > MAX_ANSWER_SECONDS) {
      this.#take(request, answer);
      answer = await ask(this.#hub.url, "POST", request);
    }
    if (this.#hub.end !== undefined) await this.#fail(request, `or one sent beside it is the last: ${this.#hub.end}`);
    if (answer.status === undefined) await this.#fail(request, `is not answered (${answer.text})`);
    else if (!ALLOWED_STATUSES.has(answer.status)) await this.#fail(request, `is answered ${answer.status}: ${answer.text}`);
    if (answer.seconds > MAX_ANSWER_SECONDS) await this.#fail(request, `is answered after ${answer.seconds.toFixed(1)} s only`);
    this.#take(request, answer);
    this.#requests += 1;
    if (this.#requests % REQUESTS_PER_LOOK === 0) await this.#look(request);
  }

  async #ask(random: Random, number: number): Promise<void> {
    this.#requests += 1;
    if (number % WATCH_EVERY === 0) {
      await watchOddly(this.#hub.url, random).catch((error: Error) => this.#fail(undefined, error.message));
      return;
    }
    const { path, problem } = question(random);
    const request = { path, headers: {}, body: Buffer.alloc(0) };
    let answer = await ask(this.#hub.url, "GET", request);
    if (answer.seconds > MAX_ANSWER_SECONDS) answer = await ask(this.#hub.url, "GET", request);
    const { status, text, seconds } = answer;
    const what = `GET ${path.slice(0, 1_000)}`;
    if (status === undefined || !ALLOWED_FOR_QUESTIONS.has(status)) {
      await this.#fail(undefined, `or ${what} is answered ${status ?? this.#hub.end}: ${text}`);
    }
    if (seconds > MAX_ANSWER_SECONDS) await this.#fail(undefined, `or ${what} is answered after ${seconds.toFixed(1)} s only`);
    this.#statuses[status as number] = (this.#statuses[status as number] ?? 0) + 1;
    const wrong = status === 200 ? problem(JSON.parse(text)) : undefined;
    if (wrong !== undefined) await this.#fail(undefined, `makes the answer to ${what} other than documented: ${wrong}`);
  }

  #take({ path }: FuzzedRequest, { status, text }: Answered): void {
    if (status === undefined) return;
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (path === "/v1/events") this.accepted += (JSON.parse(text) as { accepted?: number }).accepted ?? 0;
  }

  async #look(last?: Case): Promise<void> {
    for (const path of ["/health", "/metrics"]) {
      const { status, text } = await ask(this.#hub.url, "GET", { path, headers: {}, body: Buffer.alloc(0) });
      if (status !== 200) await this.#fail(last, `comes before ${path} is answered ${status}: ${this.#hub.end ?? text}`);
    }
    const rssBytes = await this.#hub.rssBytes();
    if (rssBytes > MAX_RSS_BYTES) await this.#fail(last, `comes before a hub of ${Math.round(rssBytes / 1e6)} MB`);
  }

  /** The first that does harm is the one that is told: what comes after it may be no more than its consequence. */
  #fail(request: Case | undefined, what: string): Promise<never> {
    this.#failure ??= this.#tell(request, what);
    return this.#failure;
  }

  async #tell(request: Case | undefined, what: string): Promise<never> {
    const again = `CROWSNEST_FUZZ_SEED=${this.#seed} npm run fuzz`;
    if (request === undefined) throw new Error(`What was sent last ${what}\nAgain: ${again}`);
    const file = join(tmpdir(), `crowsnest-fuzz-${this.#seed}-${request.number}.body`);
    await writeFile(file, request.body);
    const headers = Object.entries(request.headers).map(([name, value]) => ` ${name}: ${value}`);
    throw new Error(`POST ${request.path}${headers.join(",")} with the body in ${file} ${what}\nAgain: ${again}`);
  }
}

interface Answered {
  /** Undefined where there was none. */
  readonly status: number | undefined;
  readonly text: string;
  readonly seconds: number;
}

function ask(url: string, method: "GET" | "POST", { path, headers, body }: FuzzedRequest): Promise<Answered> {
  const startedMillis = performance.now();
  return new Promise((resolve) => {
    const done = (status: number | undefined, text: string) =>
      resolve({ status, text, seconds: (performance.now() - startedMillis) / 1_000 });
    // A connection that nobody used for a while may be closed by now.
    const connection = method === "GET" ? { agent: false } : {};
    const request = httpRequest(`${url}${path}`, { method, headers, timeout: 10_000, ...connection }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", (error) => done(undefined, error.message));
      response.on("end", () => done(response.statusCode, Buffer.concat(chunks).toString()));
    });
    request.on("timeout", () => request.destroy(new Error("nothing came for 10 s")));
    request.on("error", (error) => done(undefined, error.message));
    request.end(body);
  });
}

/** Every event that was acknowledged is there, and besides them only what the hub says of its own accord. */
function expectStored(data: string, accepted: number): void {
  const { events, own, lastSeq } = stored(data);
  if (events !== lastSeq) throw new Error(`${events} events are stored, but the last one has the number ${lastSeq}`);
  if (events < accepted || events - accepted > own) {
    throw new Error(`${accepted} events were acknowledged, but ${events} are stored (${own} of them may be the hub's own)`);
  }
}

/** Every event that is there was counted once. Resolves with how many there are. */
async function expectCounted(data: string, hub: HubChild): Promise<number> {
  const { text: page } = await ask(hub.url, "GET", { path: "/metrics", headers: {}, body: Buffer.alloc(0) });
  const counts = [...page.matchAll(/^crowsnest_events_total\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  const counted = counts.reduce((sum, count) => sum + count, 0);
  const { events } = stored(data);
  if (counted !== events) throw new Error(`${counted} events were counted, but ${events} are stored`);
  return events;
}

function stored(data: string): { events: number; own: number; lastSeq: number } {
  const database = connect(join(data, "events.db"), { readonly: true, fileMustExist: true });
  try {
    const number = (sql: string) => Number(database.prepare(sql).pluck().get());
    return {
      events: number("SELECT count(*) FROM events"),
      own: number("SELECT count(*) FROM events WHERE type IN ('budget_warning', 'budget_exceeded')"),
      lastSeq: number("SELECT coalesce(max(seq), 0) FROM events"),
    };
  } finally {
    database.close();
  }
}
