// Sends bodies that are not in order to a hub, for CROWSNEST_FUZZ_SECONDS (60) and from CROWSNEST_FUZZ_SEED (by chance).
import { fuzz } from "./fuzz.ts";

const seconds = Number(process.env.CROWSNEST_FUZZ_SECONDS ?? 60);
const seed = Number(process.env.CROWSNEST_FUZZ_SEED ?? Math.floor(Math.random() * 1_000_000));

try {
  const { requests, decoded, events, statuses } = await fuzz({ seconds, seed });
  const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  console.log(
    `ok     fuzz (${seconds} s, seed ${seed}): ${requests} requests (${answers.join(", ")}), ${events} events kept, ${decoded} bodies read`,
  );
} catch (error) {
  console.error(`FAILED fuzz: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
