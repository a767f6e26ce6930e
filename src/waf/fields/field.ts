/** Where in a request a value stands. `text`: what no reader has a name for, such as comments, entity texts and plain bodies. */
export type Place = "path" | "query" | "form" | "header" | "cookie" | "json" | "xml" | "file-name" | "text";

/**
 * Hears each value in the order of the request. `isName`: the value is itself a name that the sender chose (JSON member,
 * parameter of a query or form, cookie). `where` names the field, and only says so while the listener is called: `path`,
 * `query:q`, `form:q`, `header:user-agent`, `cookie:sid`, `file-name:upload`, `body`, a JSON pointer `/items/0/name`, an XML
 * path of local names `/Invoice/Note`, `/Invoice/Note/@languageID`; documents inside values are joined by `>`, as in
 * `/document>/Invoice/Note`. Names longer than 200 letters are cut in it. A listener that gives false passed the value over as harmless: it does not count against
 * the bounds. One that gives {@link ENOUGH} wants no more.
 */
export type FieldListener = (value: string, place: Place, isName: boolean, where: () => string) => unknown;

/** See {@link FieldListener}. */
export const ENOUGH = "enough";

/** What of a request is read. */
export interface FieldSource {
  /** Canonical, not decoded. */
  readonly path: string;
  /** As it was sent; a question mark may stand before it. */
  readonly query: string;
  /** Names and values by turns. */
  readonly headers: readonly string[];
  /** As it was sent, with its content coding; null where there is none, or it is not looked at. */
  readonly body: Uint8Array | null;
  /** Value of Content-Type. */
  readonly contentType: string | undefined;
}

/** How much is read. */
export interface FieldBounds {
  /** Characters of values that are heard, and bytes that a compressed body may have. */
  readonly maxBytes: number;
  /** Values that are heard and not passed over. */
  readonly maxFields: number;
  /** Levels of one document. What stands deeper is heard, under the name of the last level that is counted. */
  readonly maxDepth: number;
}

/**
 * What is wrong with a request's form. `malformed-*`: it breaks its format, and was read as leniently as the most lenient
 * reader would. `dtd`: a document type declaration. `too-deep`: more levels than `maxDepth`, or documents inside documents
 * beyond the third. `too-many`, `too-large`: reading ended at `maxFields` or `maxBytes`. `bad-encoding`: bytes that are no text
 * in the charset that is stated, or a content coding that cannot be undone. `zip-bomb`: a compressed body that grows beyond
 * its bound. `ambiguous-form`: a body whose content type says one thing and whose bytes say another, and that was read as both.
 */
export const FIELD_FAULTS = ["malformed-json", "malformed-xml", "malformed-multipart", "dtd", "too-deep", "too-many", "too-large", "bad-encoding", "zip-bomb", "ambiguous-form"] as const;

/** See {@link FIELD_FAULTS}. */
export type FieldFault = (typeof FIELD_FAULTS)[number];

/** How far a request was read. */
export interface FieldsRead {
  /** False where a bound or the listener ended the reading, or a body could not be opened. */
  readonly complete: boolean;
  /** In the order of their first appearance, each once. */
  readonly faults: readonly FieldFault[];
}
