import type { Hub } from "./hub.ts";

/** The one line that says that a hub is there, and where it listens. */
export function listeningLine({
  url,
  otlpUrl,
  otlpGrpcUrl,
  wsUrl,
}: Pick<Hub, "url" | "otlpUrl" | "otlpGrpcUrl" | "wsUrl">): string {
  const addresses = [
    url === "" ? [] : `${url} (${url}/metrics, ${url}/health)`,
    otlpUrl === "" ? [] : `${otlpUrl} (OTLP by HTTP)`,
    otlpGrpcUrl === "" ? [] : `${otlpGrpcUrl} (OTLP by gRPC)`,
    wsUrl === "" ? [] : `${wsUrl} (WebSocket)`,
  ];
  return `listening ${addresses.flat().join(", ")}`;
}
