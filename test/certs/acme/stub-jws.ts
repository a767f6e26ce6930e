import { createPublicKey, verify, type KeyObject } from "node:crypto";

/** What a client signed. `fault` says why it is not to be trusted. */
export interface StubJws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>> | null;
  readonly key: KeyObject | null;
  readonly fault: { readonly type: string; readonly detail: string } | null;
}

type Members = Readonly<Record<string, unknown>>;

/** Reads a flattened JWS and verifies its signature and its address. `keyOf` knows the accounts. */
export function readStubJws(text: string, url: string, keyOf: (kid: string) => KeyObject | null): StubJws {
  const jws = JSON.parse(text) as { protected: string; payload: string; signature: string };
  const header = decoded(jws.protected) as Members;
  const payload = jws.payload === "" ? null : (decoded(jws.payload) as Members);
  const broken = (type: string, detail: string): StubJws => ({ header, payload, key: null, fault: { type, detail } });
  if (Object.keys(jws).toSorted().join() !== "payload,protected,signature") return broken("malformed", "not the flattened form");
  if (("kid" in header) === ("jwk" in header)) return broken("malformed", "either kid or jwk");
  const key = "jwk" in header ? createPublicKey({ key: header["jwk"] as never, format: "jwk" }) : keyOf(String(header["kid"]));
  if (key === null) return broken("accountDoesNotExist", "no such account");
  if (header["alg"] !== "ES256") return broken("badSignatureAlgorithm", "ES256 alone");
  if (header["url"] !== url) return broken("unauthorized", `signed for ${String(header["url"])}, sent to ${url}`);
  const good = verify("sha256", Buffer.from(`${jws.protected}.${jws.payload}`), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(jws.signature, "base64url"));
  return good ? { header, payload, key, fault: null } : broken("unauthorized", "the signature does not fit");
}

/** A part of a JWS. */
export function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as unknown;
}
