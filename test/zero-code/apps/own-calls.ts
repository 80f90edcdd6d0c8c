import { getCrowsnest } from "crowsnest";

// An app that uses the instance itself, beside whatever was attached to.
const crowsnest = await getCrowsnest();
const same = crowsnest === (await getCrowsnest());
const result = await crowsnest.task({ id: "T-1", agent: "author", type: "write" }, () =>
  crowsnest.handoff({ from: "author", to: "critic" }, async () => "good"),
);
console.log(`ran: ${result} ${same} ${crowsnest.url}`);
await crowsnest.close();
