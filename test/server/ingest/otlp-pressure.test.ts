import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { expect, onTestFinished, test } from "vitest";
import { createOtlpRouter } from "../../../src/server/ingest/otlp-router.ts";
import { Translators } from "../../../src/server/ingest/translators.ts";
import { StoreError, type StoreErrorCode } from "../../../src/store/event-store.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";

test.each<[StoreErrorCode, status: number, code: number]>([
  ["queue_full", 429, 8],
  ["write_failed", 503, 14],
])("a store that says %s has exporters come again, and nothing goes on", async (reason, status, code) => {
  const forwarded: unknown[] = [];
  const intake = { accept: () => Promise.reject(new StoreError(reason, "the disk is full")), refused: () => undefined };
  const forward = (request: unknown) => void forwarded.push(request);
  const server = createServer(express().use(createOtlpRouter({ translators: new Translators(), intake, forward })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(tracesRequest([chatSpan()])),
  });
  expect(response.status).toBe(status);
  expect(response.headers.get("retry-after")).toBe("1");
  expect(await response.json()).toMatchObject({ code });
  expect(forwarded).toEqual([]);
});
