import { fieldsOf, metaOf, type Request, type Response, textIn } from "./messages.ts";

/** Revisions since 2026 have no handshake: each request carries this instead. */
const PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
const CLIENT_INFO = "io.modelcontextprotocol/clientInfo";
const SERVER_INFO = "io.modelcontextprotocol/serverInfo";

/** Client or server of the SDK, as far as it knows who is at the other end. */
export interface Acquainted {
  getServerVersion?(): { readonly name: string } | undefined;
  getClientVersion?(): { readonly name: string } | undefined;
}

/** Learns from the messages of a connection who talks to whom, and by which revision of the protocol. */
export class Handshake {
  readonly #peer: Acquainted;
  #client: string | undefined;
  #server: string | undefined;
  #protocolVersion: string | undefined;

  constructor(peer: Acquainted) {
    this.#peer = peer;
  }

  get client(): string | undefined {
    return this.#client ?? this.#peer.getClientVersion?.()?.name;
  }

  get server(): string | undefined {
    return this.#server ?? this.#peer.getServerVersion?.()?.name;
  }

  get protocolVersion(): string | undefined {
    return this.#protocolVersion;
  }

  learnFromRequest(request: Request): void {
    const meta = metaOf(request);
    const info = request.method === "initialize" ? request.params?.clientInfo : meta[CLIENT_INFO];
    this.#client = textIn(fieldsOf(info), "name") ?? this.#client;
    this.#protocolVersion = textIn(meta, PROTOCOL_VERSION) ?? this.#protocolVersion;
  }

  learnFromResponse({ result }: Response): void {
    // Only the answer to `initialize` has these two; the server's name stands in the meta of others.
    const info = result?.serverInfo ?? fieldsOf(result?._meta)?.[SERVER_INFO];
    this.#server = textIn(fieldsOf(info), "name") ?? this.#server;
    this.#protocolVersion = textIn(result, "protocolVersion") ?? this.#protocolVersion;
  }
}
