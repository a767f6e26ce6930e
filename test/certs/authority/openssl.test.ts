import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mintLeaf } from "../../../src/certs/authority/mint-leaf.ts";
import { openStored } from "../../../src/certs/authority/open-files.ts";
import { readSigner } from "../../../src/certs/x509/signer.ts";
import { DAY, HOSTS, scratch } from "./scratch.ts";

const missing = spawnSync("openssl", ["version"]).status !== 0;

/** Certificates that the authority's key signs by force, whatever it is permitted, as OpenSSL judges them. */
const CASES: readonly { host: string; hosts: readonly string[]; accepted: boolean }[] = [
  { host: "api.tax.example", hosts: HOSTS, accepted: true },
  { host: "a.gov.example", hosts: HOSTS, accepted: true },
  { host: "10.1.2.3", hosts: HOSTS, accepted: true },
  { host: `${"x".repeat(60)}.gov.example`, hosts: HOSTS, accepted: true },
  { host: "tax.example", hosts: HOSTS, accepted: false },
  { host: "notgov.example", hosts: HOSTS, accepted: false },
  { host: "10.1.2.4", hosts: HOSTS, accepted: false },
  { host: "fd00::1", hosts: HOSTS, accepted: false },
  { host: "10.1.2.3", hosts: ["api.tax.example"], accepted: false },
  { host: "fd00::1", hosts: ["api.tax.example"], accepted: false },
  { host: "api.tax.example", hosts: ["10.1.2.3"], accepted: false },
  { host: "fd00::1", hosts: ["fd00::1"], accepted: true },
];

describe("certificates of an authority before OpenSSL, strictly", { skip: missing ? "there is no openssl" : false }, () => {
  for (const { host, hosts, accepted } of CASES) {
    test(`${host} is ${accepted ? "accepted" : "refused"} below an authority for ${hosts.join(", ")}`, async (t) => {
      const { open, options, directory, clock } = scratch(t);
      await open({ hosts });
      const stored = openStored({ name: "local", options, directory });
      assert.ok(stored !== null);
      const { cert } = await mintLeaf({ host, issuing: stored.issuing, signer: readSigner(stored.issuing), signingKey: stored.key, notBefore: clock.wall() - DAY, notAfter: clock.wall() + DAY });
      const folder = mkdtempSync(join(tmpdir(), "taxgate-openssl-"));
      t.after(() => rmSync(folder, { recursive: true }));
      const [root, chain] = [join(folder, "root.pem"), join(folder, "chain.pem")];
      writeFileSync(root, stored.certificate.pem);
      writeFileSync(chain, cert);
      const name = /^[\d.]+$|:/.test(host) ? "-verify_ip" : "-verify_hostname";
      const { status, stderr, stdout } = spawnSync("openssl", ["verify", "-x509_strict", "-purpose", "sslserver", "-attime", String(Math.floor(clock.wall() / 1000)), name, host, "-CAfile", root, "-untrusted", chain, chain], { encoding: "utf8" });
      assert.equal(status === 0, accepted, stdout + stderr);
      if (!accepted) assert.match(stdout + stderr, /permitted subtree violation|excluded subtree violation/);
    });
  }
});
