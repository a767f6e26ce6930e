/** What a value is read from: a body, or what was found in one. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
  /** Where it was a text already; then what it says about its own charset means nothing. */
  readonly text?: string;
}

/**
 * A value that was found. `text` is the value of a string, the source text of a JSON number, and of a JSON object or list the
 * source text without insignificant white space. An XML element that holds elements is `element` (see xml-form.ts). Bytes that
 * are no text in any charset are `bytes`, with `text` in base64.
 */
export interface Found {
  readonly kind: "found";
  /** Tells apart what has the same text, such as `1` and `"1"`. */
  readonly type: "string" | "number" | "boolean" | "null" | "object" | "array" | "element" | "bytes";
  readonly text: string;
  /** As they stood there, where the value was read from bytes as a whole. */
  readonly bytes?: Uint8Array;
}

/**
 * Why nothing was found. `ambiguous`: two readers may find different things. `malformed`: what should hold the value breaks
 * its own format. `detail` completes "the key at X: …", and never holds a value of the message.
 */
export interface Unread {
  readonly kind: "missing" | "ambiguous" | "malformed" | "too-large" | "too-deep";
  readonly detail: string;
}

/** What a reader says. */
export type Reading = Found | Unread;

/** A reading that found nothing. */
export function unread(kind: Unread["kind"], detail: string): Unread {
  return { kind, detail };
}

/** A text that was found. */
export function foundText(text: string): Found {
  return { kind: "found", type: "string", text };
}
