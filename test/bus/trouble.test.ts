import { afterEach, describe, expect, it, vi } from "vitest";
import { messageOf, Trouble, type TroubleOptions } from "../../src/bus/trouble.ts";

/** Trouble with a clock that the test moves, and what was told. */
function createTrouble(options: TroubleOptions = {}) {
  const told: string[] = [];
  const clock = { millis: 0 };
  const trouble = new Trouble({ log: (message) => told.push(message), now: () => clock.millis, ...options });
  return { trouble, told, clock };
}

describe("Trouble", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("tells at once, in a sentence that says who speaks", () => {
    const { trouble, told } = createTrouble();
    trouble.tell("store", () => "the disk is full");
    expect(told).toEqual(["crowsnest: the disk is full"]);
  });

  it("tells the same kind at most once a minute, and then how often it happened", () => {
    const { trouble, told, clock } = createTrouble();
    for (let second = 0; second < 130; second += 1) {
      clock.millis = second * 1_000;
      trouble.tell("store", () => `full at ${second}`);
    }
    expect(told).toEqual([
      "crowsnest: full at 0",
      "crowsnest: full at 60 (59 more like it since it was last told)",
      "crowsnest: full at 120 (59 more like it since it was last told)",
    ]);
  });

  it("does not put a sentence together that is not told", () => {
    const { trouble } = createTrouble();
    const describe = vi.fn(() => "full");
    for (let times = 0; times < 10; times += 1) trouble.tell("store", describe);
    expect(describe).toHaveBeenCalledTimes(1);
  });

  it("tells a second outage anew, without counts of the first", () => {
    const { trouble, told, clock } = createTrouble();
    trouble.tell("store", () => "first");
    clock.millis = 3_600_000;
    trouble.tell("store", () => "second");
    expect(told).toEqual(["crowsnest: first", "crowsnest: second"]);
  });

  it("keeps kinds apart", () => {
    const { trouble, told } = createTrouble();
    trouble.tell("store", () => "store");
    trouble.tell("sink", () => "sink");
    expect(told).toEqual(["crowsnest: store", "crowsnest: sink"]);
  });

  it("stays quiet for as long as it is told to", () => {
    const { trouble, told, clock } = createTrouble({ quietMillis: 100 });
    trouble.tell("store", () => "one");
    clock.millis = 100;
    trouble.tell("store", () => "two");
    expect(told).toHaveLength(2);
  });

  it("lets kinds without number share one silence", () => {
    const { trouble, told } = createTrouble();
    for (let kind = 0; kind < 10_000; kind += 1) trouble.tell(`kind ${kind}`, () => `trouble ${kind}`);
    expect(told).toHaveLength(201);
  });

  it("does not fall silent when the wall clock is set back", () => {
    vi.useFakeTimers();
    const { told } = createTrouble();
    const trouble = new Trouble({ log: (message) => told.push(message) });
    trouble.tell("store", () => "before");
    vi.setSystemTime(Date.now() - 86_400_000);
    vi.advanceTimersByTime(60_000);
    trouble.tell("store", () => "after");
    expect(told).toEqual(["crowsnest: before", "crowsnest: after"]);
  });

  it("survives a logger that throws, and a description that does", () => {
    const { trouble } = createTrouble({
      log: () => {
        throw new Error("stderr is closed");
      },
    });
    expect(() => trouble.tell("store", () => "full")).not.toThrow();
    const { trouble: other } = createTrouble();
    const describe = () => {
      throw new Error("cannot say");
    };
    expect(() => other.tell("store", describe)).not.toThrow();
  });

  it("warns on the console unless told otherwise", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    new Trouble().tell("store", () => "full");
    expect(warn).toHaveBeenCalledExactlyOnceWith("crowsnest: full");
  });
});

describe("messageOf", () => {
  it.each([
    [new Error("disk full"), "disk full"],
    [new TypeError(), "TypeError"],
    ["just text", "just text"],
    [undefined, "undefined"],
    [{ toString: () => "an object" }, "an object"],
    [new Error("two\n  lines"), "two lines"],
    [new Error("x".repeat(600)), "x".repeat(500)],
    [Object.create(null), "an error that cannot be printed"],
  ])("makes one line of bounded length of %o", (error, message) => {
    expect(messageOf(error)).toBe(message);
  });

  it("survives an error whose message is a getter that throws", () => {
    const error = new Error("x");
    Object.defineProperty(error, "message", {
      get: () => {
        throw new Error("no");
      },
    });
    expect(messageOf(error)).toBe("an error that cannot be printed");
  });
});
