import { Router } from "express";
import type { Broadcaster } from "./broadcaster.ts";

/** `GET /api/cato/events/subscribers`: who watches, how far behind they are, and what they lost. */
export function createSubscribersRouter(broadcaster: Broadcaster): Router {
  const router = Router();
  router.get("/api/cato/events/subscribers", (_request, response) => {
    const now = Date.now();
    const subscribers = [...broadcaster.subscribers].map((subscriber) => ({
      id: subscriber.id,
      kind: subscriber.encoding.name,
      filter: subscriber.filter.input,
      depth: subscriber.depth,
      capacity: subscriber.capacity,
      dropped: subscriber.droppedTotal,
      delivered: subscriber.deliveredTotal,
      state: subscriber.state,
      age_seconds: (now - subscriber.connectedUnixMillis) / 1_000,
    }));
    response.set("Cache-Control", "no-store").json({ success: true, subscriber_count: subscribers.length, subscribers });
  });
  return router;
}
