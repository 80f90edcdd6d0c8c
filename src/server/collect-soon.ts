/** V8 looks for garbage when there are 64 MiB more outside of its heap than after it looked last. */
const BYTES = 65 * 1_048_576;

/**
 * Has V8 look for garbage without waiting for its heap to become several times as large as what is alive. It does so in threads of its
 * own and bit by bit: some 20 ms at a time with 80 MB alive, where `gc()` holds everything up for 85 ms, and needs a flag. What V8 is
 * shown is a buffer that goes at once; as nothing is ever written to it, it takes no memory.
 */
export function collectSoon(): void {
  try {
    new ArrayBuffer(BYTES).transfer(0);
  } catch {
    // There are no addresses left for it: V8 looks for garbage anyway.
  }
}
