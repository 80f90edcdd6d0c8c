import { startHub } from "crowsnest/server";
import { tellUrl } from "./child.ts";

/** A hub as anybody starts it; its store is in the folder that it is given. */
const hub = await startHub({ data: String(process.argv[2]), port: 0, otlpPort: "off", otlpGrpcPort: "off" });
tellUrl(hub.url);
