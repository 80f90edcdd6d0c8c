import { type FileHandle, mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import type { SpanKind } from "../../integrations/spans/dialects/dialect.ts";
import { genAiAttributes } from "../../integrations/spans/dialects/gen-ai.ts";
import type { Draft } from "../../integrations/spans/drafts.ts";
import type { Waiting } from "../../integrations/spans/translate.ts";

/** From this size on the file is written anew with what still waits. */
const MAX_BYTES = 16 * 1_024 * 1_024;

/** A line of the file. */
interface Line {
  readonly kind: SpanKind;
  readonly name: string;
  readonly hasUsage: boolean;
  readonly awaited: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly startUnixMillis: number;
  readonly endUnixMillis: number;
  readonly drafts: readonly Draft[];
}

/**
 * Calls that wait for their agent, on disk, so that a request can be answered before they are events. Lines are only ever added: what
 * was told in the meantime is told again after a restart, and known to the store by its id. The file is emptied once nothing waits.
 */
export class WaitingJournal {
  readonly #path: string;
  readonly #waiting: () => readonly Waiting[];
  readonly #redact: (text: string) => string;
  #file: FileHandle | undefined;
  #bytes = 0;
  #lines: string[] = [];
  #written: Promise<void> = Promise.resolve();

  /** @param redact takes secrets out of names; the drafts come without any */
  constructor(path: string, waiting: () => readonly Waiting[], redact: (text: string) => string) {
    this.#path = path;
    this.#waiting = waiting;
    this.#redact = redact;
  }

  /** What waited when the file was last written to. */
  async open(): Promise<Waiting[]> {
    await mkdir(dirname(this.#path), { recursive: true });
    this.#file = await open(this.#path, "a+", 0o600);
    const text = await readFile(this.#path, "utf8");
    this.#bytes = text.length;
    // A crash may have cut the last line short.
    if (!text.endsWith("\n") && text !== "") this.#lines.push("\n");
    return text.split("\n").flatMap(parseLine);
  }

  /** Resolves once it is on disk; what is added meanwhile goes in one write. */
  append(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 0) return Promise.resolve();
    for (const one of waiting) this.#lines.push(this.#lineOf(one));
    return this.#next(() => this.#write());
  }

  /** Lets go of what is no longer needed. */
  tidy(): Promise<void> {
    return this.#next(async () => {
      if (this.#bytes === 0) return;
      const waiting = this.#waiting();
      if (waiting.length === 0) {
        this.#bytes = 0;
        await this.#file?.truncate(0);
      } else if (this.#bytes > MAX_BYTES) {
        await this.#writeAnew(waiting);
      }
    });
  }

  async close(): Promise<void> {
    await this.#written.catch(() => {});
    await this.#file?.close();
    this.#file = undefined;
  }

  /** One after the other, whatever became of the one before. */
  #next(step: () => Promise<void>): Promise<void> {
    const done = this.#written.then(step, step);
    this.#written = done;
    // Whoever asked for it hears of the failure.
    done.catch(() => {});
    return done;
  }

  async #write(): Promise<void> {
    const lines = this.#lines.splice(0);
    if (lines.length === 0) return;
    if (this.#file === undefined) throw new Error("the file of waiting calls is closed");
    const text = lines.join("");
    try {
      await this.#file.appendFile(text);
      await this.#file.datasync();
      this.#bytes += text.length;
    } catch (error) {
      this.#lines.unshift(...lines);
      throw error;
    }
  }

  async #writeAnew(waiting: readonly Waiting[]): Promise<void> {
    const text = waiting.map((one) => this.#lineOf(one)).join("");
    const path = `${this.#path}.new`;
    const file = await open(path, "w", 0o600);
    await file.writeFile(text);
    await file.datasync();
    await file.close();
    await rename(path, this.#path);
    await this.#file?.close();
    this.#file = await open(this.#path, "a+", 0o600);
    this.#bytes = text.length;
  }

  #lineOf({ node, drafts }: Waiting): string {
    const { traceId, spanId, startUnixMillis, endUnixMillis } = node.span;
    const { kind, name } = node.meaning ?? { kind: "tool", name: "" };
    const { hasUsage, awaited } = node;
    const names = { name: this.#redact(name), service: this.#redact(node.span.service) };
    const line = { kind, ...names, hasUsage, awaited, traceId, spanId, startUnixMillis, endUnixMillis, drafts };
    return `${JSON.stringify(line)}\n`;
  }
}

/** None where a crash cut the line short: then its request was not answered either. */
function parseLine(text: string): Waiting[] {
  if (text === "") return [];
  try {
    const { kind, name, hasUsage, awaited, drafts, ...span } = JSON.parse(text) as Line;
    const node: Waiting["node"] = {
      span: {
        ...span,
        parentSpanId: undefined,
        name,
        scope: "",
        durationSeconds: 0,
        attributes: new Map(),
        failed: false,
        statusMessage: undefined,
        exception: undefined,
      },
      key: span.traceId + span.spanId,
      meaning: { kind, name, agent: undefined, attributes: genAiAttributes },
      hasUsage,
      parent: undefined,
      meaningful: undefined,
      agent: undefined,
      workflow: undefined,
      scope: undefined,
      awaited,
    };
    return [{ node, drafts }];
  } catch {
    return [];
  }
}
