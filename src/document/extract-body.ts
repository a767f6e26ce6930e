import { statedCharset, utf8Bytes } from "./charset.ts";
import { readForm } from "./extract-form.ts";
import { readJson } from "./extract-json.ts";
import { readMultipart, type Part } from "./extract-multipart.ts";
import { xmlReader } from "./extract-xml.ts";
import { parseMediaType } from "./media-type.ts";
import { unread, type Content, type Found, type Reading, type Unread } from "./reading.ts";

/** Where in a content the value stands; one of these. */
export interface Place {
  readonly json?: string | undefined;
  readonly xml?: string | undefined;
  readonly namespaces?: Readonly<Record<string, string>> | undefined;
  readonly form?: string | undefined;
  readonly multipart?: string | undefined;
  readonly body?: true | undefined;
}

/** Makes a reader of one place. Null where nothing of it is stated. Throws on a path that its schema refuses. */
export function contentReader({ json, xml, namespaces, form, multipart, body }: Place): ((content: Content) => Found | Part | Unread) | null {
  if (json !== undefined) return (content) => jsonOf(content, json);
  if (xml !== undefined) return xmlReader(xml, namespaces);
  if (form !== undefined) return (content) => formOf(content, form);
  if (multipart !== undefined) return ({ bytes, contentType }) => readMultipart(bytes, contentType, multipart);
  return body === undefined ? null : ({ bytes, contentType }) => ({ kind: "part", bytes, contentType });
}

function jsonOf({ bytes, contentType, text }: Content, pointer: string): Reading {
  const utf8 = text === undefined ? utf8Bytes(bytes, contentType) : bytes;
  return utf8 instanceof Uint8Array ? readJson(utf8, pointer) : utf8;
}

function formOf({ bytes, contentType }: Content, name: string): Reading {
  const isForm = contentType === undefined || parseMediaType(contentType)?.type === "application/x-www-form-urlencoded";
  if (!isForm) return unread("missing", "no application/x-www-form-urlencoded body");
  return readForm(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"), name, statedCharset(contentType));
}
