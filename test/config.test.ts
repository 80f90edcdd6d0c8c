import { describe, expect, it } from "vitest";
import { ConfigError, type ConfigSources, loadConfig, packageVersion } from "../src/config.ts";
import { flagName, type OptionName, optionDefinitions, variableName } from "../src/options.ts";

interface Sample {
  /** How it is written in text, and what that means. */
  readonly text: string;
  readonly value: unknown;
  /** What it does not take. */
  readonly wrong: readonly unknown[];
}

/** Every option with something that it takes, other than its default, and things that it does not. */
const samples: { readonly [K in OptionName]: Sample } = {
  service: { text: "checkout-agents", value: "checkout-agents", wrong: ["", "x".repeat(201), {}, null] },
  host: { text: "0.0.0.0", value: "0.0.0.0", wrong: ["", [], null] },
  port: { text: "0", value: 0, wrong: [-1, 65_536, 94.64, "http", Number.NaN, Number.POSITIVE_INFINITY, null] },
  otlpGrpcPort: { text: "off", value: "off", wrong: [-1, 65_536, "http", null] },
  otlpPort: { text: "off", value: "off", wrong: [-1, 65_536, "grpc", null] },
  wsPort: { text: "off", value: "off", wrong: [-1, 65_536, "ws", null] },
  maxWatchers: { text: "50", value: 50, wrong: [0, -1, 1.5, 1_801, "many"] },
  liveQueueEvents: { text: "500", value: 500, wrong: [0, -1, 1.5, 100_001, "many"] },
  allowedHosts: { text: "hub.example", value: "hub.example", wrong: ["", [""], null, 7] },
  allowedOrigins: { text: "https://console.example", value: "https://console.example", wrong: ["", [""], null, 7] },
  data: { text: "/var/lib/crowsnest", value: "/var/lib/crowsnest", wrong: ["", null] },
  store: { text: "events.db", value: "events.db", wrong: ["", null] },
  token: { text: "12345", value: "12345", wrong: ["", null, 7] },
  hub: {
    text: "https://hub.example/crowsnest",
    value: "https://hub.example/crowsnest",
    wrong: ["", "localhost:9464", "127.0.0.1:9464", "ws://hub", "http://me:secret@hub:9464", "http://hub/?a=1", null, 9464],
  },
  spool: { text: "spool", value: "spool", wrong: ["", null] },
  maxSpoolBytes: { text: "1048576", value: 1_048_576, wrong: [0, -1, 1_048_575, 1_048_576.5, "256MiB", 2 ** 50] },
  insecure: { text: "true", value: true, wrong: ["yes", 1] },
  metricPrefix: { text: "yolo", value: "yolo", wrong: ["", "9lives", "my-team", "my team", "ä", "x".repeat(41), "a:b"] },
  traces: { text: "false", value: false, wrong: ["yes", 1, null] },
  prices: { text: "prices.yaml", value: "prices.yaml", wrong: ["", 1, null, []] },
  redact: { text: "TICKET-\\d+", value: "TICKET-\\d+", wrong: ["(", "x*", ["ok", "["], 7, [1], null] },
  captureContent: { text: "true", value: true, wrong: ["yes", 1] },
  resources: { text: "true", value: true, wrong: ["on", 0] },
  hostMetrics: { text: "false", value: false, wrong: ["no", 0] },
  console: { text: "always", value: "always", wrong: ["never", 1] },
  jsonl: { text: "logs", value: "logs", wrong: ["", null] },
  redis: {
    text: "rediss://hub:secret@redis.example:6380/2",
    value: "rediss://hub:secret@redis.example:6380/2",
    wrong: ["", "127.0.0.1:6379", "http://127.0.0.1:6379", "redis://", null],
  },
  maxLabelValues: { text: "1", value: 1, wrong: [0, -1, 1.5, 10_001, "many"] },
  maxSeriesPerMetric: { text: "100000", value: 100_000, wrong: [0, 100_001, "many"] },
  abandonAfterSeconds: { text: "0.50", value: 0.5, wrong: [0, -1, "soon", Number.POSITIVE_INFINITY] },
  closeTimeoutSeconds: { text: "300", value: 300, wrong: [0, -1, 301, "never"] },
  signals: { text: "false", value: false, wrong: ["off", 0] },
};

const table = Object.entries(samples) as [OptionName, Sample][];

/** Loads without what the machine's environment says. */
const load = (sources: ConfigSources) => loadConfig({ environment: {}, ...sources });

function problemOf(sources: ConfigSources): ConfigError {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("nothing is wrong with it");
}

