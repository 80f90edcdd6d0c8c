import type { EventQuery } from "../store/event-store.ts";

/** Which events to export: all given conditions must hold. They come in the order in which they were kept. */
export type Selection = Omit<EventQuery, "order" | "limit" | "cursor" | "afterSeq">;
