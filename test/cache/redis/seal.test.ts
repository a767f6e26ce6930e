import assert from "node:assert/strict";
import { test } from "node:test";
import { createTierSeal } from "../../../src/cache/redis/seal.ts";

const GOLDEN = {
  "aes-256-gcm": "BDIwMjZi5+DlwpBKk56MtfhDEvYYaf/6ayXk6Vk7yP4CKw3lxNNtvGGde/OcugGa0tpzCxzu1NNjq/E3a/Q1ix+sOX3vRg==",
  "sm4-gcm": "BDIwMjY0wK2s2SyqrjLB6obSF0LbfMLLpT1t5wQtRHb3KrvacDqjIWYIMre2GULlj8ELPLUT3GXDO+oHPyLE5f/nJI6seA==",
} as const;

for (const cipher of ["aes-256-gcm", "sm4-gcm"] as const) {
  test(`what release 0.2.0 sealed with ${cipher} still opens`, () => {
    const seal = createTierSeal({ cipher, keys: [{ id: "2026", key: "the secret of this year" }] });
    assert.equal(String(seal.open(Buffer.from(GOLDEN[cipher], "base64"), "a key")), "sealed by release 0.2");
  });
}
