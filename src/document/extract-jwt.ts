import { decodeBase64 } from "./decode.ts";
import { readJson } from "./extract-json.ts";
import { unread, type Reading } from "./reading.ts";

const MAX_TOKEN = 16 * 1024;
const BEARER = /^bearer +/i;

/**
 * Reads a value from the payload of a token (RFC 7519) in its compact form, signed or not. **The signature is not checked**:
 * what stands there is a claim of the sender, as good as any other field of the request. Who may speak is decided elsewhere.
 */
export function readJwt(value: string, pointer: string, bearerOnly: boolean): Reading {
  const scheme = BEARER.exec(value)?.[0] ?? "";
  if (scheme === "" && bearerOnly) return unread("missing", "no bearer token");
  const token = value.slice(scheme.length).trim();
  if (token.length > MAX_TOKEN) return unread("too-large", `a token of more than ${MAX_TOKEN} characters`);
  const parts = token.split(".");
  const [head, payload] = parts.map((part) => (part.includes("=") || /\s/.test(part) ? null : decodeBase64(part, "base64url")));
  if (parts.length !== 3 || !head || !payload) return unread("malformed", "a token that is not three parts in base64url");
  const type = readJson(head, "");
  if (type.kind !== "found" || type.type !== "object") return unread("malformed", "a token whose head is no JSON object");
  return readJson(payload, pointer);
}
