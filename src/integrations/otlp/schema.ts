import type { INamespace } from "protobufjs";

const keyValues = { rule: "repeated", type: "KeyValue" } as const;

/**
 * The messages of OTLP that are read or answered here, with the names, numbers and types of the official definitions
 * (open-telemetry/opentelemetry-proto, Apache-2.0; google.rpc.Status from googleapis, Apache-2.0). Fields that nobody here asks for
 * are left out: the decoder passes over them without making anything of them.
 */
export const otlpSchema: INamespace = {
  nested: {
    AnyValue: {
      fields: {
        stringValue: { type: "string", id: 1 },
        boolValue: { type: "bool", id: 2 },
        intValue: { type: "int64", id: 3 },
        doubleValue: { type: "double", id: 4 },
        arrayValue: { type: "ArrayValue", id: 5 },
        kvlistValue: { type: "KeyValueList", id: 6 },
        bytesValue: { type: "bytes", id: 7 },
      },
    },
    ArrayValue: { fields: { values: { rule: "repeated", type: "AnyValue", id: 1 } } },
    KeyValueList: { fields: { values: { ...keyValues, id: 1 } } },
    KeyValue: { fields: { key: { type: "string", id: 1 }, value: { type: "AnyValue", id: 2 } } },
    Resource: { fields: { attributes: { ...keyValues, id: 1 } } },
    InstrumentationScope: { fields: { name: { type: "string", id: 1 } } },

    TracesRequest: { fields: { resourceSpans: { rule: "repeated", type: "ResourceSpans", id: 1 } } },
    ResourceSpans: {
      fields: { resource: { type: "Resource", id: 1 }, scopeSpans: { rule: "repeated", type: "ScopeSpans", id: 2 } },
    },
    ScopeSpans: {
      fields: { scope: { type: "InstrumentationScope", id: 1 }, spans: { rule: "repeated", type: "Span", id: 2 } },
    },
    Span: {
      fields: {
        traceId: { type: "bytes", id: 1 },
        spanId: { type: "bytes", id: 2 },
        parentSpanId: { type: "bytes", id: 4 },
        name: { type: "string", id: 5 },
        startTimeUnixNano: { type: "fixed64", id: 7 },
        endTimeUnixNano: { type: "fixed64", id: 8 },
        attributes: { ...keyValues, id: 9 },
        events: { rule: "repeated", type: "SpanEvent", id: 11 },
        status: { type: "SpanStatus", id: 15 },
        flags: { type: "fixed32", id: 16 },
      },
    },
    SpanEvent: { fields: { name: { type: "string", id: 2 }, attributes: { ...keyValues, id: 3 } } },
    SpanStatus: { fields: { message: { type: "string", id: 2 }, code: { type: "int32", id: 3 } } },

    LogsRequest: { fields: { resourceLogs: { rule: "repeated", type: "ResourceLogs", id: 1 } } },
    ResourceLogs: {
      fields: { resource: { type: "Resource", id: 1 }, scopeLogs: { rule: "repeated", type: "ScopeLogs", id: 2 } },
    },
    ScopeLogs: {
      fields: { scope: { type: "InstrumentationScope", id: 1 }, logRecords: { rule: "repeated", type: "LogRecord", id: 2 } },
    },
    LogRecord: {
      fields: {
        timeUnixNano: { type: "fixed64", id: 1 },
        observedTimeUnixNano: { type: "fixed64", id: 11 },
        body: { type: "AnyValue", id: 5 },
        attributes: { ...keyValues, id: 6 },
        eventName: { type: "string", id: 12 },
      },
    },
    MetricsRequest: { fields: { resourceMetrics: { rule: "repeated", type: "ResourceMetrics", id: 1 } } },
    ResourceMetrics: {
      fields: { resource: { type: "Resource", id: 1 }, scopeMetrics: { rule: "repeated", type: "ScopeMetrics", id: 2 } },
    },
    ScopeMetrics: {
      fields: { scope: { type: "InstrumentationScope", id: 1 }, metrics: { rule: "repeated", type: "Metric", id: 2 } },
    },
    Metric: {
      fields: {
        name: { type: "string", id: 1 },
        unit: { type: "string", id: 3 },
        gauge: { type: "Numbers", id: 5 },
        sum: { type: "Numbers", id: 7 },
        histogram: { type: "Histogram", id: 9 },
        exponentialHistogram: { type: "ExponentialHistogram", id: 10 },
        summary: { type: "Summary", id: 11 },
      },
    },
    Numbers: {
      fields: { dataPoints: { rule: "repeated", type: "NumberPoint", id: 1 }, aggregationTemporality: { type: "int32", id: 2 } },
    },
    NumberPoint: {
      fields: {
        startTimeUnixNano: { type: "fixed64", id: 2 },
        timeUnixNano: { type: "fixed64", id: 3 },
        asDouble: { type: "double", id: 4 },
        asInt: { type: "sfixed64", id: 6 },
        attributes: { ...keyValues, id: 7 },
        flags: { type: "uint32", id: 8 },
      },
    },
    Histogram: {
      fields: {
        dataPoints: { rule: "repeated", type: "HistogramPoint", id: 1 },
        aggregationTemporality: { type: "int32", id: 2 },
      },
    },
    // Of histograms only their sums and counts are read, so buckets and bounds are left out.
    HistogramPoint: {
      fields: {
        startTimeUnixNano: { type: "fixed64", id: 2 },
        timeUnixNano: { type: "fixed64", id: 3 },
        count: { type: "fixed64", id: 4 },
        sum: { type: "double", id: 5 },
        attributes: { ...keyValues, id: 9 },
        flags: { type: "uint32", id: 10 },
      },
    },
    ExponentialHistogram: {
      fields: {
        dataPoints: { rule: "repeated", type: "ExponentialPoint", id: 1 },
        aggregationTemporality: { type: "int32", id: 2 },
      },
    },
    ExponentialPoint: {
      fields: {
        attributes: { ...keyValues, id: 1 },
        startTimeUnixNano: { type: "fixed64", id: 2 },
        timeUnixNano: { type: "fixed64", id: 3 },
        count: { type: "fixed64", id: 4 },
        sum: { type: "double", id: 5 },
        flags: { type: "uint32", id: 10 },
      },
    },
    // Counted, and not looked into.
    Summary: { fields: { dataPoints: { rule: "repeated", type: "Passed", id: 1 } } },
    Passed: { fields: {} },

    // What ExportTraceServiceResponse and its likes for logs and metrics have in common.
    Response: { fields: { partialSuccess: { type: "PartialSuccess", id: 1 } } },
    PartialSuccess: { fields: { rejected: { type: "int64", id: 1 }, errorMessage: { type: "string", id: 2 } } },
    Status: { fields: { code: { type: "int32", id: 1 }, message: { type: "string", id: 2 } } },
  },
};
