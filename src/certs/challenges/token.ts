/** Base64url with at least 128 bits of chance (RFC 8555 section 8.3); longer than this is none that an authority gives out. */
const TOKEN = /^[A-Za-z0-9_-]{20,200}$/;

/** Can this be a token? Whatever passes is safe as a part of a path: strangers ask for tokens, and authorities choose them. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
