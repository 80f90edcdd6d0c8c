import type { Attributes, Span } from "./span.ts";

/** Most messages that are read where each is an attribute of its own. */
const MAX_MESSAGES = 100;

/**
 * What a model or a tool was given, or gave back: the first of the attributes that says it, as text. A name that ends in `.#` stands for
 * messages that are attributes of their own, numbered from 0, as older instrumentations have it (`gen_ai.prompt.0.content`).
 */
export function firstContent({ attributes }: Span, names: readonly string[]): string | undefined {
  for (const name of names) {
    const content = name.endsWith(".#") ? numbered(attributes, name.slice(0, -1)) : whole(attributes, name);
    if (content !== undefined) return content;
  }
  return undefined;
}

function whole(attributes: Attributes, name: string): string | undefined {
  const value = attributes.get(name);
  if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function numbered(attributes: Attributes, prefix: string): string | undefined {
  const messages: string[] = [];
  for (let place = 0; place < MAX_MESSAGES; place += 1) {
    const content = whole(attributes, `${prefix}${place}.content`);
    if (content === undefined) break;
    const role = attributes.get(`${prefix}${place}.role`);
    messages.push(typeof role === "string" ? `${role}: ${content}` : content);
  }
  return messages.length === 0 ? undefined : messages.join("\n");
}
