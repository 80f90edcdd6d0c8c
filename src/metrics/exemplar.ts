/** Points from a histogram's bucket to a trace: OpenMetrics 1.0, "Exemplars". */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly timestampSeconds: number;
}

/** The part of an exemplar that the caller knows: which span it was. */
export interface SpanReference {
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}
