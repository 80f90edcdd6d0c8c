import { z } from "zod";
import { exportParameters } from "../../export-router.ts";
import { type Operation, problem } from "../operation.ts";

export const exportOperation: Operation = {
  method: "get",
  path: "/api/export",
  tag: "Events",
  summary: "The events that were kept, as a file for notebooks.",
  description:
    "Written as fast as it is taken. Where something goes wrong after the file has begun, the connection ends in the middle of it. " +
    "What the columns mean stands in docs/reference/export.md and in the Parquet file itself.",
  query: exportParameters,
  answers: {
    200: {
      description: "The file.",
      headers: { "Content-Disposition": "A name for the file." },
      content: {
        "application/x-ndjson": z.string().describe("One event a line, as /api/events has them."),
        "text/csv": z.string().describe("RFC 4180 with a header, in UTF-8."),
        "application/vnd.apache.parquet": "binary",
      },
    },
    503: problem("The store cannot be read at the moment, or as many exports as there may be are under way.", {
      "Retry-After": "In how many seconds to try again.",
    }),
  },
  shares: [400, 500],
};
