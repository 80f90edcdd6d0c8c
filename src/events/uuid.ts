import { randomFillSync } from "node:crypto";

const BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const COUNTER = Array.from({ length: 0x1000 }, (_, count) => count.toString(16).padStart(3, "0"));

// Asking the kernel for 8 random bytes costs more than a whole span; asking for many at a time does not show.
const BYTES_PER_MILLISECOND = 8;
const pool = new Uint8Array(BYTES_PER_MILLISECOND * 512);
let used = pool.length;

let lastMillis = 0;
let count = 0;
let beforeCounter = "";
let afterCounter = "";

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, a 12-bit counter within the millisecond
 * (method 1 of section 6.2, so that ids made by one process sort in the order they were made), and 62 random bits. The random bits
 * are drawn once a millisecond: the counter tells ids of one process apart, they tell processes apart.
 */
export function uuidv7(nowMillis: number = Date.now()): string {
  if (nowMillis > lastMillis) begin(nowMillis);
  // More than 4,096 ids in one millisecond, or a clock that went back: borrow from the next one rather than repeat.
  else if (++count > 0xfff) begin(lastMillis + 1);
  return beforeCounter + COUNTER[count] + afterCounter;
}

function begin(millis: number): void {
  lastMillis = millis;
  count = 0;
  const digits = millis.toString(16).padStart(12, "0");
  beforeCounter = `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
  afterCounter = drawTail();
}

/** The variant and 62 random bits: `-vxxx-xxxxxxxxxxxx`. */
function drawTail(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = pool.subarray(used, used + BYTES_PER_MILLISECOND);
  used += BYTES_PER_MILLISECOND;
  bytes[0] = 0x80 | ((bytes[0] as number) & 0x3f);
  const digits = Array.from(bytes, (byte) => BYTE[byte]).join("");
  return `-${digits.slice(0, 4)}-${digits.slice(4)}`;
}
