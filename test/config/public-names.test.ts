import assert from "node:assert/strict";
import { test } from "node:test";
import { isPrivateName, isPublicAuthority } from "../../src/config/public-names.ts";

test("names and addresses that belong to nobody alone are told from those that a public authority signs", () => {
  const alone = ["localhost", "gate", "gate.local", "gate.home.arpa", "GATE.Internal", "*.corp", "*.gate.lan", "10.0.0.5", "172.31.0.1", "192.168.1.1", "127.0.0.1", "::1", "fd00::1", "fe80::1"];
  const signed = ["gate.example.com", "*.example.com", "local.example.com", "172.32.0.1", "203.0.113.5", "2001:db8::1"];
  assert.deepEqual([...alone, ...signed].filter(isPrivateName), alone);
});

test("a public authority is known by its short name and by its address", () => {
  assert.deepEqual(["letsencrypt", "google", "zerossl", "https://acme-v02.api.letsencrypt.org/directory", "https://ca.corp.example/acme/directory", "constructor"].map(isPublicAuthority), [true, true, true, true, false, false]);
});
