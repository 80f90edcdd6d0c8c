import type { Hub } from "./hub.ts";

/** The one line that says that a hub is there, and where it listens. */
export function listeningLine({ url, otlpUrl, otlpGrpcUrl }: Pick<Hub, "url" | "otlpUrl" | "otlpGrpcUrl">): string {
  const addresses = [
    url === "" ? [] : `${url} (${url}/metrics, ${url}/health)`,
    otlpUrl === "" ? [] : `${otlpUrl} (OTLP by HTTP)`,
    otlpGrpcUrl === "" ? [] : `${otlpGrpcUrl} (OTLP by gRPC)`,
  ];
  return `listening ${addresses.flat().join(", ")}`;
}
