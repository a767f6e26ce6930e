import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { test } from "node:test";
import { keysOf } from "../../src/base/secret-keys.ts";
import { submissionOptions } from "../../src/journal/options.ts";
import { compilePolicy, policyFrom } from "../../src/journal/policy.ts";

// oxlint-disable unicorn/no-thenable -- `then` is a key of the configuration; it never holds a function
const OLD = "0123456789abcdeffedcba9876543210";
const NEW = "1123456789abcdeffedcba9876543210";
const OPTIONS = submissionOptions.parse({
  key: [{ body: true, decode: [{ "sm4-ecb": "unit" }], then: { json: "/fphm" } }],
  reference: { body: true, decode: [{ "sm4-ecb": "unit" }], then: { json: "/sllsh" } },
  resolve: [{ query: { path: "/q?no={key}" }, found: { status: 200 }, match: [{ read: { body: true, decode: [{ "sm4-ecb": "unit" }], then: { json: "/fphm" } }, is: "{key}" }] }],
});

function sealed(key: string, value: unknown): Buffer {
  const cipher = createCipheriv("sm4-ecb", Buffer.from(key, "hex"), null);
  return Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
}

const requestOf = (body: Uint8Array) => ({ headers: [], pathVariables: {}, query: "", body, contentType: undefined });

test("a policy that was kept reads with the keys in use, and is the same policy whatever they hold", () => {
  const first = compilePolicy(OPTIONS, "china", "upload", keysOf({ unit: OLD }));
  const kept = policyFrom(first.text, "china", "upload", null, keysOf({ unit: NEW }));
  assert.ok(kept !== null);
  assert.equal(compilePolicy(OPTIONS, "china", "upload", keysOf({ unit: NEW })).hash, first.hash);
  const identified = kept.identify(requestOf(sealed(NEW, { fphm: "24112" })), "/");
  assert.deepEqual(identified.kind === "identified" ? identified.key : identified, ["24112"]);
  assert.equal(kept.identify(requestOf(sealed(OLD, { fphm: "24112" })), "/").kind, "unclear");
  const reference = kept.reference?.read(requestOf(sealed(NEW, { sllsh: "S1" })));
  assert.equal(reference?.kind === "found" ? reference.text : reference?.kind, "S1");
});

test("a policy that was kept lives on without its key, and recognises nothing", () => {
  const { text } = compilePolicy(OPTIONS, "china", "upload", keysOf({ unit: OLD }));
  const kept = policyFrom(text, "china", "upload", null, keysOf({}));
  assert.equal(kept?.identify(requestOf(sealed(OLD, { fphm: "24112" })), "/").kind, "unclear");
});
