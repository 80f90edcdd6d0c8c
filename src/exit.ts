type EndSignal = "SIGTERM" | "SIGINT";
const SIGNALS: readonly EndSignal[] = ["SIGTERM", "SIGINT"];

/** Whatever has to be flushed before the process ends; resolves within its own deadline and never rejects. */
type Closer = () => Promise<void>;

const closers = new Set<Closer>();
let installed = false;

/**
 * Calls `close` before the process ends by SIGTERM, SIGINT or by having nothing left to do, and lets it end as it would have:
 * with its exit code, or by the signal where nobody else handles it. Returns how to take that back.
 */
export function closeAtExit(close: Closer): () => void {
  closers.add(close);
  if (!installed) install();
  return () => {
    closers.delete(close);
    if (closers.size === 0) uninstall();
  };
}

function install(): void {
  installed = true;
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on("beforeExit", onBeforeExit);
}

function uninstall(): void {
  installed = false;
  for (const signal of SIGNALS) process.off(signal, onSignal);
  process.off("beforeExit", onBeforeExit);
}

function onSignal(signal: NodeJS.Signals): void {
  // A host with a handler of its own decides itself when to end; we only flush.
  const alone = process.listenerCount(signal) === 1;
  void closeAll().then(() => {
    if (!alone) return;
    uninstall();
    // Ending by the signal rather than by an exit code is what shells and supervisors look at.
    process.kill(process.pid, signal);
  });
}

function onBeforeExit(): void {
  // Awaiting keeps the event loop alive for as long as it takes; then the process ends with the exit code it had.
  if (closers.size > 0) void closeAll();
}

async function closeAll(): Promise<void> {
  const all = [...closers];
  closers.clear();
  await Promise.allSettled(all.map((close) => close()));
}
