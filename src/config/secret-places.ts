import type { Path } from "../document/yaml-node.ts";
import { sitePaths } from "./check-sites.ts";
import type { Draft } from "./draft.ts";

/** Stands where a value came from the environment or a file, and for secrets that stand in the file itself. */
export const REDACTED = "(redacted)";

/** Keys of a site, and whatever else stands where they belong. */
const SITE_KEY = /^\.?(sites\[[^\]]*\]\.)?keys($|[.[])/;
/** Hashes of tokens, keys that encrypt, what notices are signed with, and what binds an account or opens an authority's key. */
const SECRET = /(^|\.)(hash|encryption\.keys\[\d*\]\.key|webhook\.secret|eab\.hmacKey|authority\.passphrase)$/;
const REDIS_URL = /(^|\.)redis\.url(\[\d*\])?$/;
/** Whoever is called by a certificate often knows callers by what stands behind the question mark. */
const HOOK_URL = /(^|\.)(acme\.dns|onChange)\.webhook$/;
/** Shorter texts would take ordinary words out of logs; they are kept out by their place alone. */
const SHORTEST = 8;

/** Is what stands there a secret, whatever it is? `place` is a written path such as `admin.tokens[0].hash`; an index may be left out. */
export function isSecretPlace(place: string): boolean {
  return SECRET.test(place) || SITE_KEY.test(place);
}

/** A text without the credentials that addresses carry. In doubt too little is left, because a password may hold any character. */
export function withoutCredentials(text: string, place: string): string {
  const bare = text.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/).*@/s, `$1${REDACTED}@`);
  if (HOOK_URL.test(place)) return bare.replace(/\?.*$/s, `?${REDACTED}`);
  return REDIS_URL.test(place) ? bare.replace(/^(?![A-Za-z]+:\/\/).*@/s, `${REDACTED}@`).replace(/[?#].*$/s, "") : bare;
}

/** Secrets that stand in a file itself, and passwords inside addresses that a reference stands for: what logs must not hold either. */
export function secretsIn(draft: Draft): string[] {
  const redis = ["cache", "redis"];
  const keys = [redis, ["journal"]].flatMap((place) => draft.items([...place, "encryption", "keys"])).map((path) => draft.text([...path, "key"]));
  const notices = sitePaths(draft).flatMap((site) => draft.items([...site, "routes"])).map((route) => draft.text([...route, "submission", "defer", "webhook", "secret"]));
  const sites = sitePaths(draft).flatMap((site) => draft.keys([...site, "keys"]).map((name) => draft.text([...site, "keys", name])));
  const certificates = draft.keys(["certificates"]).flatMap((name) => {
    const own: Path = ["certificates", name];
    return [[...own, "acme"], ...draft.items([...own, "acme", "fallback"])].map((path) => draft.text([...path, "eab", "hmacKey"])).concat(draft.text([...own, "authority", "passphrase"]));
  });
  const hooks = draft.keys(["certificates"]).flatMap((name) => [["acme", "dns"], ["onChange"]].map((place) => draft.text(["certificates", name, ...place, "webhook"])));
  const urls = [[...redis, "url"], ...draft.items([...redis, "url"])].map((path) => draft.text(path));
  return [...keys, ...notices, ...sites, ...certificates, ...urls.flatMap(passwordsOf), ...hooks.flatMap((text) => [...passwordsOf(text), ...queryOf(text)])].filter((text) => text !== null).filter((text) => text.length >= SHORTEST);
}

function queryOf(text: string | null): string[] {
  const url = text !== null && URL.canParse(text) ? new URL(text) : null;
  return url === null ? [] : [url.search.slice(1)];
}

/** The password as it is written, and as it is meant where the two differ. */
function passwordsOf(text: string | null): string[] {
  const url = text !== null && URL.canParse(text) ? new URL(text) : null;
  if (url === null) return [];
  try {
    return [...new Set([url.password, decodeURIComponent(url.password)])];
  } catch {
    return [url.password];
  }
}
