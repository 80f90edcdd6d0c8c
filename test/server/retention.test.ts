import { join } from "node:path";
import { test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { connect } from "../../src/store/sqlite/driver.ts";
import { someEvents } from "../helpers/events.ts";
import { startTestHub } from "../support/hub.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

test("a hub that starts lets go of what is too old, however short it ran before", async () => {
  const data = join(await tempFolder(), "data");
  const store = await openStore(data);
  await store.append(someEvents(20));
  await store.close();
  const database = connect(join(data, "events.db"), {});
  database.exec("UPDATE events SET received_unix_millis = 0 WHERE seq <= 15");
  database.close();
  const { hub } = await startTestHub({ data });
  await until("five events to be left", async () => (await hub.query({})).events.length === 5);
});
