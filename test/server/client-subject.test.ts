import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "node:tls";
import { plainMaterial } from "../../src/server/tls/material.ts";
import { HAS_OPENSSL, testAuthority } from "../support/openssl-authority.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { until } from "../support/until.ts";
import { started, text } from "./started.ts";

test("a subject whose text holds what divides attributes reads like no other's", { skip: HAS_OPENSSL ? false : "openssl is not installed" }, async (t) => {
  const authority = testAuthority();
  t.after(() => authority.remove());
  const own = keyPair("localhost");
  const material = { ...plainMaterial([{ names: ["localhost"], pair: own }]), clients: { ca: authority.cert, lists: [], stillWelcome: () => true } };
  const one = await started(t, (x, send) => send(text(String(x.caller.certificate))), { tls: { certificates: ["localhost"], clientCa: "ca.pem" } }, material);
  const socket = connect({ port: one.port, host: "127.0.0.1", servername: "localhost", ca: TEST_CA, ...authority.issue("billing-1,OU=a", 1) });
  t.after(() => socket.destroy());
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString()));
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  assert.ok(await until(() => received.endsWith("O=Test,CN=billing-1\\,OU\\=a"), 1000), received);
});
