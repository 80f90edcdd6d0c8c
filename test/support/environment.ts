import { onTestFinished } from "vitest";

/** Sets environment variables for one test; what they were before comes back afterwards. */
export function withEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  assign(variables);
  onTestFinished(() => assign(before));
}

function assign(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
