/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

/** Replaces secrets in anything that is about to be written or shown. */
export type Redactor = (value: unknown) => unknown;

/** Names whose values are never shown. */
const SENSITIVE = /^(?:proxy-)?authorization$|cookie|token|passw|secret/i;
const DEEPEST = 6;
const MOST_ITEMS = 100;
/** Shorter secrets would black out ordinary words and numbers. */
const SHORTEST_SECRET = 4;

/** What a redactor looks for. */
export interface RedactorOptions {
  /** Texts that must not appear anywhere; those under four characters are only kept out by name. */
  readonly secrets: readonly string[];
  /** Names of fields whose values must not appear; by default credentials as headers and logs name them. */
  readonly names?: RegExp;
}

function textRedactor(secrets: readonly string[]): (text: string) => string {
  // Longest first: one secret may hold another.
  const known = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST_SECRET).toSorted((a, b) => b.length - a.length);
  return (text) => known.reduce((rest, secret) => (rest.includes(secret) ? rest.replaceAll(secret, REDACTED) : rest), text);
}

/**
 * Makes a redactor. It copies plain values up to six levels deep and a hundred items wide (what is deeper or wider is cut, so
 * that a log line stays bounded), turns errors into their message and stack, and knows flat header lists by the name `headers`.
 */
export function createRedactor(options: RedactorOptions): Redactor {
  const names = options.names ?? SENSITIVE;
  const text = textRedactor(options.secrets);

  const flatHeaders = (items: readonly unknown[]): unknown[] =>
    items.map((item, index) => (index % 2 === 1 && names.test(String(items[index - 1])) ? REDACTED : text(String(item))));
  const list = (items: readonly unknown[], name: string, depth: number): unknown[] => {
    const taken = items.slice(0, MOST_ITEMS);
    const isFlat = name === "headers" && taken.every((item) => typeof item === "string");
    return isFlat ? flatHeaders(taken) : taken.map((item) => walk(item, "", depth));
  };
  const object = (value: object, depth: number): Record<string, unknown> => {
    const entries = Object.entries(value).slice(0, MOST_ITEMS);
    return Object.fromEntries(entries.map(([name, item]) => [text(name), names.test(name) && item !== null ? REDACTED : walk(item, name, depth)]));
  };
  const walk = (value: unknown, name: string, depth: number): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null) return value;
    if (depth >= DEEPEST) return "[deep]";
    if (value instanceof Error) return { message: text(value.message), stack: text(value.stack ?? "") };
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    return Array.isArray(value) ? list(value, name, depth + 1) : object(value, depth + 1);
  };
  return (value) => walk(value, "", 0);
}
