import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";

/** A request for traces, byte by byte as an exporter sent it. */
export interface RecordedRequest {
  readonly protocol: "http" | "grpc";
  readonly contentType: string;
  readonly encoding: string | undefined;
  readonly body: Buffer;
}

export interface OtlpRecorder {
  readonly httpUrl: string;
  readonly grpcUrl: string;
  readonly requests: readonly RecordedRequest[];
  close(): void;
}

const GRPC_PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/** A receiver of OTLP on two free ports of this machine. What comes as logs or metrics is answered and not kept. */
export async function startOtlpRecorder(): Promise<OtlpRecorder> {
  const requests: RecordedRequest[] = [];
  const http = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const contentType = request.headers["content-type"] ?? "";
    if (request.url === "/v1/traces") {
      requests.push({
        protocol: "http",
        contentType,
        encoding: request.headers["content-encoding"],
        body: Buffer.concat(chunks),
      });
    }
    response.setHeader("Content-Type", contentType).end(contentType.includes("json") ? "{}" : "");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));

  const grpc = new Server();
  const asIs = (bytes: Buffer) => bytes;
  const method = { requestSerialize: asIs, requestDeserialize: asIs, responseSerialize: asIs, responseDeserialize: asIs };
  grpc.addService(
    { Export: { path: GRPC_PATH, requestStream: false, responseStream: false, ...method } },
    {
      Export: ({ request }: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
        requests.push({ protocol: "grpc", contentType: "application/x-protobuf", encoding: undefined, body: request });
        answer(null, Buffer.alloc(0));
      },
    },
  );
  const grpcPort = await new Promise<number>((resolve, reject) => {
    grpc.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });

  return {
    httpUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    grpcUrl: `http://127.0.0.1:${grpcPort}`,
    requests,
    close() {
      http.closeAllConnections();
      http.close();
      grpc.forceShutdown();
    },
  };
}
