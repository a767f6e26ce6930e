import { base64Value, shortBase64 } from "./base64-value.ts";
import { readBody } from "./body-fields.ts";
import type { FieldBounds, FieldListener, FieldSource, FieldsRead } from "./field.ts";
import { readHeaders } from "./header-fields.ts";
import { Hearing } from "./hearing.ts";
import { readParameters } from "./parameter-fields.ts";
import { inOneGo, type Portions } from "./portions.ts";
import { percentDecoded } from "./percent.ts";

const PATH = (): string => "path";

/**
 * Reads all values of a request once and hands them on, decoded: the path and its segments, the query, headers and cookies,
 * the body in its format, and the documents inside values. Linear in the request's length, within the bounds. Never throws on any
 * request; what is wrong with it is told at the end.
 */
export function readFields(request: FieldSource, bounds: FieldBounds, listener: FieldListener): FieldsRead {
  return inOneGo(readFieldsInPortions(request, bounds, listener));
}

/** The same in portions: a large body of JSON, XML or a form is read in pieces of its text, what is nested in one of its values in one go. */
export function* readFieldsInPortions(request: FieldSource, bounds: FieldBounds, listener: FieldListener): Portions<FieldsRead> {
  const hearing = new Hearing(bounds, listener);
  const query = request.query.startsWith("?") ? request.query.slice(1) : request.query;
  const goesOn = readPath(hearing, request.path) && inOneGo(readParameters(hearing, query, { place: "query" })) && readHeaders(hearing, request.headers);
  if (goesOn) yield* readBody(hearing, request);
  return hearing.read();
}

function readPath(hearing: Hearing, path: string): boolean {
  if (!hearing.hear(percentDecoded(path, false), "path", false, PATH)) return false;
  for (const segment of path.split("/")) if (segment !== path && !readSegment(hearing, percentDecoded(segment, false))) return false;
  return true;
}

/** As it stands, and what it holds where that is base64 of a text. */
function readSegment(hearing: Hearing, segment: string): boolean {
  if (!hearing.hear(segment, "path", false, PATH)) return false;
  const packed = base64Value(segment);
  const text = packed?.kind === "text" ? packed.text : packed === null ? shortBase64(segment) : null;
  return text === null || hearing.hear(text, "path", false, PATH);
}
