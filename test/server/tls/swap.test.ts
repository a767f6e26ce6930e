import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { test, type TestContext } from "node:test";
import type { SecureVersion } from "node:tls";
import { plainMaterial, type TlsMaterial } from "../../../src/server/tls/material.ts";
import { keyPair, TEST_CA } from "../../support/tls-material.ts";
import { started, text, type Script } from "../started.ts";
import { handshake, refusal } from "./handshakes.ts";

const LOCAL = { names: ["localhost"], pair: keyPair("localhost") };
const OTHER = { names: ["other.example", "*.wild.example"], pair: keyPair("other") };
const VERSIONS: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];
const OK: Script = (_x, send) => send(text("ok"));
const both = (version: SecureVersion) => ({ minVersion: version, maxVersion: version });

const secure = (t: TestContext, material: TlsMaterial, script: Script = OK) => started(t, script, {}, material);

test("a certificate is chosen by the name asked for, the first where none fits or none is asked for", async (t) => {
  const { port } = await secure(t, plainMaterial([LOCAL, OTHER]));
  for (const [servername, want] of [["OTHER.example", "other.example"], ["a.wild.example", "other.example"], ["a.b.wild.example", "localhost"], ["unknown.example", "localhost"], ["", "localhost"]] as const) {
    const { shown, socket } = await handshake(port, { servername });
    socket.destroy();
    assert.equal(shown, want, servername);
  }
});

test("names whose certificate is not there yet are refused by an alert, the others are served, and so are they once it is there", async (t) => {
  const missing = { names: ["soon.example"], pair: null };
  const { port, listener } = await secure(t, plainMaterial([LOCAL, missing]));
  for (const version of VERSIONS) {
    assert.match(await refusal(port, { servername: "soon.example", ...both(version) }), /UNRECOGNIZED_NAME/);
    assert.equal(await refusal(port, { servername: "localhost", ...both(version) }), "connected");
  }
  listener.renew(plainMaterial([LOCAL, { names: ["soon.example"], pair: keyPair("renewed") }]));
  const { shown, socket } = await handshake(port, { servername: "soon.example" });
  socket.destroy();
  assert.equal(shown, "renewed");
});

test("where the first certificate is not there yet, unknown and missing names are refused, the others served", async (t) => {
  const { port } = await secure(t, plainMaterial([{ names: ["soon.example"], pair: null }, LOCAL]));
  for (const servername of ["", "unknown.example", "soon.example"]) assert.match(await refusal(port, { servername }), /HANDSHAKE_FAILURE|UNRECOGNIZED_NAME/, servername);
  assert.equal(await refusal(port), "connected");
});

test("certificates are made for listed hosts alone, and what cannot be made is refused by an alert", async (t) => {
  const asked: string[] = [];
  const pair = keyPair("renewed");
  const mint = (host: string) => {
    asked.push(host);
    if (host === "broken.tax.example") return Promise.reject(new Error("broken"));
    return Promise.resolve(host === "none.tax.example" ? null : pair);
  };
  const { port } = await secure(t, { ...plainMaterial([LOCAL]), interception: { hosts: ["api.example", "*.tax.example"], mint } });
  for (const [servername, want] of [["API.example", "renewed"], ["a.tax.example", "renewed"], ["a.b.tax.example", "localhost"], ["tax.example", "localhost"], ["x.api.example", "localhost"], ["", "localhost"]] as const) {
    const { shown, socket } = await handshake(port, { servername });
    socket.destroy();
    assert.equal(shown, want, servername);
  }
  for (const servername of ["none.tax.example", "broken.tax.example"]) assert.match(await refusal(port, { servername }), /HANDSHAKE_FAILURE|UNRECOGNIZED_NAME/, servername);
  assert.deepEqual(asked, ["api.example", "a.tax.example", "none.tax.example", "broken.tax.example"]);
});

