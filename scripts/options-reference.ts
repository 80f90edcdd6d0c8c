import { flagName, type OptionName, optionDefinitions, variableName } from "../src/options.ts";

/** The reference of options, from the table. */
export function renderOptionsReference(): string {
  const names = Object.keys(optionDefinitions) as OptionName[];
  return [
    "# Options",
    "",
    "Made from `src/options.ts` by `npm run generate`. Each option has one name in three spellings. Flags (or options in code) come first,",
    "then variables, then `crowsnest.config.yaml` (the hub only), then the default. `createCrowsnest` also takes `registry`, `log` and `sinks`.",
    "OpenTelemetry's own `OTEL_*` variables mean what they mean everywhere.",
    "",
    "| In code and file | Flag | Variable | Takes | Meaning |",
    "| --- | --- | --- | --- | --- |",
    ...names.map((name) => {
      const { takes, help } = optionDefinitions[name];
      return `| \`${name}\` | \`${flagName(name)}\` | \`${variableName(name)}\` | ${takes} | ${help} |`;
    }),
    "",
  ].join("\n");
}
