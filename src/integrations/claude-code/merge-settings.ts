import { askedHooks } from "./hooks/index.ts";
import { HOOK_PATH, type HubSettings, hubSettings, SERVICE_HEADER, TOKEN_VARIABLE } from "./settings.ts";

/** Settings that cannot be merged, in a sentence for the person whose they are. */
export class SettingsError extends Error {
  readonly code = "bad_settings";

  constructor(problem: string) {
    super(problem);
    this.name = "SettingsError";
  }
}

type Json = Record<string, unknown>;

/**
 * Settings with what makes Claude Code tell a hub added: other hooks and variables stay as and where they are, and what tells another hub,
 * or tells this one otherwise, is replaced. The same again changes nothing.
 *
 * @throws SettingsError where they cannot be understood, or where a variable means something else already and may not be replaced
 */
export function addHub(settings: object, hub: HubSettings, mayReplace: boolean): object {
  const next = structuredClone(settings) as Json;
  const env = objectIn(next, "env");
  const before = variablesBefore(next, env);
  for (const [name, value] of Object.entries(hub.env)) {
    const known = env[name];
    if (known !== undefined && known !== value && known !== before[name] && !mayReplace) throw taken(name, known, value);
    env[name] = value;
  }
  for (const name of Object.keys(before)) if (hub.env[name] === undefined) removeIfSame(env, name, before[name]);
  const hooks = objectIn(next, "hooks");
  for (const event of new Set([...Object.keys(hooks), ...askedHooks])) {
    const isAsked = (askedHooks as readonly string[]).includes(event);
    if (!replaceOurs(hooks, event, isAsked ? hub.hook : undefined) && isAsked) {
      hooks[event] = [...listIn(hooks, event), { hooks: [hub.hook] }];
    }
  }
  return store(store(next, "env", env), "hooks", hooks);
}

/** Settings without what makes Claude Code tell a hub. Variables that were changed since stay. */
export function removeHub(settings: object): object {
  const next = structuredClone(settings) as Json;
  const [env, hooks] = [objectIn(next, "env"), objectIn(next, "hooks")];
  for (const [name, value] of Object.entries(variablesBefore(next, env))) removeIfSame(env, name, value);
  for (const event of Object.keys(hooks)) replaceOurs(hooks, event, undefined);
  return store(store(next, "env", env), "hooks", hooks);
}

/** The variables that were set up together with the hook that stands there; none where there is no such hook. */
function variablesBefore(settings: Json, env: Json): Readonly<Record<string, string>> {
  const hook = Object.keys(objectIn(settings, "hooks"))
    .flatMap((event) => listIn(objectIn(settings, "hooks"), event).flatMap(hooksIn))
    .find(isOurs);
  if (hook === undefined) return {};
  const service = isObject(hook.headers) ? hook.headers[SERVICE_HEADER] : undefined;
  const token = hook.allowedEnvVars === undefined ? undefined : env[TOKEN_VARIABLE];
  return hubSettings({
    url: String(hook.url).slice(0, -HOOK_PATH.length),
    token: typeof token === "string" ? token : undefined,
    service: typeof service === "string" ? service : undefined,
  }).env;
}

/** Puts a hook where one of ours stands, or takes ours away; false where there was none. What others put there stays. */
function replaceOurs(hooks: Json, event: string, hook: object | undefined): boolean {
  let left = hook;
  let found = false;
  const matchers = listIn(hooks, event).filter((matcher) => {
    if (!hooksIn(matcher).some(isOurs)) return true;
    found = true;
    const rest = hooksIn(matcher).flatMap((one) => {
      if (!isOurs(one)) return [one];
      const replacement = left;
      left = undefined;
      return replacement === undefined ? [] : [replacement];
    });
    (matcher as Json).hooks = rest;
    return rest.length > 0;
  });
  if (!found) return false;
  if (matchers.length > 0) hooks[event] = matchers;
  else delete hooks[event];
  return true;
}

function isOurs(hook: unknown): hook is Json {
  return isObject(hook) && hook.type === "http" && typeof hook.url === "string" && hook.url.endsWith(HOOK_PATH);
}

function hooksIn(matcher: unknown): readonly unknown[] {
  return isObject(matcher) && Array.isArray(matcher.hooks) ? matcher.hooks : [];
}

/** An object that is empty is not written where there was none, nor left behind. */
function store(settings: Json, key: string, value: Json): Json {
  if (Object.keys(value).length > 0) settings[key] = value;
  else delete settings[key];
  return settings;
}

function removeIfSame(env: Json, name: string, value: string | undefined): void {
  if (env[name] === value) delete env[name];
}

function objectIn(settings: Json, key: string): Json {
  const value = settings[key] ?? {};
  if (isObject(value)) return value;
  throw new SettingsError(`${key} has to be an object there, but is ${JSON.stringify(value)?.slice(0, 100)}`);
}

function listIn(hooks: Json, event: string): readonly unknown[] {
  const value = hooks[event] ?? [];
  if (Array.isArray(value)) return value;
  throw new SettingsError(`hooks.${event} has to be a list there, but is ${JSON.stringify(value)?.slice(0, 100)}`);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function taken(name: string, known: unknown, value: string): SettingsError {
  return new SettingsError(
    `${name} is ${JSON.stringify(known)} there and would have to be ${JSON.stringify(value)}; --replace does that, --no-telemetry sets up the hooks alone`,
  );
}
