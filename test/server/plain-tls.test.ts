import assert from "node:assert/strict";
import { test } from "node:test";
import { listenPlain } from "../../src/server/plain.ts";
import { keyPair } from "../support/tls-material.ts";
import { handshake, refusal } from "./tls/handshakes.ts";

test("the admin listener keeps its least version and its suites over a renewal", async (t) => {
  const listener = await listenPlain({ host: "127.0.0.1", port: 0 }, { pair: keyPair("localhost") }, () => ({ status: 200, headers: [], body: "ok" }));
  t.after(() => listener.stop());
  const { port } = listener.address;
  for (const shown of ["localhost", "renewed"] as const) {
    listener.renew(keyPair(shown));
    const seen = await handshake(port);
    seen.socket.destroy();
    assert.equal(seen.shown, shown);
    assert.notEqual(await refusal(port, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" }), "connected");
    assert.notEqual(await refusal(port, { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA" }), "connected");
    assert.equal(await refusal(port, { maxVersion: "TLSv1.2" }), "connected");
  }
  listener.renew(null);
  assert.notEqual(await refusal(port), "connected");
});
