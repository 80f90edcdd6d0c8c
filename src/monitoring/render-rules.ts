import { stringify } from "yaml";
import { type RuleOptions, ruleFiles } from "./rules/index.ts";

const HEAD = "# Made by `npm run generate` from src/monitoring; change it there.\n";

/** The rule files as text, by name. An expression stays on one line, however long, so that it can be found and copied. */
export function renderRules(options: RuleOptions = {}): Readonly<Record<string, string>> {
  const files = Object.entries(ruleFiles(options)).map(([name, file]) => [name, HEAD + stringify(file, { lineWidth: 0 })]);
  return Object.fromEntries(files);
}
