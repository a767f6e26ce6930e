import { chooseEncoding, type Coding } from "../http/accept-encoding.ts";
import { weakened } from "../http/entity-tag.ts";
import { headerValue, headerValues, listMembers } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import { varyNames } from "../http/vary.ts";
import { compressible, encode } from "./encodings.ts";
import type { MemoryTier } from "./memory.ts";
import type { CachePolicy } from "./policy.ts";
import { Representation } from "./representation.ts";
import { sizeOf, type Resident } from "./resident.ts";

/** Fields about the bytes of another encoding (RFC 9530, RFC 1864). */
const ABOUT_BYTES: ReadonlySet<string> = new Set(["content-length", "content-md5", "digest", "content-digest", "repr-digest", "accept-ranges"]);

/** What a caller with this Accept-Encoding gets of an entry. Encoded on first use, off the main thread, and kept. */
export function representationOf(resident: Resident, policy: CachePolicy, acceptEncoding: string | undefined, memory: MemoryTier): Representation | Promise<Representation> {
  if (!resident.encodable || acceptEncoding === undefined) return resident.plain;
  const coding = chooseEncoding(acceptEncoding, policy.options.compress.codings);
  if (coding === null) return resident.plain;
  const known = (resident.encoded ??= new Map()).get(coding);
  if (known !== undefined) return known instanceof Promise ? whenMade(resident, known) : (known ?? resident.plain);
  const making = encoded(resident, coding).catch(() => null).then((made) => {
    resident.encoded?.set(coding, made);
    if (made !== null) memory.grow(resident, sizeOf(made));
    return made;
  });
  resident.encoded.set(coding, making);
  return whenMade(resident, making);
}

/** Encoding a large body takes longer than sending it as it is: nobody waits for that. */
const WORTH_WAITING = 64 * 1024;

function whenMade({ plain }: Resident, making: Promise<Representation | null>): Representation | Promise<Representation> {
  return plain.size > WORTH_WAITING ? plain : making.then((made) => made ?? plain);
}

async function encoded(resident: Resident, coding: Coding): Promise<Representation | null> {
  const { plain } = resident;
  const bytes = await encode(coding, plain.bytes);
  return bytes.byteLength >= plain.size ? null : new Representation(encodedFields(plain.headers, coding, bytes.byteLength), [], bytes);
}

/** The same answer in other bytes: its entity tag no longer vouches for each of them. */
function encodedFields(headers: readonly string[], coding: Coding, length: number): string[] {
  const fields: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = (headers[i] as string).toLowerCase();
    if (ABOUT_BYTES.has(name)) continue;
    fields.push(headers[i] as string, name === "etag" ? weakened(headers[i + 1] as string) : (headers[i + 1] as string));
  }
  fields.push("Content-Encoding", coding, "Content-Length", String(length));
  return fields;
}

/** May callers get it in another encoding than it came in? */
export function isEncodable(headers: Headers, size: number | null, { options }: CachePolicy): boolean {
  if (options.compress.codings.length === 0 || (size !== null && size < options.compress.minBytes)) return false;
  if (headerValue(headers, "content-encoding") !== undefined) return false;
  const type = headerValue(headers, "content-type");
  return type !== undefined && compressible(type) && !headerValues(headers, "cache-control").some((value) => listMembers(value).includes("no-transform"));
}

/** Does the answer already say that Accept-Encoding chose it? */
export function variesByEncoding(headers: Headers): boolean {
  const names = varyNames(headerValues(headers, "vary"));
  return names === "*" || names.includes("accept-encoding");
}
