/** A shell sends Ctrl-C to the whole group of processes and a parent may pass it on: what comes this close together is one. */
const SAME_SIGNAL_MILLIS = 500;

/** Waits for Ctrl-C or SIGTERM and closes. A second Ctrl-C does not wait for the closing to finish. */
export function untilStopped(close: () => Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    let stoppedAt: number | undefined;
    const stop = () => {
      if (stoppedAt !== undefined) {
        if (performance.now() - stoppedAt > SAME_SIGNAL_MILLIS) process.exit(130);
        return;
      }
      stoppedAt = performance.now();
      void close().then(() => {
        process.off("SIGINT", stop);
        process.off("SIGTERM", stop);
        resolve();
      });
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}
