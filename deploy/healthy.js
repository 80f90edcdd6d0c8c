// Ends well if the hub of this container is ready for work: the image has neither curl nor wget, but it has Node.
const port = process.env["CROWSNEST_PORT"] ?? "9464";
try {
  const { ok, status } = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(4_000) });
  if (!ok) fail(`the hub answers ${status}`);
} catch {
  fail(`the hub does not answer on port ${port}`);
}

/** @param {string} sentence */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
