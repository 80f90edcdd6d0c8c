import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { Crowsnest } from "../crowsnest.ts";
import { exportedFile } from "./exported-file.ts";
import { findPackage, type MainProgram } from "./main-program.ts";

/** A framework that is attached to without a line of code. */
export interface Framework {
  /** As `CROWSNEST_INSTRUMENT` and the entries of this package have it. */
  readonly name: string;
  /** Packages of which an app that uses it has one. */
  readonly packages: readonly string[];
  attach(crowsnest: Crowsnest, main: MainProgram): Promise<void>;
}

const MANAGER = "./callbacks/manager";

/**
 * Two of them keep what they tell in a place that all their copies share, and are attached to there before they are loaded. LangChain has
 * no such place, so the copy that the app will load is loaded ahead of it.
 */
export const frameworks: readonly Framework[] = [
  {
    name: "openai-agents",
    packages: ["@openai/agents", "@openai/agents-core"],
    async attach(crowsnest) {
      const { attachToAll } = await import("../integrations/openai-agents/attach.ts");
      attachToAll(crowsnest);
    },
  },
  {
    name: "langchain",
    packages: ["@langchain/core"],
    async attach(crowsnest, main) {
      const { createCallbackHandler } = await import("../integrations/langchain/index.ts");
      const { attachToAll } = await import("../integrations/langchain/attach.ts");
      attachToAll(createCallbackHandler(crowsnest), await loadManagers(main));
    },
  },
  {
    name: "ai-sdk",
    packages: ["ai"],
    async attach(crowsnest) {
      const { attach } = await import("../integrations/ai-sdk/attach.ts");
      const { CrowsnestTelemetry } = await import("../integrations/ai-sdk/telemetry.ts");
      attach(new CrowsnestTelemetry(crowsnest, {}));
    },
  },
];

type Managers = NonNullable<Parameters<typeof import("../integrations/langchain/attach.ts").attachToAll>[1]>;

/** The framework comes twice, for `import` and for `require`; what a program does not load by itself is not loaded for it. */
async function loadManagers({ url, isCommonJs }: MainProgram): Promise<Managers> {
  const manifest = findPackage("@langchain/core", url);
  if (manifest === undefined) throw new Error("@langchain/core is not installed where the app is");
  const imported = await import(pathToFileURL(exportedFile(manifest, MANAGER, "import")).href);
  if (isCommonJs === false) return [imported.CallbackManager];
  const required = createRequire(url)(exportedFile(manifest, MANAGER, "require"));
  return [imported.CallbackManager, required.CallbackManager];
}
