import { z } from "zod";

/** How far back to look, where a week is kept. */
export const hoursOfWeek = z.coerce.number().int().min(1).max(168).default(24).describe("How many hours back to look, 1 to 168.");
