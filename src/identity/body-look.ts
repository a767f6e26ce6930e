import { unread, type Reading, type Unread } from "../document/reading.ts";
import { xmlText } from "../document/xml-read.ts";
import { sightXml, type XmlSeen } from "../document/xml-sight.ts";
import { headerValue } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import type { BodyCondition, BodyLook } from "./body-test.ts";
import type { Fit } from "./fit.ts";
import { singleHeader } from "./single-header.ts";

const ENCODED: Fit = { why: "the body has a content coding, and routes look into it" };
const TWO_TYPES: Fit = { why: "the content type is stated twice" };
const SEVERAL = unread("ambiguous", "several elements on the way");

/** Looks at a body for `all` conditions that may be asked about: each place is read once, those in XML in one pass. Linear in the body for each place. */
export function bodyLook(body: Uint8Array | null, headers: Headers, all: readonly BodyCondition[]): BodyLook {
  if (body === null || body.byteLength === 0) return () => "fails";
  if ((headerValue(headers, "content-encoding") ?? "identity").toLowerCase() !== "identity") return () => ENCODED;
  const contentType = singleHeader(headers, "content-type");
  if (contentType === null) return () => TWO_TYPES;
  const fits = new Map<BodyCondition, Fit>();
  const read = readings(body, contentType, all);
  return (condition) => {
    const known = fits.get(condition);
    if (known !== undefined) return known;
    const judged = read(condition);
    const fit = typeof judged === "object" && "kind" in judged ? ofUnread(judged, condition, body, contentType) : judged;
    const told = typeof fit === "object" ? { why: `${condition.place}: ${fit.why}` } : fit;
    fits.set(condition, told);
    return told;
  };
}

function readings(body: Uint8Array, contentType: string | undefined, all: readonly BodyCondition[]): (condition: BodyCondition) => Fit | Unread {
  const json = new Map<string, Reading>();
  let xml: ReadonlyMap<BodyCondition, XmlSeen | Unread> | null = null;
  return (condition) => {
    if (condition.kind === "json") {
      const found = json.get(condition.place) ?? condition.read(body, contentType);
      json.set(condition.place, found);
      return condition.judge(found);
    }
    xml ??= sights(body, contentType, all);
    return condition.judge(xml.get(condition) ?? SEVERAL);
  };
}

function sights(body: Uint8Array, contentType: string | undefined, all: readonly BodyCondition[]): ReadonlyMap<BodyCondition, XmlSeen | Unread> {
  const conditions = all.filter((condition) => condition.kind === "xml");
  const text = xmlText(body, contentType);
  const seen = typeof text === "string" ? sightXml(text, conditions) : conditions.map(() => text);
  return new Map(conditions.map((condition, index) => [condition, seen[index] ?? SEVERAL]));
}

/** What is not of the format is of another kind. What seems to be, and cannot be read, may be read by somebody more lenient. */
function ofUnread({ kind, detail }: Unread, condition: BodyCondition, body: Uint8Array, contentType: string | undefined): Fit {
  const marks = condition.kind === "json" ? JSON_MARKS : XML_MARKS;
  if (kind === "ambiguous" || marks.type.test(contentType ?? "") || marks.first.has(firstByte(body))) return { why: detail };
  return "fails";
}

/** Some readers of JSON pass over comments. */
const JSON_MARKS = { type: /^[^;]*[/+]json\b/i, first: new Set(Buffer.from("{[/")) };
const XML_MARKS = { type: /^[^;]*[/+]xml\b/i, first: new Set(Buffer.from("<")) };
/** White space, byte order marks, and the zeros of UTF-16. */
const PASSED: ReadonlySet<number> = new Set([0, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf, 0xfe, 0xff]);

function firstByte(body: Uint8Array): number {
  return body.find((byte) => !PASSED.has(byte)) ?? 0;
}
