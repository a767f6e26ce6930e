import assert from "node:assert/strict";
import { test } from "node:test";
import { BUILT_IN_PROFILES } from "../../../src/config/built-in-profiles.ts";
import { scanXml } from "../../../src/document/xml-scan.ts";
import { openFirewalls } from "../firewall.ts";
import { invoice, INVOICED } from "./invoice.ts";

const EACH = 60;
const firewalls = openFirewalls();
const SEEDS = Array.from({ length: EACH }, (_, seed) => seed);

await test("there are invoices for every built-in profile", () => {
  assert.deepEqual(INVOICED.toSorted(), [...BUILT_IN_PROFILES].toSorted());
});

for (const profile of INVOICED) {
  await test(`invoices for ${profile} take a submit route, and their seeds make them`, () => {
    for (const seed of SEEDS) {
      const sent = invoice(profile, seed);
      assert.equal(firewalls.takes(profile, sent).site, profile);
      assert.deepEqual(invoice(profile, seed), sent);
    }
    assert.equal(new Set(SEEDS.map((seed) => invoice(profile, seed).body.toString("latin1"))).size, EACH);
  });

  await test(`invoices for ${profile} are well-formed, with what is in them`, () => {
    for (const seed of SEEDS) for (const document of documentsIn(invoice(profile, seed).body)) assert.equal(wrong(document), null, `seed ${seed}: ${document.slice(0, 200)}`);
  });
}

await test("invoices have what firewalls stumble over", () => {
  const all = INVOICED.flatMap((profile) => SEEDS.flatMap((seed) => documentsIn(invoice(profile, seed).body))).join("\n");
  for (const sign of ["<![CDATA[", "<ds:Signature", "<dsig:Signature", "JVBERi0xLjc", "&#x", "O&apos;", "select", "<n1:", "not(//ancestor-or-self::", "有限公司", "شركة"]) assert.ok(all.includes(sign), sign);
});

/** A body, and the documents that are in it as base64. */
function documentsIn(body: Buffer): string[] {
  const text = body.toString("utf8");
  const nested = [...text.matchAll(/[A-Za-z0-9+/]{60,}={0,2}/g)].map(([base64]) => Buffer.from(base64, "base64").toString("utf8")).filter((inner) => /^(<\?xml|\{")/.test(inner));
  return [text, ...nested];
}

/** Null: it is what it looks like, or it is ciphertext. */
function wrong(document: string): string | null {
  if (/^[[{]/.test(document)) {
    JSON.parse(document);
    return null;
  }
  if (!document.startsWith("<")) return /^[A-Za-z0-9+/=]+$/.test(document) ? null : "neither XML nor JSON nor base64";
  return scanXml(document, { open: () => undefined, text: () => undefined, close: () => undefined })?.detail ?? null;
}
