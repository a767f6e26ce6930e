import { readHarEntry, readRecorded, type Recorded, type RecordedRequest } from "../http/recorded-request.ts";

/** What the command line says about a request beside its file. */
export interface SaidRequest {
  readonly method: string | null;
  readonly type: string | null;
  /** From 1; of a HAR file. */
  readonly entry: number;
}

/** A request, whether it is a body by itself, or why there is none. */
export type FoundRequest = { readonly ok: true; readonly request: RecordedRequest; readonly isBare: boolean } | { readonly ok: false; readonly reason: string };

/** Is an argument a URL, or a path with a query, rather than a file? */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) || /^\/[^?]*\?/.test(text);
}

/** A GET of a URL. */
export function requestOfUrl(text: string, { method }: SaidRequest): FoundRequest {
  if (text.startsWith("/")) return { ok: true, request: { method: method ?? "GET", target: text, headers: [], body: null }, isBare: false };
  if (!URL.canParse(text)) return { ok: false, reason: `reading '${text}': it is no URL` };
  const { host } = new URL(text);
  // As it was written: a parser of URLs would tidy up what is to be judged.
  const target = text.replace(/^https?:\/\/[^/?#]*/i, "").replace(/#.*$/, "");
  return { ok: true, request: { method: method ?? "GET", target: target.startsWith("/") ? target : `/${target}`, headers: ["Host", host], body: null }, isBare: false };
}

/** The request in a file: as recorded, an entry of a HAR file, or else a body by itself. */
export function requestOfFile(name: string, bytes: Uint8Array, said: SaidRequest): FoundRequest {
  const recorded = fromFile(bytes, said.entry);
  if (recorded.kind === "broken") return { ok: false, reason: `reading '${name}': ${recorded.reason}` };
  if (recorded.kind === "request") {
    const { request } = recorded;
    return { ok: true, request: { ...request, method: said.method ?? request.method, headers: said.type === null ? request.headers : ["Content-Type", said.type, ...without(request.headers, "content-type")] }, isBare: false };
  }
  return { ok: true, request: { method: said.method ?? "POST", target: "/", headers: ["Content-Type", said.type ?? likelyType(bytes)], body: bytes }, isBare: true };
}

function fromFile(bytes: Uint8Array, entry: number): Recorded {
  const recorded = readRecorded(bytes);
  if (recorded.kind !== "other" || bytes[0] !== 0x7b) return recorded;
  try {
    return readHarEntry(JSON.parse(Buffer.from(bytes).toString("utf8")), entry);
  } catch {
    return recorded;
  }
}

function without(headers: RecordedRequest["headers"], name: string): string[] {
  return headers.flatMap((field, at) => (at % 2 === 0 && field.toLowerCase() !== name ? [field, headers[at + 1] ?? ""] : []));
}

/** What a client would call it. */
function likelyType(bytes: Uint8Array): string {
  const start = Buffer.from(bytes.subarray(0, 200)).toString("latin1").trimStart();
  if (/^[[{]/.test(start)) return "application/json";
  if (start.startsWith("<") || start.startsWith("\u00ef\u00bb\u00bf<")) return "application/xml";
  return /^[\w.%+[\]-]+=/.test(start) ? "application/x-www-form-urlencoded" : "text/plain";
}
