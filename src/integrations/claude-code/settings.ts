import { askedHooks } from "./hooks/index.ts";

/** Where Claude Code is to tell what it does. */
export interface HubAccess {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token?: string | undefined;
  /** Service that the sessions belong to. @default what Claude Code calls itself: claude-code */
  readonly service?: string | undefined;
  /** Tokens, cost and errors as well, which OpenTelemetry's export tells. @default true */
  readonly telemetry?: boolean | undefined;
}

export const HOOK_PATH = "/hooks/claude-code";
/** Says on a hook which service the session belongs to. */
export const SERVICE_HEADER = "crowsnest-service";
/** A hub that does not answer must not hold Claude Code up for longer. */
const HOOK_TIMEOUT_SECONDS = 2;
/** Holds the token, so that it does not stand in each hook. */
export const TOKEN_VARIABLE = "CROWSNEST_TOKEN";

/** What Claude Code's settings have to hold. */
export interface HubSettings {
  readonly env: Readonly<Record<string, string>>;
  /** One for every hook. */
  readonly hook: Hook;
}

/** A hook as it stands in Claude Code's settings. */
export interface Hook {
  readonly type: "http";
  readonly url: string;
  readonly timeout: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly allowedEnvVars?: readonly string[];
}

/** What has to stand in Claude Code's settings for it to tell a hub. */
export function hubSettings({ url, token, service, telemetry = true }: HubAccess): HubSettings {
  const headers = {
    ...(token === undefined ? {} : { Authorization: `Bearer $${TOKEN_VARIABLE}` }),
    ...(service === undefined ? {} : { [SERVICE_HEADER]: service }),
  };
  return {
    env: {
      ...(telemetry ? exportVariables(url, token) : {}),
      ...(token === undefined ? {} : { [TOKEN_VARIABLE]: token }),
      ...(service === undefined ? {} : { OTEL_SERVICE_NAME: service }),
    },
    hook: {
      type: "http",
      url: `${url}${HOOK_PATH}`,
      timeout: HOOK_TIMEOUT_SECONDS,
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      ...(token === undefined ? {} : { allowedEnvVars: [TOKEN_VARIABLE] }),
    },
  };
}

/** Settings that hold this and nothing else. */
export function asSettings({ env, hook }: HubSettings): object {
  const hooks = Object.fromEntries(askedHooks.map((event) => [event, [{ hooks: [hook] }]]));
  return Object.keys(env).length === 0 ? { hooks } : { env, hooks };
}

function exportVariables(url: string, token: string | undefined): Record<string, string> {
  return {
    CLAUDE_CODE_ENABLE_TELEMETRY: "1",
    OTEL_METRICS_EXPORTER: "otlp",
    OTEL_LOGS_EXPORTER: "otlp",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    // As it stands: by HTTP, Claude Code does not decode what OpenTelemetry would have encoded here.
    ...(token === undefined ? {} : { OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${token}` }),
  };
}
