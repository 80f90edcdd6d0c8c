import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Bytes of the body that were handed over until the answer had come. */
  readonly sentBytes: number;
}

export type Body = Buffer | string | (() => Iterable<Buffer> | AsyncIterable<Buffer>);

/** Sends a request over a connection of its own; stops sending once the answer is there. Rejects where the connection breaks before. */
export async function send(url: string, headers: Readonly<Record<string, string>>, body: Body): Promise<Answer> {
  const request = httpRequest(url, { method: "POST", headers: { ...headers }, agent: false });
  const progress = { sentBytes: 0, isAnswered: false };
  const answered = new Promise<Answer>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => readAnswer(response, progress, resolve, reject));
  });
  // Waited for below, once everything is sent.
  answered.catch(() => undefined);
  for await (const chunk of typeof body === "function" ? body() : [Buffer.from(body)]) {
    if (request.destroyed || progress.isAnswered) break;
    progress.sentBytes += chunk.length;
    if (!request.write(chunk)) await writable(request);
  }
  request.end();
  return answered;
}

function readAnswer(
  response: IncomingMessage,
  progress: { sentBytes: number; isAnswered: boolean },
  resolve: (answer: Answer) => void,
  reject: (error: Error) => void,
): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", reject);
  response.on("end", () => {
    progress.isAnswered = true;
    const { statusCode = 0, headers } = response;
    resolve({ status: statusCode, headers, body: Buffer.concat(chunks), sentBytes: progress.sentBytes });
  });
}

/** Resolves when the request takes more, or never will. */
function writable(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      request.off("drain", done);
      request.off("close", done);
      resolve();
    };
    request.on("drain", done);
    request.on("close", done);
  });
}
