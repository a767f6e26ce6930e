import assert from "node:assert/strict";
import { test } from "node:test";
import { createSandboxes } from "../../src/app/sandboxes.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { Config } from "../../src/config/config.ts";
import type { SiteOptions } from "../../src/pipeline/options.ts";

function siteOf(sandbox: string | null, ...urls: readonly string[]): SiteOptions {
  return { platform: sandbox === null ? null : { sandbox }, regions: [{ endpoints: urls.map((url) => ({ url })) }] } as unknown as SiteOptions;
}

function configOf(...sites: readonly SiteOptions[]): Config {
  return { sites } as unknown as Config;
}

const LOOPBACK = /^http:\/\/127\.0\.0\.1:[0-9]+$/;

test("each name runs once a kind, also when a configuration comes again", async (t) => {
  const sandboxes = createSandboxes(systemClock);
  t.after(() => sandboxes.stop());
  await sandboxes.ensure(configOf(siteOf(null, "sandbox:beijing", "https://example.com"), siteOf("cn-leqi", "sandbox:beijing", "sandbox:hebei")));
  const first = sandboxes.list();
  await sandboxes.ensure(configOf(siteOf("cn-leqi", "sandbox:hebei")));
  assert.deepEqual(first.map(({ name, kind }) => `${name} ${kind}`), ["beijing generic-json", "beijing cn-leqi", "hebei cn-leqi"]);
  assert.deepEqual(sandboxes.list(), first);
});

test("an endpoint leads to the platform of its site's kind, and other URLs stay as they are", async (t) => {
  const sandboxes = createSandboxes(systemClock);
  t.after(() => sandboxes.stop());
  const [plain, leqi] = [siteOf(null, "sandbox:beijing"), siteOf("cn-leqi", "sandbox:beijing")];
  await sandboxes.ensure(configOf(plain, leqi));
  const [first, second] = [plain, leqi].map((site) => sandboxes.origin("sandbox:beijing", site));
  assert.match(first ?? "", LOOPBACK);
  assert.match(second ?? "", LOOPBACK);
  assert.notEqual(first, second);
  assert.equal(sandboxes.origin("sandbox:beijing", siteOf("pl-ksef")), "sandbox:beijing");
  assert.equal(sandboxes.origin("https://example.com", leqi), "https://example.com");
});

test("a kind that does not exist is refused with those that there are", async () => {
  const sandboxes = createSandboxes(systemClock);
  await assert.rejects(sandboxes.ensure(configOf(siteOf("cn-nowhere", "sandbox:x"))), /got "cn-nowhere", want one of generic-json/);
});