describe("loadConfig", () => {
  it("knows every option of the table, and this test does", () => {
    expect(Object.keys(samples).sort()).toEqual(Object.keys(optionDefinitions).sort());
  });

  it("has defaults for whatever nobody says", () => {
    expect(load({})).toEqual({
      service: "crowsnest",
      host: "127.0.0.1",
      port: 9_464,
      portIsChosen: false,
      otlpPort: 4_318,
      otlpPortIsChosen: false,
      otlpGrpcPort: 4_317,
      otlpGrpcPortIsChosen: false,
      wsPort: 3_010,
      wsPortIsChosen: false,
      liveQueueEvents: 100,
      maxWatchers: 1_500,
      allowedOrigins: undefined,
      allowedHosts: undefined,
      data: ".crowsnest",
      store: undefined,
      token: undefined,
      hub: undefined,
      spool: undefined,
      maxSpoolBytes: 268_435_456,
      insecure: false,
      metricPrefix: "agent",
      traces: true,
      prices: true,
      redact: undefined,
      captureContent: false,
      resources: false,
      hostMetrics: true,
      console: false,
      jsonl: undefined,
      redis: undefined,
      maxLabelValues: 200,
      maxSeriesPerMetric: 2_000,
      abandonAfterSeconds: 300,
      closeTimeoutSeconds: 5,
      signals: true,
    });
  });

  describe.each(table)("%s", (name, { text, value, wrong }) => {
    const variable = variableName(name);
    const flag = flagName(name);

    it("is taken in code, as a flag, as a variable and from a file", () => {
      expect(load({ options: { [name]: value } })[name]).toBe(value);
      expect(load({ options: { [name]: text }, spelling: "flag" })[name]).toBe(value);
      expect(load({ environment: { [variable]: text } })[name]).toBe(value);
      expect(load({ file: { path: "crowsnest.config.yaml", values: { [name]: value } } })[name]).toBe(value);
    });

    it("is named as it was written when it is wrong, with what it takes", () => {
      const { takes } = optionDefinitions[name];
      for (const each of wrong) {
        const { message } = problemOf({ options: { [name]: each } });
        expect(message.startsWith(`${name} takes ${takes}, but is `)).toBe(true);
        expect(message).not.toContain("\n");
        const inFile = problemOf({ file: { path: "my.yaml", values: { [name]: each } } });
        expect(inFile.message.startsWith(`${name} in my.yaml takes ${takes}, but is `)).toBe(true);
        if (typeof each !== "string" || each === "") continue;
        expect(problemOf({ environment: { [variable]: each } })).toMatchObject({ option: variable, code: "bad_option" });
        expect(problemOf({ options: { [name]: each }, spelling: "flag" })).toMatchObject({ option: flag, code: "bad_option" });
      }
    });

    it("counts as not given where it is undefined, or an empty variable", () => {
      const defaults = load({});
      expect(load({ options: { [name]: undefined } })).toEqual(defaults);
      expect(load({ environment: { [variable]: "" } })).toEqual(defaults);
    });

    it("follows code or flag, then variable, then file", () => {
      const file = { path: "my.yaml", values: { [name]: value } };
      const defaults = load({})[name];
      // Where there is no default, something else that is right.
      const elsewhere: Record<string, string> = { hub: "http://elsewhere", redis: "redis://elsewhere" };
      const other = defaults ?? elsewhere[name] ?? "elsewhere";
      const environment = { [variable]: String(other) };
      expect(load({ file, environment })[name]).toBe(other);
      expect(load({ file, environment, options: { [name]: value } })[name]).toBe(value);
    });

    it("is explained for people, with its default", () => {
      expect(optionDefinitions[name].help).toMatch(/^\p{Lu}.*\. \[default: .+\]$/u);
      expect(optionDefinitions[name].takes.length).toBeGreaterThan(0);
    });
  });

  it("spells an option of several words in three ways", () => {
    expect([variableName("closeTimeoutSeconds"), flagName("closeTimeoutSeconds")]).toEqual([
      "CROWSNEST_CLOSE_TIMEOUT_SECONDS",
      "--close-timeout-seconds",
    ]);
  });

  it("says what is wrong in one sentence", () => {
    expect(problemOf({ options: { port: -1 } }).message).toBe(
      "port takes a port from 0 (any free one) to 65535, or off, but is -1",
    );
    expect(problemOf({ environment: { CROWSNEST_PORT: "99999" } }).message).toBe(
      "CROWSNEST_PORT takes a port from 0 (any free one) to 65535, or off, but is 99999",
    );
    expect(problemOf({ options: { metricPrefix: "my-team" }, spelling: "flag" }).message).toBe(
      '--metric-prefix takes letters, digits and underscores (at most 40), beginning with a letter, but is "my-team"',
    );
    expect(problemOf({ options: { traces: { on: true } } }).message).toBe("traces takes true or false, but is an object");
  });

  it("does not print a secret", () => {
    for (const token of [12_345, ["s3cret-token"], { secret: "s3cret-token" }]) {
      const { message } = problemOf({ file: { path: "my.yaml", values: { token } } });
      expect(message).toBe("token in my.yaml takes a secret text, but is something else (it is not shown)");
    }
    const { message } = problemOf({ options: { hub: "http://me:s3cret@hub:9464" } });
    expect(message).toContain('but is "http://me:[redacted]@hub:9464"');
  });

  it("takes patterns as a list in code, regular expressions among them, and names the one that is wrong", () => {
    expect(load({ options: { redact: ["a+", /b/i] } }).redact).toEqual(["a+", /b/i]);
    expect(load({ options: { redact: /b/i } }).redact).toEqual(/b/i);
    expect(problemOf({ options: { redact: ["a+", "(b"] } }).message).toBe(
      'redact takes a regular expression, or a list of them, but is "(b", which is none (Unterminated group)',
    );
    expect(problemOf({ environment: { CROWSNEST_REDACT: "(a+)+$" } }).message).toMatch(
      /^CROWSNEST_REDACT takes .*, but is "\(a\+\)\+\$", which takes too long on some texts/,
    );
  });

  it("does not print what is too long to read", () => {
    expect(problemOf({ options: { service: "x".repeat(100_000) } }).message.length).toBeLessThan(300);
  });

  it("takes port 0, and off for none, and knows whether anybody chose one", () => {
    expect(load({ options: { port: 0 } })).toMatchObject({ port: 0, portIsChosen: true });
    expect(load({ environment: { CROWSNEST_PORT: "off" } })).toMatchObject({ port: "off", portIsChosen: true });
    expect(load({ options: { port: 9_464 } })).toMatchObject({ port: 9_464, portIsChosen: true });
    expect(load({})).toMatchObject({ port: 9_464, portIsChosen: false });
  });

  it("takes names that look like numbers or truths where text is wanted", () => {
    const environment = { CROWSNEST_SERVICE: "007", CROWSNEST_DATA: "2026", CROWSNEST_JSONL: "true" };
    expect(load({ environment })).toMatchObject({ service: "007", data: "2026", jsonl: "true" });
    expect(load({ options: { service: "1e3", metricPrefix: "true" }, spelling: "flag" })).toMatchObject({
      service: "1e3",
      metricPrefix: "true",
    });
  });

  it("does not take text for a number or a truth in code", () => {
    expect(problemOf({ options: { port: "9464" } }).option).toBe("port");
    expect(problemOf({ options: { traces: "false" } }).option).toBe("traces");
  });

  it("refuses unknown options, and suggests the one that was probably meant", () => {
    expect(problemOf({ options: { prot: 1 } }).message).toMatch(/^prot is not an option; did you mean port\?$/);
    expect(problemOf({ options: { metricsPrefix: "a" } }).message).toMatch(/did you mean metricPrefix\?$/);
    expect(problemOf({ options: { "metric-prefix": "a" } }).message).toMatch(/did you mean metricPrefix\?$/);
    expect(problemOf({ file: { path: "my.yaml", values: { services: "a" } } }).message).toMatch(
      /^services in my\.yaml is not an option; did you mean service\?$/,
    );
  });

  it("lists all options where it cannot guess", () => {
    const { message } = problemOf({ options: { frobnicate: true } });
    for (const name of Object.keys(optionDefinitions)) expect(message).toContain(name);
  });

  it("is not confused by options that objects have of themselves", () => {
    for (const name of ["constructor", "toString", "hasOwnProperty"]) {
      expect(problemOf({ options: { [name]: 1 } }).message).toMatch(new RegExp(`^${name} is not an option`));
    }
    expect(problemOf({ options: JSON.parse('{"__proto__": {"port": 1}}') }).message).toMatch(/^__proto__ is not an option/);
  });

  it("does not mind variables that are not its own", () => {
    expect(load({ environment: { PATH: "/bin", CROWSNEST_SLOW: "1" } })).toEqual(load({}));
  });

  describe("the service's name", () => {
    it("is OpenTelemetry's where Crowsnest is told none", () => {
      const environment = { OTEL_SERVICE_NAME: "from-otel" };
      expect(load({ environment }).service).toBe("from-otel");
      expect(load({ environment: { ...environment, CROWSNEST_SERVICE: "ours" } }).service).toBe("ours");
      expect(load({ environment, file: { path: "my.yaml", values: { service: "file" } } }).service).toBe("file");
      expect(load({ environment, options: { service: "code" } }).service).toBe("code");
    });

    it("is the default where OpenTelemetry's variable is empty, and named where it cannot be one", () => {
      expect(load({ environment: { OTEL_SERVICE_NAME: "" } }).service).toBe("crowsnest");
      const problem = problemOf({ environment: { OTEL_SERVICE_NAME: "x".repeat(201) } });
      expect(problem.message).toMatch(/^OTEL_SERVICE_NAME takes a name of 1 to 200 characters, but is "x+"$/);
    });
  });

  it("is frozen, and does not hold on to what it was made from", () => {
    const options = { port: 0 };
    const config = load({ options });
    expect(Object.isFrozen(config)).toBe(true);
    options.port = 1;
    expect(config.port).toBe(0);
    expect(() => Object.assign(config, { port: 2 })).toThrow(TypeError);
  });

  it("reads the machine's environment unless told otherwise", () => {
    process.env.CROWSNEST_PORT = "4711";
    try {
      expect(loadConfig().port).toBe(4_711);
    } finally {
      delete process.env.CROWSNEST_PORT;
    }
  });
});

describe("packageVersion", () => {
  it("is a version", () => {
    expect(packageVersion()).toMatch(/^\d+\.\d+\.\d+/);
  });
});
