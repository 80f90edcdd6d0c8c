import { Agent as HttpAgent, type IncomingMessage, request as requestHttp } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";

export interface Answer {
  readonly status: number;
  /** The beginning of its body. */
  readonly text: string;
  readonly retryAfter: string | undefined;
}

/** Most of an answer that is read: a hub's is a few kilobytes. */
const MAX_ANSWER_BYTES = 256 * 1_024;
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 307, 308]);

/**
 * Sends bodies to one address, over connections that are kept open and do not keep the process alive. `fetch` is not used because its
 * connections do, and because it turns a redirected POST into a GET.
 */
export class Poster {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMillis: number;
  readonly #agents = { "http:": new HttpAgent({ keepAlive: true }), "https:": new HttpsAgent({ keepAlive: true }) };

  constructor(url: URL, headers: Readonly<Record<string, string>>, timeoutMillis: number) {
    this.#url = url;
    this.#headers = headers;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Rejects where no answer comes, with an error whose message says why in a few words. */
  async post(body: Buffer, signal: AbortSignal): Promise<Answer> {
    let url = this.#url;
    for (let redirects = 0; ; redirects += 1) {
      const { answer, location } = await this.#sendTwice(url, body, signal);
      const next = location === undefined || !REDIRECTS.has(answer.status) ? undefined : follow(url, location);
      if (next === undefined || redirects === MAX_REDIRECTS) return answer;
      url = next;
    }
  }

  /** Lets go of idle connections. */
  close(): void {
    for (const agent of Object.values(this.#agents)) agent.destroy();
  }

  /** A hub closes connections that were idle; one that was closed in this very moment says nothing about the hub. */
  async #sendTwice(url: URL, body: Buffer, signal: AbortSignal): Promise<Sent> {
    try {
      return await this.#send(url, body, signal);
    } catch (error) {
      if (!(error instanceof PostError) || !error.connectionWasOld) throw error;
      return this.#send(url, body, signal);
    }
  }

  #send(url: URL, body: Buffer, signal: AbortSignal): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const secure = url.protocol === "https:";
      const headers = { ...this.#headers, "content-length": body.length };
      const agent = this.#agents[secure ? "https:" : "http:"];
      const request = (secure ? requestHttps : requestHttp)(url, { method: "POST", headers, agent, signal });
      const timer = setTimeout(
        () => request.destroy(new Error(`no answer within ${this.#timeoutMillis / 1_000} s`)),
        this.#timeoutMillis,
      );
      timer.unref();
      request.on("socket", (socket) => socket.unref());
      request.on("error", (error) => reject(new PostError(error, request.reusedSocket)));
      request.on("response", (response) => {
        readText(response).then(
          (text) => resolve(sentOf(response, text)),
          (error: Error) => reject(new PostError(error, false)),
        );
      });
      request.on("close", () => clearTimeout(timer));
      request.end(body);
    });
  }
}

interface Sent {
  readonly answer: Answer;
  readonly location: string | undefined;
}

class PostError extends Error {
  readonly connectionWasOld: boolean;

  constructor(cause: NodeJS.ErrnoException, reusedSocket: boolean) {
    super(whyNot(cause), { cause });
    this.connectionWasOld = reusedSocket && (cause.code === "ECONNRESET" || cause.code === "EPIPE");
  }
}

/** Where a redirect leads, if it may be followed: the token goes to the machine that it was meant for, and not in the clear. */
function follow(from: URL, location: string): URL | undefined {
  const to = URL.parse(location, from);
  if (to === null || to.hostname !== from.hostname) return undefined;
  return to.protocol === "https:" || to.protocol === from.protocol ? to : undefined;
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Leaving the loop destroys the response, and the connection with it.
    if (bytes > MAX_ANSWER_BYTES) break;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function sentOf({ statusCode = 0, headers }: IncomingMessage, text: string): Sent {
  return { answer: { status: statusCode, text, retryAfter: headers["retry-after"] }, location: headers.location };
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ECONNREFUSED":
      return "connection refused";
    case "ECONNRESET":
    case "EPIPE":
      return "the connection was cut";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "there is no such host";
    default:
      return message || code || "unknown error";
  }
}
