import { randomFillSync } from "node:crypto";

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const hex = (byte: number): string => HEX[byte & 0xff] as string;

// Asking the kernel for 8 random bytes costs more than a whole span; asking for 512 ids' worth at a time does not show.
const BYTES_PER_ID = 8;
const pool = new Uint8Array(BYTES_PER_ID * 512);
let used = pool.length;

let lastMillis = 0;
let lastPrefix = "";
let sequence = 0;

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, a 12-bit counter within the millisecond
 * (method 1 of section 6.2, so that ids made by one process sort in the order they were made), 62 random bits.
 */
export function uuidv7(nowMillis: number = Date.now()): string {
  if (nowMillis > lastMillis) {
    lastMillis = nowMillis;
    sequence = 0;
    lastPrefix = timePrefix(nowMillis);
  } else if (++sequence > 0xfff) {
    // More than 4,096 ids in one millisecond, or a clock that went back: borrow from the next one rather than repeat.
    lastMillis += 1;
    sequence = 0;
    lastPrefix = timePrefix(lastMillis);
  }
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const at = used;
  used += BYTES_PER_ID;
  const variant = 0x80 | ((pool[at] as number) & 0x3f);
  return `${lastPrefix}-7${hex(sequence >> 4)}${(sequence & 0xf).toString(16)}-${hex(variant)}${hex(pool[at + 1] as number)}-${hex(
    pool[at + 2] as number,
  )}${hex(pool[at + 3] as number)}${hex(pool[at + 4] as number)}${hex(pool[at + 5] as number)}${hex(pool[at + 6] as number)}${hex(
    pool[at + 7] as number,
  )}`;
}

function timePrefix(millis: number): string {
  const digits = millis.toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}`;
}
