import { z } from "zod";
import type { Operation } from "../operation.ts";

export const documentOperation: Operation = {
  method: "get",
  path: "/api/openapi.json",
  tag: "About",
  summary: "This document.",
  answers: {
    200: { description: "OpenAPI 3.1.", content: { "application/json": z.record(z.string(), z.unknown()) } },
  },
  shares: [304],
};
