import { describe, expect, it } from "vitest";
import { contentTypes, negotiateFormat } from "../../../src/metrics/exposition/formats.ts";

describe("negotiateFormat", () => {
  it.each([
    [
      "Prometheus 2",
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      "openmetrics",
    ],
    [
      "Prometheus 3",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      "openmetrics",
    ],
    [
      "Prometheus 3 with native histograms",
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
      "openmetrics",
    ],
    ["Prometheus told to scrape text", "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text"],
    ["curl", "*/*", "text"],
    ["Firefox", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text"],
    ["Chromium", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8", "text"],
    ["nobody", undefined, "text"],
    ["an empty header", "", "text"],
    ["a person with curl", "application/openmetrics-text; version=1.0.0; charset=utf-8", "openmetrics"],
    ["a person who leaves the version out", "application/openmetrics-text", "openmetrics"],
    ["a person who writes it in quotes and capitals", 'Application/OpenMetrics-Text; Version="1.0.0"', "openmetrics"],
    ["a version that we do not speak", "application/openmetrics-text;version=2.0.0", "text"],
    ["a refusal", "application/openmetrics-text;q=0,text/plain", "text"],
    ["a refusal of everything but text", "application/openmetrics-text;q=0", "text"],
    ["text above OpenMetrics", "application/openmetrics-text;q=0.5,text/plain;q=0.9", "text"],
    ["OpenMetrics above text", "text/plain;q=0.5,application/openmetrics-text;q=0.9", "openmetrics"],
    ["both alike", "text/plain,application/openmetrics-text", "openmetrics"],
    ["anything above OpenMetrics", "application/openmetrics-text;q=0.1,*/*;q=0.9", "text"],
    ["any text above OpenMetrics", "application/openmetrics-text;q=0.1,text/*;q=0.9", "text"],
    ["anything but text above OpenMetrics", "application/openmetrics-text;q=0.2,text/plain;q=0.1,*/*;q=0.9", "openmetrics"],
    ["a weight that is none", "application/openmetrics-text;q=much,text/plain;q=0.1", "text"],
    ["garbage", ";;;,,,q=1;,/", "text"],
  ] as const)("answers %s", (_who, accept, format) => {
    expect(negotiateFormat(accept)).toBe(format);
  });
});

describe("contentTypes", () => {
  it("are the ones that Prometheus 3 insists on", () => {
    expect(contentTypes).toEqual({
      text: "text/plain; version=0.0.4; charset=utf-8",
      openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
    });
  });
});
