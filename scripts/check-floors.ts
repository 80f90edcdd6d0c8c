// Says which imports of src the house does not allow; another folder to read may be named.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { findViolations } from "./floors.ts";
import { readImports } from "./imports.ts";

const root = resolve(import.meta.dirname, "..");
const { dependencies, peerDependencies } = JSON.parse(readFileSync(resolve(root, "package.json"), "utf8"));
const packages = Object.keys({ ...dependencies, ...peerDependencies });
const imports = readImports(resolve(process.argv[2] ?? resolve(root, "src")));
const violations = findViolations(imports, packages);

for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exitCode = 1;
else console.log(`${imports.length} imports, all from the same folder or from floors below`);
