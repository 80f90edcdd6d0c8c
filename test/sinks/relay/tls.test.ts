import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { inRepository, runNode } from "../../support/processes.ts";
import { startRelaying, tellNumbers } from "../../support/relaying.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

/** A proxy that answers as a hub does that takes everything, and its certificate, which nobody knows. */
async function startProxy(): Promise<{ readonly url: string; readonly certificate: string; readonly lines: () => number }> {
  const folder = await tempFolder();
  const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, ...subject], {
    stdio: "ignore",
  });
  let lines = 0;
  const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => {
    const { promise: read, resolve } = Promise.withResolvers<void>();
    request.on("end", resolve).resume();
    void read.then(() => {
      lines += 3;
      response.writeHead(202).end(JSON.stringify({ accepted: 3, duplicates: 0, rejected: 0, errors: [] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, certificate, lines: () => lines };
}

test.skipIf(!hasOpenssl())("a hub behind https is reached where its certificate is known, and told about where not", async () => {
  const { url, certificate, lines } = await startProxy();
  const stranger = await startRelaying(url, { closeTimeoutSeconds: 0.2 });
  tellNumbers(stranger, 0, 3);
  await until("the process to notice", () => stranger.told[0]);
  expect(stranger.told[0]).toContain(`the hub at ${url} cannot be reached (self-signed certificate`);
  expect(lines()).toBe(0);

  const env = { CROWSNEST_HUB: url, NODE_EXTRA_CA_CERTS: certificate };
  const host = runNode([inRepository("test/sinks/relay/host.ts"), "1", "4"], { env });
  await host.saw(/told \{"delivered":true,"problems":\[\]\}/);
  expect(lines()).toBe(3);
});

/** It knows no `--version`. */
function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
