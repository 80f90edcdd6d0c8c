import { wellFormedJson } from "../well-formed-json.ts";
import { bytesOf, type Encoder } from "./encoder.ts";

/** One event a line, whole and as the API has it. */
export function createJsonlEncoder(): Encoder {
  return {
    page: (events) => bytesOf(events.map((event) => `${wellFormedJson(event)}\n`).join("")),
    end: () => bytesOf(""),
  };
}
