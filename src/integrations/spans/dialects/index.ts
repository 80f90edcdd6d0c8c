import { attribute } from "../../../tracing/semconv.ts";
import type { Span } from "../span.ts";
import { aiSdk } from "./ai-sdk.ts";
import type { Dialect, SpanKind } from "./dialect.ts";
import { genAi } from "./gen-ai.ts";
import { googleAdk } from "./google-adk.ts";
import { microsoft } from "./microsoft.ts";
import { openInference } from "./openinference.ts";
import { openLlmetry } from "./openllmetry.ts";

/** In the order in which they are asked: those with marks of their own before the conventions that all of them borrow from. */
const dialects: readonly Dialect[] = [openInference, openLlmetry, aiSdk, googleAdk, microsoft, genAi];

export const dialectNames: readonly string[] = dialects.map(({ name }) => name);

/** Whose span it is and what it tells of; undefined where nobody knows it. */
export function recognize(span: Span): { readonly dialect: Dialect; readonly kind: SpanKind } | undefined {
  // Claude Code tells the same in its log events, by agent; its spans would count everything twice.
  if (span.name.startsWith("claude_code.")) return undefined;
  // The process that sent it tells the same by events.
  if (span.attributes.has(attribute.told)) return undefined;
  for (const dialect of dialects) {
    const kind = dialect.kindOf(span);
    if (kind === "nothing") return undefined;
    if (kind !== undefined) return { dialect, kind };
  }
  return undefined;
}
