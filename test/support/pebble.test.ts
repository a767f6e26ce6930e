import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { request } from "node:https";
import { after, before, describe, it } from "node:test";
import { pebbleMissing, startPebble, type Pebble } from "./pebble.ts";
import { TEST_CA } from "./tls-material.ts";

describe("pebble for tests", { skip: pebbleMissing }, () => {
  let pebble: Pebble;
  before(async () => {
    pebble = await startPebble({ nonceRejects: 15, validationSleep: 4, alternateRoots: 1, validitySeconds: 60, eab: { "kid-1": "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W" } });
  });
  after(() => pebble.stop());

  it("takes the options", async () => {
    const log = pebble.log();
    for (const line of ["reject 15% of good nonces", "VA sleep time to 4 seconds", "validity period of 60 seconds"]) assert.ok(log.includes(line), line);
    const directory = await fetchJson(pebble.directory, 2000) as { meta: { externalAccountRequired: boolean } };
    assert.equal(directory.meta.externalAccountRequired, true);
    assert.equal((await pebble.roots()).length, 2);
  });

  it("has roots that sign the intermediates", async () => {
    const [roots, intermediates] = [await pebble.roots(), await pebble.intermediates()];
    for (const [at, pem] of intermediates.entries()) {
      const root = new X509Certificate(roots[at] ?? "");
      assert.ok(new X509Certificate(pem).verify(root.publicKey));
    }
  });

  it("asks a name server whose records are set by tests", async () => {
    const resolver = new Resolver({ timeout: 1000, tries: 1 });
    resolver.setServers([pebble.dns.address]);
    await pebble.dns.setTxt("_acme-challenge.gate.example", "one");
    await pebble.dns.setTxt("_acme-challenge.gate.example", "two");
    assert.deepEqual((await resolver.resolveTxt("_acme-challenge.gate.example")).flat().toSorted(), ["one", "two"]);
    await pebble.dns.clearTxt("_acme-challenge.gate.example");
    await assert.rejects(resolver.resolveTxt("_acme-challenge.gate.example"));
    await pebble.dns.addA("gate.example", ["127.0.0.2"]);
    assert.deepEqual([await resolver.resolve4("gate.example"), await resolver.resolve4("other.example")], [["127.0.0.2"], ["127.0.0.1"]]);
    await pebble.dns.setServfail("other.example", true);
    await assert.rejects(resolver.resolve4("other.example"));
  });

  it("answers nothing while it is paused, and again afterwards", async () => {
    await pebble.pause();
    await assert.rejects(fetchJson(pebble.directory, 200));
    await pebble.resume();
    await fetchJson(pebble.directory, 2000);
  });

  it("refuses connections once it is killed, and has other roots after a restart", async () => {
    const [first] = await pebble.roots();
    await pebble.kill();
    await assert.rejects(fetchJson(pebble.directory, 1000), /ECONNREFUSED/);
    await pebble.restart();
    assert.notEqual((await pebble.roots())[0], first);
  });
});

function fetchJson(url: string, bound: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca: TEST_CA, agent: false, signal: AbortSignal.timeout(bound) }, (answer) => {
      const parts: string[] = [];
      answer.setEncoding("utf8").on("data", (part: string) => parts.push(part)).on("end", () => resolve(JSON.parse(parts.join("")))).on("error", reject);
    });
    asked.on("error", reject).end();
  });
}
