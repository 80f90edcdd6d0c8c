import { describe, expect, it } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { StateSizes } from "../../src/folds/state-sizes.ts";
import { complete } from "../helpers/events.ts";

const saved = (sizeBytes: number, source: string): EventInput => ({ type: "state_saved", source, data: { sizeBytes } });

describe("state sizes", () => {
  it("is the size of each service's latest save", () => {
    const sizes = new StateSizes();
    for (const input of [saved(10, "shop"), saved(5, "warehouse"), saved(20, "shop")]) sizes.apply(complete(input));
    sizes.apply(complete({ type: "state_loaded", data: { durationSeconds: 1, sizeBytes: 99 } }));
    expect([...sizes.all()]).toEqual([
      ["shop", 20],
      ["warehouse", 5],
    ]);
  });

  it("follows no more services than it has room for, and those that it follows on", () => {
    const sizes = new StateSizes();
    for (let index = 0; index < 1_500; index += 1) sizes.apply(complete(saved(index, `service-${index}`)));
    sizes.apply(complete(saved(7, "service-0")));
    const all = [...sizes.all()];
    expect(all.length).toBeLessThanOrEqual(1_000);
    expect(all[0]).toEqual(["service-0", 7]);
  });
});
