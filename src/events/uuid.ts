import { randomBytes } from "node:crypto";

const BYTE = Array.from({ length: 0x100 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const COUNTER = Array.from({ length: 0x1000 }, (_, count) => count.toString(16).padStart(3, "0"));

/** The 32 leading bits of the time count units of 65.536 seconds. */
const MILLIS_PER_UNIT = 0x1_0000;

let lastMillis = 0;
let count = 0;
let unit = -1;
let unitDigits = "";
let beforeCounter = "";
let afterCounter = "";

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, a 12-bit counter within the millisecond
 * (method 1 of section 6.2, so that ids made by one process sort in the order they were made), and 62 random bits. The random bits
 * are drawn once a minute: time and counter tell the ids of one process apart, the random bits tell processes apart.
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
  const millisUnit = Math.floor(millis / MILLIS_PER_UNIT);
  if (millisUnit !== unit) beginUnit(millisUnit);
  beforeCounter = `${unitDigits}-${BYTE[(millis >> 8) & 0xff]}${BYTE[millis & 0xff]}-7`;
}

function beginUnit(millisUnit: number): void {
  unit = millisUnit;
  unitDigits = millisUnit.toString(16).padStart(8, "0");
  const bytes = randomBytes(8);
  // The variant of RFC 9562 stands in the two leading bits.
  bytes[0] = 0x80 | ((bytes[0] as number) & 0x3f);
  const digits = bytes.toString("hex");
  afterCounter = `-${digits.slice(0, 4)}-${digits.slice(4)}`;
}
