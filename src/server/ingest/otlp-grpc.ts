import { createServer } from "node:net";
import { type Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { type AccessOptions, createTokenCheck, needsToken } from "../access-guard.ts";
import { isLoopback } from "../host-guard.ts";
import { ListenError, type Listener } from "../listen.ts";
import { BodyRoom, type Held } from "./body-room.ts";
import { grpcCodes, protobufFormat, type Signal } from "./otlp-format.ts";
import { type OtlpDependencies, takeSignal } from "./otlp-router.ts";
import { judge } from "./request-error.ts";

/** Largest message, after decompression: that of a request by HTTP. */
const MAX_MESSAGE_BYTES = 16 * 1_024 * 1_024;
/** Calls under way on one connection; each may hold a message of that size before it is handed over. */
const MAX_CALLS_PER_CONNECTION = 64;
/** How a person moves the port. */
const OPTION = "--otlp-grpc-port (CROWSNEST_OTLP_GRPC_PORT)";
/** How long calls that are under way may take when the hub closes, before they are ended. */
const CLOSE_MILLIS = 1_000;

const services = {
  traces: "opentelemetry.proto.collector.trace.v1.TraceService",
  logs: "opentelemetry.proto.collector.logs.v1.LogsService",
  metrics: "opentelemetry.proto.collector.metrics.v1.MetricsService",
} as const satisfies Record<Signal, string>;

type Call = ServerUnaryCall<Buffer, Buffer>;

/**
 * OTLP over gRPC: what many exporters speak unless told otherwise. Messages are those of HTTP and go the same way.
 *
 * @throws ListenError
 */
export async function listenForGrpc(access: AccessOptions, port: number, dependencies: OtlpDependencies): Promise<Listener> {
  const server = new Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_concurrent_streams": MAX_CALLS_PER_CONNECTION,
  });
  const refusal = createGuard(access);
  const room = dependencies.room ?? new BodyRoom();
  for (const signal of ["traces", "logs", "metrics"] as const) {
    const asIs = (bytes: Buffer) => bytes;
    const method = { requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };
    const path = `/${services[signal]}/Export`;
    server.addService(
      { Export: { path, requestStream: false, responseStream: false, ...method } },
      {
        Export: (call: Call, answer: sendUnaryData<Buffer>) => {
          const refused = refusal(call.metadata);
          if (refused !== undefined) answer(refused);
          else
            void take(signal, call.request, dependencies, room.enter()).then(
              (response) => answer(null, response),
              (error) => answer(toStatus(error)),
            );
        },
      },
    );
  }
  const bound = await bind(server, access.host, port);
  let closing: Promise<void> | undefined;
  return {
    url: `http://${access.host.includes(":") ? `[${access.host}]` : access.host}:${bound}`,
    port: bound,
    close() {
      closing ??= shutDown(server);
      return closing;
    },
  };
}

async function take(signal: Signal, body: Buffer, dependencies: OtlpDependencies, held: Held): Promise<Buffer> {
  try {
    held.grow(body.length);
    const { items, rejected, message } = await takeSignal(signal, protobufFormat.read(signal, body), dependencies);
    if (signal === "traces") {
      const { contentType } = protobufFormat;
      dependencies.forward?.({ body, contentType, encoding: undefined, spans: items, via: "" }, body);
    }
    return Buffer.from(protobufFormat.response(signal, rejected, message));
  } finally {
    held.release();
  }
}

function createGuard({ host, token, insecure }: AccessOptions): (metadata: Metadata) => GrpcStatus | undefined {
  const isAuthorized = createTokenCheck(token);
  const open = token !== undefined || insecure || isLoopback(host);
  return (metadata) => {
    if (!open) return { code: status.PERMISSION_DENIED, details: needsToken(host) };
    if (isAuthorized(metadata.get("authorization")[0]?.toString())) return undefined;
    return { code: status.UNAUTHENTICATED, details: "send the token as `authorization: Bearer …`" };
  };
}

interface GrpcStatus {
  readonly code: number;
  readonly details: string;
}

function toStatus(error: unknown): GrpcStatus {
  const { status: httpStatus, message } = judge(error, "spans");
  // Exporters send again after UNAVAILABLE; after RESOURCE_EXHAUSTED only where they are told when.
  const code = httpStatus === 429 ? status.UNAVAILABLE : (grpcCodes[httpStatus] ?? status.UNKNOWN);
  return { code, details: message };
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  // gRPC's own message for a port that is taken says neither that nor which, and it writes it to the console as well.
  await probe(host, port);
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new ListenError(host, port, error, OPTION));
    });
  });
}

function probe(host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const server = createServer();
  server.once("error", (error) => reject(new ListenError(host, port, error, OPTION)));
  server.listen(port, host, () => server.close(() => resolve()));
  return promise;
}

function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), CLOSE_MILLIS);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
