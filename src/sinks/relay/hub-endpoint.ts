/** Where a hub takes something. A hub behind a proxy may lie below a path. */
export function hubEndpoint(hub: string, path: "v1/events" | "v1/traces"): URL {
  return new URL(path, hub.endsWith("/") ? hub : `${hub}/`);
}

/** What a hub with a token wants to see. */
export function tokenHeader(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
