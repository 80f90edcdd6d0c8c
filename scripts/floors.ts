import type { Import } from "./imports.ts";

/**
 * The house, lowest floor first. A room is a folder of src or a file that lies directly in it; a file imports from its own
 * folder and from the floors below it, types included, and neighbours on one floor do not know each other. Within a folder, too, imports
 * point one way: no file comes back to itself by them.
 */
export const floors: readonly (readonly string[])[] = [
  ["events"],
  ["folds", "prices", "redaction"],
  ["bus", "metrics", "tracing", "store", "options.ts", "config.ts", "exit.ts"],
  ["instrument", "views", "analysis", "sinks", "export", "health"],
  ["integrations", "review", "crowsnest.ts", "core.ts", "load-prices.ts", "relay.ts", "monitoring"],
  ["server", "zero-code"],
  ["cli", "index.ts", "register.ts"],
];

/** The web page runs in browsers: it stands on top of everything, and may know the house by its types only. */
const WEB = "web";
/** Dashboards and rules are made from the names of metrics, not from the code that fills them. */
const monitoringMayImport = /^(events\/|metrics\/definitions\.ts$)/;
/** What importing the public face must not load: an agent's process pays for these only once it uses them. */
const FACE = "index.ts";
const heavyPackages = [
  "express",
  "better-sqlite3",
  "zod",
  "prom-client",
  "redis",
  "@grafana/grafana-foundation-sdk",
  "@pydantic/genai-prices",
];

/** Every import that the house does not allow, one sentence each. `packages` are those that an installed Crowsnest has. */
export function findViolations(imports: readonly Import[], packages: readonly string[]): string[] {
  return [
    ...imports.flatMap((edge) => (edge.isPackage ? packageViolation(edge, packages) : floorViolation(edge))),
    ...findCycles(imports),
    ...heavyLoads(imports),
  ];
}

function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function floorOf(room: string): number {
  return room === WEB ? floors.length : floors.findIndex((rooms) => rooms.includes(room));
}

function floorViolation(edge: Import): string[] {
  const [own, other] = [roomOf(edge.from), roomOf(edge.to)];
  const [ownFloor, otherFloor] = [floorOf(own), floorOf(other)];
  if (ownFloor < 0) return [`${where(edge)}: "${own}" stands on no floor: give it one in scripts/floors.ts`];
  if (otherFloor < 0) return [`${where(edge)} imports ${edge.to}, which stands on no floor`];
  if (own === WEB && other !== WEB && edge.kind !== "type") return [`${where(edge)} imports ${edge.to}; web takes types only`];
  if (own === "monitoring" && other !== own && !monitoringMayImport.test(edge.to)) {
    return [`${where(edge)} imports ${edge.to}; monitoring knows only events and metrics/definitions.ts`];
  }
  // Files that lie directly in src share that folder, so one may import another of its floor, but still none above.
  const sameFolder = own === other || (own.endsWith(".ts") && other.endsWith(".ts") && otherFloor === ownFloor);
  if (sameFolder || otherFloor < ownFloor) return [];
  const relation = otherFloor === ownFloor ? "its neighbour on" : "from above, on";
  return [`${where(edge)} imports ${edge.to}, ${relation} floor ${otherFloor + 1}`];
}

function packageViolation(edge: Import, packages: readonly string[]): string[] {
  if (edge.to.startsWith("node:")) return [];
  const name = packageOf(edge.to);
  // The types of a package may come from elsewhere (@types), so the package itself is what counts for them, too.
  return packages.includes(name) ? [] : [`${where(edge)} imports ${name}, which an installed Crowsnest does not have`];
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

/** Files that cannot be read without each other, be it for a type or for what is loaded later: what both need is a file below them. */
function findCycles(imports: readonly Import[]): string[] {
  const targets = Map.groupBy(
    imports.filter((edge) => !edge.isPackage),
    (edge) => edge.from,
  );
  const cycles = new Map<string, string>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) {
      const ring = path.slice(start);
      cycles.set([...ring].sort().join(), `${[...ring, file].join(" → ")} is a cycle`);
      return;
    }
    if (done.has(file)) return;
    for (const { to } of targets.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return [...cycles.values()];
}

function heavyLoads(imports: readonly Import[]): string[] {
  const loaded = Map.groupBy(
    imports.filter((edge) => edge.kind === "value"),
    (edge) => edge.from,
  );
  const reached = new Map<string, string>([[FACE, FACE]]);
  const found: string[] = [];
  // A Map visits what is added to it on the way, so this walks everything that the face loads.
  for (const [file, path] of reached) {
    for (const edge of loaded.get(file) ?? []) {
      if (!edge.isPackage && !reached.has(edge.to)) reached.set(edge.to, `${path} → ${edge.to}`);
      if (edge.isPackage && heavyPackages.includes(packageOf(edge.to))) found.push(`${path} loads ${packageOf(edge.to)}`);
    }
  }
  return found;
}

function where(edge: Import): string {
  return `${edge.from}:${edge.line}`;
}
