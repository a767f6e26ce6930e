import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { describe, it } from "node:test";
import { makeKey } from "../../../src/certs/make-key.ts";
import { readAccountKey, signEs256, signHs256, thumbprintOf } from "../../../src/certs/acme/jws.ts";

const text = (part: string): string => Buffer.from(part, "base64url").toString("utf8");

describe("ES256", () => {
  // RFC 7515 appendix A.3.1.
  const jwk = { kty: "EC", crv: "P-256", x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" };
  const pem = createPrivateKey({ key: jwk, format: "jwk" }).export({ type: "pkcs8", format: "pem" });
  const key = readAccountKey(pem);

  it("signs header and payload so that another implementation verifies it", async () => {
    assert.ok(key !== null);
    const jws = signEs256(key.privateKey, { nonce: "n", url: "https://ca.example/" }, { a: "ü" });
    const { d: _, ...open } = jwk;
    const other = await crypto.subtle.importKey("jwk", open, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const verified = (signature: string) => crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, other, Buffer.from(signature, "base64url"), Buffer.from(`${jws.protected}.${jws.payload}`));
    assert.equal(await verified(jws.signature), true);
    // The signature of the RFC is of the same kind, for another text.
    assert.equal(await verified("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"), false);
    assert.deepEqual(JSON.parse(text(jws.protected)), { alg: "ES256", nonce: "n", url: "https://ca.example/" });
    assert.equal(text(jws.payload), '{"a":"ü"}');
  });

  it("has an empty payload for POST-as-GET, and an empty object where one is meant", () => {
    assert.ok(key !== null);
    assert.equal(signEs256(key.privateKey, {}, null).payload, "");
    assert.equal(text(signEs256(key.privateKey, {}, {}).payload), "{}");
  });

  it("reads the public half of a key, and no key of another kind", async () => {
    assert.deepEqual(key?.jwk, { crv: "P-256", kty: "EC", x: jwk.x, y: jwk.y });
    assert.equal(readAccountKey((await makeKey("ecdsa-p384")).pem), null);
    assert.equal(readAccountKey("-----BEGIN PRIVATE KEY-----\n"), null);
  });
});

describe("HS256", () => {
  it("is the MAC of header and payload by the decoded key", async () => {
    // Key of RFC 7515 appendix A.1.1.
    const secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const jws = signHs256(secret, { kid: "kid-1", url: "https://ca.example/" }, { crv: "P-256" });
    const other = await crypto.subtle.importKey("jwk", { kty: "oct", k: secret }, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    assert.equal(await crypto.subtle.verify("HMAC", other, Buffer.from(jws.signature, "base64url"), Buffer.from(`${jws.protected}.${jws.payload}`)), true);
    assert.deepEqual(JSON.parse(text(jws.protected)), { alg: "HS256", kid: "kid-1", url: "https://ca.example/" });
  });
});

describe("a thumbprint", () => {
  it("is the one of RFC 7638 section 3.1, whatever the order of the members", () => {
    const n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    const expected = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";
    assert.equal(thumbprintOf({ kty: "RSA", n, e: "AQAB" }), expected);
    assert.equal(thumbprintOf({ n, e: "AQAB", kty: "RSA" }), expected);
  });
});
