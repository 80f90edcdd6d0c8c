/** What a transport goes over, as OpenTelemetry names it, by the name of its class; undefined where that does not say. */
export function networkTransportOf(transport: object): string | undefined {
  const { name } = transport.constructor;
  if (/stdio/i.test(name)) return "pipe";
  return /http|sse|websocket/i.test(name) ? "tcp" : undefined;
}
