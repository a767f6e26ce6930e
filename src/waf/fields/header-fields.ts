import { parseMediaType } from "../../document/media-type.ts";
import type { Hearing } from "./hearing.ts";
import { percentDecoded } from "./percent.ts";
import { stepName } from "./step-name.ts";
import { readValue } from "./value-fields.ts";

/** Their grammar is enforced before anything else looks at a request: digits, or the one word that is understood. */
const FRAMING = new Set(["content-length", "transfer-encoding", "connection", "host"]);
/** One word, and one credential in the letters that RFC 7235 allows it: nothing in it can be read as anything else. */
const TOKEN = /^([A-Za-z][A-Za-z0-9-]{0,30}) +([A-Za-z0-9._~+/-]+=*)$/;
/** Media ranges with plain parameters (RFC 9110 section 12.5.1), whose stars and slashes mean something else elsewhere. */
const MEDIA_RANGES = /^[\w*.+-]+\/[\w*.+-]+(?:;[\w-]+=[\w.-]+)*(?:,[\w*.+-]+\/[\w*.+-]+(?:;[\w-]+=[\w.-]+)*)*$/;
const PLAIN_PARAMETER = /^[\w'()+,./:=?*-]*$/;
/** JSON and XML in cookies are percent-encoded as a whole, for their quotes and commas. */
const ENCODED_DOCUMENT = /^%(?:7b|5b|3c)/i;
const PLAIN_NAME = /^[\w-]+$/;

/**
 * Hears the values of headers, and names with unusual letters. Passed over: framing, media types that are sound, and
 * credentials of one piece, of which only the user's name in Basic is heard.
 */
export function readHeaders(hearing: Hearing, headers: readonly string[]): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    if (!readHeader(hearing, name, headers[i + 1] as string)) return false;
  }
  return true;
}

function readHeader(hearing: Hearing, name: string, value: string): boolean {
  const where = (): string => `header:${name}`;
  if (!PLAIN_NAME.test(name) && !hearing.hear(name, "header", true, where)) return false;
  if (FRAMING.has(name)) return true;
  switch (name) {
    case "cookie":
      return readCookies(hearing, value);
    case "accept":
      return MEDIA_RANGES.test(value.replaceAll(" ", "")) || hearing.hear(value, "header", false, where);
    case "content-type":
      return isPlainMediaType(value) || hearing.hear(value, "header", false, where);
    case "authorization":
    case "proxy-authorization":
      return readCredentials(hearing, value, where);
    default:
      return readValue(hearing, value, "header", 0, where);
  }
}

function isPlainMediaType(value: string): boolean {
  const media = parseMediaType(value);
  if (media === null) return false;
  for (const parameter of media.parameters.values()) if (!PLAIN_PARAMETER.test(parameter)) return false;
  return true;
}

function readCredentials(hearing: Hearing, value: string, where: () => string): boolean {
  const [, scheme = "", token = ""] = TOKEN.exec(value) ?? [];
  if (token === "") return hearing.hear(value, "header", false, where);
  if (scheme.toLowerCase() !== "basic") return true;
  const pair = Buffer.from(token, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return hearing.hear(colon < 0 ? pair : pair.slice(0, colon), "header", false, where);
}

function readCookies(hearing: Hearing, header: string): boolean {
  for (const piece of header.split(";")) {
    const equals = piece.indexOf("=");
    const name = piece.slice(0, Math.max(equals, 0)).trim();
    const value = piece.slice(equals + 1).trim();
    const where = (): string => `cookie:${stepName(name)}`;
    const open = isQuoted(value) ? value.slice(1, -1) : value;
    if (!hearing.hear(name, "cookie", true, where) || !readValue(hearing, ENCODED_DOCUMENT.test(open) ? percentDecoded(open, false) : open, "cookie", 0, where)) return false;
  }
  return true;
}

function isQuoted(value: string): boolean {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"');
}
