import type { RequestFraming } from "../http/framing.ts";
import type { Answer, RequestHead } from "../http/message.ts";

/** Finds the key authorization of a token; null: none of ours. */
export type ChallengeLookup = (token: string) => string | null;

const PREFIX = "/.well-known/acme-challenge/";
const TOKEN = /^[A-Za-z0-9_-]{1,200}$/;

/**
 * The answer to an authority that validates a name by http-01 (RFC 8555 section 8.3). Null for all else, also for tokens
 * that are not ours: they go the ordinary way, for an application behind may order certificates too.
 */
export function challengeAnswer(head: RequestHead, framing: RequestFraming, look: ChallengeLookup): Answer | null {
  // Nearly every request leaves here.
  if (!head.target.startsWith(PREFIX)) return null;
  if ((head.method !== "GET" && head.method !== "HEAD") || framing.body.kind !== "none") return null;
  const token = head.target.slice(PREFIX.length);
  const keyAuthorization = TOKEN.test(token) ? look(token) : null;
  if (keyAuthorization === null) return null;
  return { status: 200, headers: ["Content-Type", "application/octet-stream", "Cache-Control", "no-store"], body: { kind: "bytes", bytes: Buffer.from(keyAuthorization) } };
}
