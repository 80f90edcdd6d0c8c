import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { inRepository } from "./processes.ts";

/** A service of docker-compose.yml, as far as tests look at it. */
export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly aliases?: readonly string[] }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly deploy?: { readonly resources?: { readonly limits?: { readonly cpus?: string; readonly memory?: string } } };
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean } | null>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** docker-compose.yml as it stands, and with its anchors merged. */
export const composeText = readFileSync(inRepository("docker-compose.yml"), "utf8");
export const compose = parse(composeText, { merge: true }) as ComposeFile;

/** What a service sees of the repository, by where it sees it: `/etc/grafana/dashboards` → `grafana/dashboards`. */
export function mountsOf({ volumes = [] }: ComposeService): ReadonlyMap<string, string> {
  const bound = volumes.filter((volume) => volume.startsWith("./")).map((volume) => volume.split(":"));
  return new Map(bound.map(([source = "", target = ""]) => [target, source.replace("./", "")]));
}

/** The file of the repository that a service sees at a path. */
export function inService(service: ComposeService, path: string): string {
  const mounted = [...mountsOf(service)].find(([target]) => path === target || path.startsWith(`${target}/`));
  if (mounted === undefined) throw new Error(`nothing of the repository is at ${path} in the service`);
  const [target, source] = mounted;
  return `${source}${path.slice(target.length)}`;
}

/** `--name=value` of a service's command. */
export function flagOf({ command = [] }: ComposeService, name: string): string | undefined {
  return command.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);
}
