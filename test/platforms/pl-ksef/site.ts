import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { builtInFile } from "../../../src/config/built-in-profiles.ts";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox } from "../../../src/sandbox/sandbox.ts";
import { startTaxgate, type TaxgateProcess } from "../../drill/taxgate-process.ts";

/** A simulated KSeF on the real clock, stopped at the end of the test. */
export async function startKsef(t: TestContext, faults: FaultSet = {}, seed = 7): Promise<Sandbox> {
  const sandbox = await startSandbox({ name: "warsaw", kind: "pl-ksef", seed, clock: systemClock });
  t.after(() => sandbox.stop());
  await sandbox.faults.set(faults);
  return sandbox;
}

/** Waits of the profile that a test has no time for, and what stands in their place; nothing else is changed. */
const SHORTER: Readonly<Record<string, string>> = {
  "notFoundValidAfter: 30s": "notFoundValidAfter: 1500ms",
  "notFoundValidAfter: 5s": "notFoundValidAfter: 500ms",
  "every: 5s": "every: 400ms",
  "every: 2s": "every: 100ms",
  "after: 5min, every: 5min": "after: 200ms, every: 200ms",
};

/** The built-in profile. */
export function profileText(): string {
  return readFileSync(builtInFile("pl-ksef"), "utf8");
}

/** The built-in profile with shorter waits. */
function quickProfile(): string {
  return Object.entries(SHORTER).reduce((text, [waits, shorter]) => {
    assert.ok(text.includes(waits), `the profile says '${waits}' no more`);
    return text.replaceAll(waits, shorter);
  }, profileText());
}

/** What a site may say of its own. */
export interface Wording {
  /** Routes before the profile's, as items of a YAML list. */
  readonly routes?: readonly string[];
}

/** A Taxgate with the profile before the platform at `origin`, stopped at the end of the test. Fails where it met a fault of its own. */
export async function startSite(t: TestContext, origin: string, { routes = [] }: Wording = {}): Promise<TaxgateProcess & { readonly origin: string }> {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-ksef-"));
  writeFileSync(join(folder, "pl-ksef.yaml"), quickProfile());
  const taxgate = await startTaxgate(siteYaml(origin, routes), { folder });
  t.after(async () => {
    await taxgate.stop();
    rmSync(folder, { recursive: true, force: true });
    assert.deepEqual(taxgate.lines().filter((line) => /exchange failed|journal failed|uncaught/.test(line)), []);
  });
  return { ...taxgate, origin: `http://127.0.0.1:${taxgate.port("plain")}` };
}

function siteYaml(origin: string, routes: readonly string[]): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 2s }
platform: ./pl-ksef.yaml
regions: { pl: { endpoints: [{ url: "${origin}" }] } }
upstream:
  health: { every: 100ms, healthyAfter: 1, slowStart: 0ms, outlierAfter: 1000 }
  breaker: { consecutiveFailures: 1000, minimumRequests: 10000, slowCall: 30s, openFor: 100ms, halfOpenProbes: 1 }
${routes.length === 0 ? "" : `routes:\n${routes.map((route) => `  - ${route}`).join("\n")}\n`}`;
}
