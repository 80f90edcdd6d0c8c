import { MAX_ATTRIBUTE_CHARS } from "../events/envelope.ts";
import { cut, MAX_NAME_CHARS } from "../events/fields.ts";
import type { AgentEvent, EventAttributes, EventType } from "../events/types.ts";
import { isContentAttribute } from "./content-names.ts";
import { ownPatterns, type Pattern, patternsOf } from "./own-patterns.ts";
import { REDACTED } from "./placeholder.ts";
import { redactText } from "./redact-text.ts";
import { mapped, redactValue } from "./redact-value.ts";
import { isSecretValue } from "./secret-names.ts";
import { type TextField, textFields } from "./text-fields.ts";

export interface RedactionOptions {
  /** What is secret besides what is known to be. @default nothing */
  readonly redact?: Pattern | readonly Pattern[] | undefined;
  /** Keep what models and tools were given and gave back. @default false */
  readonly captureContent?: boolean;
  /** Look into names of agents, tools and models as well: those that others send may be anything. @default false */
  readonly names?: boolean;
}

const NO_FIELDS: readonly TextField[] = [];

/** Takes secrets out of whatever is kept or sent on. What holds none comes back as the very same, and nothing is ever thrown. */
export class Redactor {
  /** Whether a user has patterns of their own, which no first look knows of. */
  readonly hasOwnPatterns: boolean;
  readonly #own: ((text: string) => string) | undefined;
  readonly #captureContent: boolean;
  readonly #names: boolean;
  readonly #fields: ReadonlyMap<EventType, readonly TextField[]>;

  constructor({ redact, captureContent = false, names = false }: RedactionOptions = {}) {
    this.#own = ownPatterns(patternsOf(redact));
    this.hasOwnPatterns = this.#own !== undefined;
    this.#captureContent = captureContent;
    this.#names = names;
    const wanted = ({ holds }: TextField) => names || holds !== "name";
    this.#fields = new Map([...textFields].map(([type, fields]) => [type, fields.filter(wanted)]));
  }

  /** Text without its secrets. */
  readonly text = (text: string): string => {
    const redacted = redactText(text);
    return this.#own === undefined ? redacted : this.#own(redacted);
  };

  /** An event without secrets, and without content that nobody asked to keep. Its ids stay as they are. */
  event(event: AgentEvent): AgentEvent {
    const data = this.#data(event);
    const attributes = event.attributes === undefined ? undefined : this.#attributes(event.attributes, event.type);
    const isSame = data === event.data && attributes === event.attributes;
    const redacted = isSame ? event : ({ ...event, data, ...(attributes === undefined ? {} : { attributes }) } as AgentEvent);
    return this.#names ? this.#envelope(redacted) : redacted;
  }

  #data({ type, data }: AgentEvent): AgentEvent["data"] {
    const given = data as Readonly<Record<string, unknown>>;
    let changed: Record<string, unknown> | undefined;
    const fields = this.#fields.get(type) ?? NO_FIELDS;
    for (let place = 0; place < fields.length; place += 1) {
      const field = fields[place] as TextField;
      const value = given[field.name];
      if (value === undefined) continue;
      const redacted = this.#field(field, value);
      if (redacted === value) continue;
      changed ??= { ...given };
      changed[field.name] = redacted;
    }
    return (changed ?? data) as AgentEvent["data"];
  }

  #field({ name, holds, isList }: TextField, value: unknown): unknown {
    if (holds === "content" && !this.#captureContent) return undefined;
    if (holds === "payload") return isSecretValue(name, value) ? REDACTED : redactValue(value, this.text);
    const redact = holds === "name" ? this.#name : this.text;
    return isList ? mapped(value as readonly string[], redact) : redact(value as string);
  }

  #attributes(attributes: EventAttributes, type: EventType): EventAttributes {
    let changed = false;
    const redacted: [string, string | number | boolean][] = [];
    for (const [name, value] of Object.entries(attributes)) {
      if (!this.#captureContent && typeof value === "string" && isContentAttribute(name, type)) {
        changed = true;
        continue;
      }
      const key = this.#name(name);
      const clean = this.#attribute(name, value);
      changed ||= key !== name || clean !== value;
      redacted.push([key, clean]);
    }
    return changed ? Object.fromEntries(redacted) : attributes;
  }

  #attribute(name: string, value: string | number | boolean): string | number | boolean {
    if (isSecretValue(name, value)) return REDACTED;
    if (typeof value !== "string") return value;
    const redacted = this.text(value);
    return redacted === value ? value : cut(redacted, MAX_ATTRIBUTE_CHARS);
  }

  /** The names in the envelope; ids tie events together, and would not if they were changed. */
  #envelope(event: AgentEvent): AgentEvent {
    const source = this.#name(event.source);
    const agent = event.agent === undefined ? undefined : this.#name(event.agent);
    return source === event.source && agent === event.agent ? event : { ...event, source, agent };
  }

  readonly #name = (name: string): string => {
    const redacted = this.text(name);
    return redacted === name ? name : cut(redacted, MAX_NAME_CHARS);
  };
}
