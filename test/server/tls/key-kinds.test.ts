import assert from "node:assert/strict";
import { after, test } from "node:test";
import { plainMaterial } from "../../../src/server/tls/material.ts";
import { HAS_OPENSSL, testAuthority } from "../../support/openssl-authority.ts";
import { started, text } from "../started.ts";
import { handshake } from "./handshakes.ts";

const skip = HAS_OPENSSL ? false : "openssl is not here";
const authority = HAS_OPENSSL ? testAuthority() : null;
after(() => authority?.remove());

for (const first of ["ec", "rsa"] as const) {
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    test(`${maxVersion}: where the first certificate has a key of kind ${first}, names with keys of both kinds get their own`, { skip }, async (t) => {
      const made = ["one", "two"].map((name, index) => {
        const isRsa = (first === "rsa") !== (index === 1);
        return { names: [`${name}.example`], pair: authority?.issue(name, index + 1, { names: [`${name}.example`], ...(isRsa ? { key: "rsa" as const } : {}) }) ?? null };
      });
      const { port } = await started(t, (_x, send) => send(text("ok")), {}, plainMaterial(made));
      const seen: string[] = [];
      for (const servername of ["", "one.example", "two.example"]) {
        const one = await handshake(port, { servername, minVersion: maxVersion, maxVersion });
        one.socket.destroy();
        seen.push(one.shown);
      }
      assert.deepEqual(seen, ["one", "one", "two"]);
    });
  }
}
