import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { AppendFile } from "../../src/sinks/append-file.ts";
import { temporaryFolder } from "../store/temporary-folder.ts";

it("looks at the end of the file anew after a write that failed, as a full disk may leave half a line", async () => {
  const path = join(temporaryFolder(), "lines");
  symlinkSync("/dev/full", path);
  const file = new AppendFile(path);
  await file.open();
  await expect(file.append("first\n")).rejects.toMatchObject({ code: "ENOSPC" });
  rmSync(path);
  writeFileSync(path, "fir");
  await file.append("second\n");
  await file.append("third\n");
  await file.close();
  await file.close();
  expect(readFileSync(path, "utf8")).toBe("fir\nsecond\nthird\n");
});
