import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderWith, repositoryRoot, runNode, writeIn } from "./support.ts";

/** A checkout with one source file, and with the tools of this one where they are installed already. */
function checkout({ installed }: { installed: boolean }): string {
  const folder = folderWith({
    "package.json": '{ "name": "small", "version": "1.0.0", "type": "module" }',
    "package-lock.json": '{ "name": "small", "version": "1.0.0", "lockfileVersion": 3, "packages": { "": { "name": "small" } } }',
    "src/one.ts": "export const one: number = 1;\n",
  });
  for (const file of ["scripts/ready.mjs", "tsconfig.json", "tsconfig.build.json"]) {
    cpSync(join(repositoryRoot, file), join(folder, file));
  }
  if (installed) {
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    symlinkSync(process.execPath, join(folder, "node_modules/.bin/node"));
    for (const name of ["typescript", "@types", "undici-types"]) {
      symlinkSync(join(repositoryRoot, "node_modules", name), join(folder, "node_modules", name));
    }
    expect(ready(folder, "--after-install").status).toBe(0);
  }
  return folder;
}

function ready(folder: string, ...args: string[]) {
  const startedMillis = performance.now();
  const { status, stderr } = runNode([join(folder, "scripts/ready.mjs"), ...args]);
  return { status, said: stderr, tookMillis: performance.now() - startedMillis };
}

describe("ready", () => {
  it("builds after an install, and then does nothing, at once and in silence", () => {
    const folder = checkout({ installed: true });
    expect(readFileSync(join(folder, "dist/one.js"), "utf8")).toBe("export const one = 1;\n");
    const again = ready(folder);
    expect(again.said).toBe("");
    expect(again.tookMillis).toBeLessThan(1_000);
  });

  it("builds anew when a source came or went, and leaves nothing of the old build", () => {
    const folder = checkout({ installed: true });
    writeIn(folder, "src/two.ts", "export const two = 2;\n");
    expect(ready(folder).said).toBe("crowsnest: building dist (sources changed) …\n");
    expect(existsSync(join(folder, "dist/two.js"))).toBe(true);
    rmSync(join(folder, "src/two.ts"));
    ready(folder);
    expect(existsSync(join(folder, "dist/two.js"))).toBe(false);
  });

  it("fails with the compiler's words and one sentence when the sources do not compile, and keeps the last build", () => {
    const folder = checkout({ installed: true });
    writeIn(folder, "src/one.ts", "export const one: number = 'one';\n");
    const { status, said } = ready(folder);
    expect(status).toBe(1);
    expect(said).toContain("src/one.ts(1,14): error TS2322");
    expect(said).toMatch(/crowsnest: the sources do not compile for the reasons above, so dist was left as it was\.\n$/);
    expect(readFileSync(join(folder, "dist/one.js"), "utf8")).toBe("export const one = 1;\n");
  });

  it("installs first where nothing is installed, and says what is missing when the install brings no runtime", () => {
    const { status, said } = ready(checkout({ installed: false }));
    expect(status).toBe(1);
    expect(said).toContain("crowsnest: installing packages (first run) …\n");
    expect(said).toContain('run "npm rebuild node --ignore-scripts=false"');
  });

  it("installs again when the lock file changed", () => {
    const folder = checkout({ installed: true });
    writeIn(folder, "package-lock.json", "not a lock file");
    const { status, said } = ready(folder);
    expect(status).toBe(1);
    expect(said).toContain("crowsnest: installing packages (package-lock.json changed) …\n");
    expect(said).toMatch(/crowsnest: npm ci failed for the reason above, so nothing was started\.\n$/);
  });
});
