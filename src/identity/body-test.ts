import { compileExtractor, type Extracted } from "../document/extractor.ts";
import { identityOf } from "../document/json-identity.ts";
import type { JsonMatch, XmlMatch } from "../document/options.ts";
import { parseXmlPath, type XmlPath } from "../document/xml-path.ts";
import type { XmlSeen } from "../document/xml-sight.ts";
import type { Unread } from "../document/reading.ts";
import { allOf, type Fit } from "./fit.ts";

/** What is asked of one place in a body. */
export type BodyCondition =
  | { readonly kind: "json"; /** Names the place. */ readonly place: string; readonly read: (bytes: Uint8Array, contentType: string | undefined) => Extracted; readonly judge: (found: Extracted) => Fit | Unread }
  | { readonly kind: "xml"; readonly place: string; readonly path: XmlPath; readonly anywhere: boolean; readonly judge: (found: XmlSeen | Unread) => Fit | Unread };

/** Judges conditions on one body. */
export type BodyLook = (condition: BodyCondition) => Fit;

/** What a route asks of bodies. */
export interface BodyTest {
  readonly conditions: readonly BodyCondition[];
  /** A body of another format fails; one of this format that cannot be read is unclear. */
  readonly fits: (look: BodyLook) => Fit;
}

const NEARLY = "the value there is written as some readers take it for the wanted one, and some do not";

/** Compiles conditions, of which all have to hold; null where there are none. */
export function compileBodyTest(json: readonly JsonMatch[], xml: readonly XmlMatch[]): BodyTest | null {
  const conditions = [...json.map(jsonCondition), ...xml.map(xmlCondition)];
  return conditions.length === 0 ? null : { conditions, fits: (look) => allOf(conditions, look) };
}

function jsonCondition({ at, equals, in: list, exists }: JsonMatch): BodyCondition {
  const extractor = compileExtractor({ json: at });
  const read = (bytes: Uint8Array, contentType: string | undefined): Extracted => extractor.read({ headers: [], pathVariables: {}, query: "", body: bytes, contentType });
  const values = list ?? (equals === undefined ? null : [equals]);
  const wanted = new Set(values?.map((value) => identityOf(value === null ? "null" : typeof value, String(value))));
  const texts = new Set(values?.map(String));
  return {
    kind: "json",
    place: `json ${at}`,
    read,
    judge(found) {
      if (found.kind === "missing") return exists === false ? "holds" : "fails";
      if (found.kind !== "found") return found;
      if (values === null) return exists === false ? "fails" : "holds";
      if (wanted.has(identityOf(found.type, found.text))) return "holds";
      // Whoever reads leniently takes "1" for 1, and the other way round.
      return texts.has(found.text.trim()) ? { why: NEARLY } : "fails";
    },
  };
}

function xmlCondition({ at, namespaces, equals, in: list, exists, anywhere }: XmlMatch): BodyCondition {
  const path = parseXmlPath(at, namespaces);
  if (path === null) throw new Error(`match xml: malformed path ${JSON.stringify(at)}`);
  const values = list ?? (equals === undefined ? null : [equals]);
  const wanted = new Set(values?.map(String));
  return {
    kind: "xml",
    place: `xml ${at}`,
    path,
    anywhere: anywhere === true,
    judge(found) {
      if (found.kind === "missing") return exists === false ? "holds" : "fails";
      if (found.kind !== "seen") return found;
      if (values === null) return exists === false ? "fails" : "holds";
      if (found.count > 1) return { why: "several such elements" };
      if (found.value === null) return "fails";
      if (wanted.has(found.value)) return "holds";
      // White space at the ends counts for readers that know no schema.
      return wanted.has(found.value.trim()) ? { why: NEARLY } : "fails";
    },
  };
}
