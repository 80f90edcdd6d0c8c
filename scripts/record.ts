// Records what real libraries send: runs each of them offline, on a scripted model, with its own exporter pointed at a receiver on this
// machine, and keeps the requests as they came. `npm run record -- <name>` or `all`; the names are those of test/fixtures/otlp.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { prepareEnvironment } from "./record/environment.ts";
import { startOtlpRecorder } from "./record/otlp-recorder.ts";
import { recordings } from "./record/recordings.ts";
import { startScriptedModel } from "./record/scripted-model.ts";

const fixtures = resolve(import.meta.dirname, "../test/fixtures/otlp");

async function record(name: string): Promise<void> {
  const recording = recordings[name];
  if (recording === undefined) {
    console.error(`there is no recording ${name}; there are all, ${Object.keys(recordings).join(", ")}`);
    process.exit(2);
  }
  const environment = await prepareEnvironment(name, recording);
  const [recorder, model] = await Promise.all([startOtlpRecorder(), startScriptedModel()]);
  try {
    await environment.run({
      OTEL_EXPORTER_OTLP_ENDPOINT: recording.protocol === "grpc" ? recorder.grpcUrl : recorder.httpUrl,
      OTEL_SERVICE_NAME: "team",
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: "none",
      ...recording.environment,
    });
  } finally {
    recorder.close();
    model.close();
  }
  if (recorder.requests.length === 0) throw new Error(`${name} sent nothing`);
  const folder = join(fixtures, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const requests = [];
  for (const [index, { body, ...request }] of recorder.requests.entries()) {
    const file = `${String(index + 1).padStart(3, "0")}.${request.contentType.includes("json") ? "json" : "bin"}`;
    await writeFile(join(folder, file), masked(body, environment.folder));
    requests.push({ file, ...request });
  }
  const { dialect, library, language, packages } = recording;
  const meta = { dialect, library, language, packages, requests, used: model.used };
  await writeFile(join(folder, "meta.json"), `${JSON.stringify(meta, undefined, 2)}\n`);
  const bytes = recorder.requests.reduce((sum, { body }) => sum + body.length, 0);
  console.log(`${name}: ${requests.length} requests, ${bytes} bytes`);
}

/**
 * What is of this machine, in the traces of errors for instance, becomes something of the same length that says nothing of it, so
 * that all else stays byte by byte as it was.
 */
function masked(body: Buffer, folder: string): Buffer {
  let text = body.toString("latin1");
  for (const own of [folder, homedir(), hostname()]) text = text.replaceAll(own, "/".padEnd(own.length, "x"));
  return Buffer.from(text, "latin1");
}

const [wanted = "all"] = process.argv.slice(2);
for (const name of wanted === "all" ? Object.keys(recordings) : [wanted]) await record(name);
