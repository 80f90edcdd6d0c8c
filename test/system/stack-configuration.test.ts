import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hasAlertmanager } from "../support/alertmanager.ts";
import { type ComposeService, compose, flagOf, inService, mountsOf } from "../support/compose.ts";
import { inRepository } from "../support/processes.ts";
import { hasPrometheus } from "../support/prometheus.ts";
import { tempFolder } from "../support/temp-folder.ts";

const run = promisify(execFile);

function service(name: string): ComposeService {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
}

async function yaml<T>(path: string): Promise<T> {
  return parse(await readFile(inRepository(path), "utf8")) as T;
}

/** The folders of a service as it sees them, below a folder of ours. */
async function rootOf(ofService: ComposeService): Promise<string> {
  const root = await tempFolder();
  for (const [target, source] of mountsOf(ofService)) {
    await mkdir(dirname(join(root, target)), { recursive: true });
    await symlink(inRepository(source), join(root, target));
  }
  return root;
}

describe.skipIf(!hasPrometheus)("Prometheus", () => {
  test("finds its configuration and every rule file where the stack mounts them", async () => {
    const root = await rootOf(service("prometheus"));
    const config = join(root, flagOf(service("prometheus"), "--config.file") ?? "");
    const { stdout } = await run("promtool", ["check", "config", config]);
    const rules = await readdir(inRepository("alerts/rules"));
    expect(rules).toContain("recording.yml");
    for (const name of rules) expect(stdout).toMatch(new RegExp(`Checking .*/${name}\n +SUCCESS: [1-9]\\d* rules found`));
  });

  test("scrapes every service that has metrics, and hands alerts to the Alertmanager", async () => {
    const config = await yaml<PrometheusConfig>("deploy/prometheus.yml");
    const targets = config.scrape_configs.flatMap(({ static_configs }) => static_configs.flatMap(({ targets: all }) => all));
    expect(targets).toEqual(["crowsnest:9464", "localhost:9090", "alertmanager:9093", "tempo:3200", "grafana:3000"]);
    expect(config.alerting.alertmanagers).toEqual([{ static_configs: [{ targets: ["alertmanager:9093"] }] }]);
  });

  test("finds the example team by the name that it has while it is there", async () => {
    const config = await yaml<PrometheusConfig>("deploy/prometheus.yml");
    const [found] = config.scrape_configs.find(({ job_name }) => job_name === "crowsnest")?.dns_sd_configs ?? [];
    expect(service("team").networks).toEqual({ inside: { aliases: found?.names } });
    expect(found?.port).toBe(9464);
  });
});

describe.skipIf(!hasAlertmanager)("Alertmanager", () => {
  test("finds its configuration where the stack mounts it, and takes it", async () => {
    const root = await rootOf(service("alertmanager"));
    const config = join(root, flagOf(service("alertmanager"), "--config.file") ?? "");
    const { stdout } = await run("amtool", ["check-config", config]);
    expect(stdout).toContain("SUCCESS");
  });

  test("tells the hub under the name that it has in the stack", async () => {
    const { receivers } = await yaml<{ receivers: { webhook_configs?: { url: string }[] }[] }>("alerts/alertmanager.yml");
    const urls = receivers.flatMap(({ webhook_configs = [] }) => webhook_configs.map(({ url }) => url));
    expect(new Set(urls)).toEqual(new Set(["http://crowsnest:9464/hooks/alertmanager"]));
  });
});

describe("Tempo", () => {
  test("takes spans from other containers, where the hub sends them", async () => {
    const { distributor } = await yaml<TempoConfig>("deploy/tempo.yaml");
    expect(distributor.receivers.otlp.protocols).toEqual({
      grpc: { endpoint: "0.0.0.0:4317" },
      http: { endpoint: "0.0.0.0:4318" },
    });
    for (const name of ["crowsnest", "team"]) {
      expect(service(name).environment?.["OTEL_EXPORTER_OTLP_ENDPOINT"]).toBe("http://tempo:4318");
    }
  });

  test("keeps everything in its volume", async () => {
    const { storage, metrics_generator } = await yaml<TempoConfig>("deploy/tempo.yaml");
    expect(service("tempo").volumes).toContain("tempo-data:/var/tempo");
    for (const { path } of [storage.trace.local, storage.trace.wal, metrics_generator.storage])
      expect(path).toMatch(/^\/var\/tempo\//);
  });

  test("writes span metrics and service graphs to a Prometheus that takes them, with exemplars called as ours are", async () => {
    const { metrics_generator, overrides } = await yaml<TempoConfig>("deploy/tempo.yaml");
    expect(metrics_generator.storage.remote_write).toEqual([
      { url: "http://prometheus:9090/api/v1/write", send_exemplars: true },
    ]);
    expect(service("prometheus").command).toEqual(
      expect.arrayContaining(["--web.enable-remote-write-receiver", "--enable-feature=exemplar-storage"]),
    );
    const { processors, trace_id_label_name } = overrides.defaults.metrics_generator;
    expect(processors).toEqual(["span-metrics", "service-graphs"]);
    expect(trace_id_label_name).toBe("trace_id");
  });

  test("is started with the file that is meant", () => {
    const file =
      service("tempo")
        .command?.find((argument) => argument.startsWith("-config.file="))
        ?.split("=")[1] ?? "";
    expect(inService(service("tempo"), file)).toBe("deploy/tempo.yaml");
  });
});

interface PrometheusConfig {
  readonly alerting: { readonly alertmanagers: readonly unknown[] };
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly static_configs: readonly { readonly targets: readonly string[] }[];
    readonly dns_sd_configs?: readonly { readonly names: readonly string[]; readonly port: number }[];
  }[];
}

interface TempoConfig {
  readonly distributor: {
    readonly receivers: { readonly otlp: { readonly protocols: Readonly<Record<string, { endpoint: string }>> } };
  };
  readonly storage: { readonly trace: { readonly local: { readonly path: string }; readonly wal: { readonly path: string } } };
  readonly metrics_generator: { readonly storage: { readonly path: string; readonly remote_write: readonly unknown[] } };
  readonly overrides: {
    readonly defaults: {
      readonly metrics_generator: { readonly processors: readonly string[]; readonly trace_id_label_name: string };
    };
  };
}
