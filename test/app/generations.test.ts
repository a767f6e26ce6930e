import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createGenerations, type GenerationsEnv, type GoodLoad } from "../../src/app/generations.ts";
import { manualClock } from "../../src/base/clock.ts";
import type { FoundAuthority } from "../../src/certs/certs.ts";
import { OperatorError } from "../../src/base/errors.ts";
import { seededRandom } from "../../src/base/random.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Surroundings } from "../../src/pipeline/generation.ts";
import { createLimits } from "../../src/limits/caller/limits.ts";
import { createPaces } from "../../src/limits/pace/paces.ts";
import { createFirewall } from "../../src/waf/waf.ts";
import { createEstate } from "../../src/upstream/gate.ts";

const text = (openFor: string): string => `version: 1
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { max: 5s }
regions: { home: { endpoints: [{ url: "http://127.0.0.1:1" }] } }
upstream: { health: { connect: false }, breaker: { openFor: ${openFor} } }
routes: [{ name: all, match: { path: /** }, class: pass }]
`;

const NO_CERTIFICATES = { shown: () => null, mint: () => null };

/** Generations of a file in a folder of its own; `prepare` may throw. */
async function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-generations-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "taxgate.yaml");
  const write = (openFor: string, port = 0): void => writeFileSync(file, text(openFor).replace("127.0.0.1:0", `127.0.0.1:${port}`));
  write("60s");
  const clock = manualClock();
  const told: string[] = [];
  const say = (level: string) => (event: string): void => void told.push(`${level} ${event}`);
  const around = {
    clock, log: { debug: say("debug"), info: say("info"), warn: say("warn"), error: say("error") }, metrics: { reloaded: say("reload") },
  } as unknown as Surroundings;
  const estate = createEstate({ clock, random: seededRandom(1), attempted: () => undefined, breakerMoved: () => undefined, endpointChanged: () => undefined });
  t.after(() => estate.stop());
  const first = loadConfig(file, {});
  assert.ok(first.ok, JSON.stringify(first));
  const trouble = { fault: null as Error | null };
  const applied: number[] = [];
  const found: FoundAuthority[] = [];
  const env: GenerationsEnv = {
    file, env: {}, around, estate, paces: createPaces({ clock, random: seededRandom(1), events: { went: () => undefined, told: () => undefined, heard: () => undefined } }),
    firewall: createFirewall({ judged: () => undefined }),
    limits: createLimits({ clock, random: seededRandom(1), shared: () => null, events: { went: () => undefined, refused: () => undefined, would: () => undefined } }),
    sandboxes: { ensure: async () => undefined, origin: (url) => url, list: () => [], stop: async () => undefined },
    journal: () => Promise.reject(new Error("no submission is configured here")),
    certificates: NO_CERTIFICATES,
    async prepare(next: GoodLoad) {
      if (trouble.fault !== null) throw trouble.fault;
      return { certificates: NO_CERTIFICATES, apply: () => void applied.push(next.config.sites.length) };
    },
    loaded: () => undefined,
    look: async () => found,
    cutTunnels: () => undefined,
  };
  return { clock, write, told, trouble, applied, found, estate, generations: await createGenerations(first, env) };
}

test("a changed file becomes the next generation, and the one before goes when its last exchange has", async (t) => {
  const { clock, write, generations, estate, applied } = await setUp(t);
  const before = generations.current();
  before.inFlight++;
  write("61s");
  assert.equal((await generations.reload()).result, "applied");
  assert.deepEqual([generations.current().number, generations.alive(), generations.inFlight(), applied.length], [2, 2, 1, 1]);
  clock.advance(1000);
  assert.equal(generations.alive(), 2);
  before.inFlight--;
  clock.advance(100);
  assert.deepEqual([generations.alive(), estate.status().length, clock.pending()], [1, 1, 0]);
});

test("an exchange that does not end keeps its generation only so long", async (t) => {
  const { clock, write, generations } = await setUp(t);
  generations.current().inFlight++;
  write("61s");
  await generations.reload();
  clock.advance(5100);
  assert.equal(generations.alive(), 1);
});

test("a file that says the same is no new generation", async (t) => {
  const { generations } = await setUp(t);
  assert.equal((await generations.reload()).result, "unchanged");
  assert.equal(generations.current().number, 1);
});

test("every reload tells of authorities in whose place another one was found", async (t) => {
  const { write, found, generations } = await setUp(t);
  found.push({ name: "local", kept: null }, { name: "other", kept: "permission denied" });
  const unchanged = await generations.reload();
  write("61s");
  const applied = await generations.reload();
  for (const [result, want] of [[unchanged, "unchanged"], [applied, "applied"]] as const) {
    assert.ok(result.result !== "refused");
    assert.deepEqual([result.result, result.authorities], [want, found]);
  }
});

test("whatever fails while a file is applied changes nothing, uses up no number, and does not spoil the next reload", async (t) => {
  for (const [fault, level] of [[new OperatorError("the key does not fit"), "error configuration refused"], [new TypeError("a slip of ours"), "error reload failed"]] as const) {
    const { write, generations, trouble, told, estate, applied } = await setUp(t);
    trouble.fault = fault;
    write("61s");
    const result = await generations.reload();
    assert.equal(result.result, "refused");
    assert.ok(told.includes(level), told.join("; "));
    assert.deepEqual([generations.current().number, generations.alive(), estate.status().length, applied.length], [1, 1, 1, 0]);
    assert.equal(generations.config().sites[0]?.regions[0]?.upstream.breaker.openFor, 60_000);
    trouble.fault = null;
    assert.equal((await generations.reload()).result, "applied");
    assert.equal(generations.current().number, 2);
  }
});

test("reloads that are wished for at once run one after the other", async (t) => {
  const { write, generations } = await setUp(t);
  write("61s");
  const results = await Promise.all([generations.reload(), generations.reload(), generations.reload()]);
  assert.deepEqual(results.map(({ result }) => result), ["applied", "unchanged", "unchanged"]);
});

test("what waits for a restart is what differs from the start, and no longer once it is taken back", async (t) => {
  const { write, generations } = await setUp(t);
  write("60s", 4711);
  await generations.reload();
  assert.deepEqual(generations.pendingRestart(), ["listeners[plain].bind"]);
  write("61s");
  await generations.reload();
  assert.deepEqual(generations.pendingRestart(), []);
});