test("open connections go on over a swap, in HTTP/1.1 and HTTP/2", async (t) => {
  const { port, listener } = await secure(t, plainMaterial([LOCAL]));
  const kept = await handshake(port);
  const session = connectHttp2(`https://localhost:${port}`, { ca: TEST_CA });
  t.after(() => session.destroy());
  const ask = (): Promise<unknown> => new Promise((resolve) => session.request({ ":path": "/" }).on("response", (fields) => resolve(fields[":status"])).on("error", resolve));
  assert.equal(await ask(), 200);
  for (let round = 0; round < 8; round++) {
    listener.renew(plainMaterial([{ ...LOCAL, pair: keyPair(round % 2 === 0 ? "renewed" : "localhost") }]));
    const answered = new Promise((resolve) => kept.socket.once("data", (part: Buffer) => resolve(part.toString("latin1", 9, 12))));
    kept.socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.deepEqual([await answered, await ask()], ["200", 200]);
  }
  assert.equal(kept.socket.destroyed, false);
  kept.socket.destroy();
});

for (const version of VERSIONS) {
  for (const servername of ["", "localhost", "other.example", "unknown.example"]) {
    test(`${version}: sessions of '${servername}' are resumed, also over swaps of certificates`, async (t) => {
      const { port, listener } = await secure(t, plainMaterial([LOCAL, OTHER]));
      const first = await handshake(port, { servername, ...both(version) });
      first.socket.destroy();
      assert.equal(first.resumed, false);
      assert.ok(first.session);
      listener.renew(plainMaterial([{ ...LOCAL, pair: keyPair("renewed") }, OTHER]));
      const second = await handshake(port, { servername, ...both(version), session: first.session });
      second.socket.destroy();
      assert.equal(second.resumed, true);
      assert.ok(second.answer.startsWith("HTTP/1.1 200"));
    });
  }
}

test("broken material is refused, and what was shown before goes on being shown", async (t) => {
  const { port, listener } = await secure(t, plainMaterial([LOCAL]));
  const first = await handshake(port);
  first.socket.destroy();
  assert.throws(() => listener.renew(plainMaterial([{ names: ["localhost"], pair: { cert: "broken", key: "broken" } }])));
  assert.throws(() => listener.renew({ ...plainMaterial([LOCAL]), clients: { ca: TEST_CA, lists: ["broken"], stillWelcome: () => false } }));
  const next = await handshake(port, { session: first.session as Buffer });
  next.socket.destroy();
  assert.equal(next.resumed, true);
  const fresh = await handshake(port);
  fresh.socket.destroy();
  assert.equal(fresh.shown, "localhost");
});

test("nothing below TLS 1.2 is spoken, nothing without forward secrecy, and nothing is negotiated anew, before and after a swap", async (t) => {
  const { port, listener } = await secure(t, plainMaterial([LOCAL]));
  for (const renewed of [false, true]) {
    if (renewed) listener.renew(plainMaterial([{ ...LOCAL, pair: keyPair("renewed") }]));
    assert.notEqual(await refusal(port, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }), "connected");
    for (const ciphers of ["AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "DHE-RSA-AES128-GCM-SHA256"]) {
      assert.match(await refusal(port, { maxVersion: "TLSv1.2", ciphers }), /HANDSHAKE_FAILURE|NO_CIPHERS/, ciphers);
    }
    const { socket } = await handshake(port, both("TLSv1.2"));
    const told = await new Promise((resolve) => {
      socket.once("close", () => resolve("closed")).once("error", () => resolve("refused"));
      socket.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error === null ? "renegotiated" : "refused"));
    });
    assert.notEqual(told, "renegotiated");
    socket.destroy();
  }
});

test("the post-quantum hybrid is agreed on where the client knows it, X25519 and the curves else", async (t) => {
  const { port } = await secure(t, plainMaterial([LOCAL]));
  for (const ecdhCurve of ["X25519MLKEM768", "X25519", "P-256", "P-384"]) {
    const { socket, answer } = await handshake(port, { ecdhCurve, ...both("TLSv1.3") });
    assert.ok(answer.startsWith("HTTP/1.1 200"), ecdhCurve);
    socket.destroy();
  }
  assert.match(await refusal(port, { ecdhCurve: "P-521" }), /HANDSHAKE_FAILURE/);
});
