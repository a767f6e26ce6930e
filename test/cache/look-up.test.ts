import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import { createCache, type Cache } from "../../src/cache/cache.ts";
import type { EntryAddress, StoredAnswer } from "../../src/cache/entry.ts";
import type { Fetch } from "../../src/cache/fetch.ts";
import type { Hit, Recalled } from "../../src/cache/look-up.ts";
import { addressOf, type CachePolicy } from "../../src/cache/policy.ts";
import type { SharedFound, SharedTier, Ticket } from "../../src/cache/shared-tier.ts";
import type { Headers } from "../../src/http/message.ts";
import { bytes, NOW, policy, request, stored } from "./core-fixture.ts";

/*
 * What the shared tier brings, or does to us, while something else is going on.
 */

const TICKET: Ticket = { marks: ["1"] };
const FRESH: Headers = ["Cache-Control", "max-age=60"];
const NOTHING: SharedFound = { answer: null, purged: false, ticket: TICKET };

interface Shared {
  readonly cache: Cache;
  readonly clock: ManualClock;
  readonly told: string[];
  /** Bodies that were put into the tier. */
  readonly puts: string[];
}

/** A cache over a tier that is up, and looks up and takes in as the test says. */
function sharing(get: SharedTier["get"], put: (answer: StoredAnswer) => void = () => undefined): Shared {
  const [clock, told, puts] = [manualClock(NOW), [] as string[], [] as string[]];
  const shared: SharedTier = {
    state: "up", get,
    put(answer) {
      puts.push(Buffer.from(answer.body).toString());
      put(answer);
    },
    invalidate: () => Promise.resolve(true),
    stop: () => Promise.resolve(),
  };
  const events = {
    notStored: (_site: string, _route: string, reason: string) => void told.push(reason),
    evicted: () => undefined, invalidated: () => undefined,
    fault: (where: string) => void told.push(`fault ${where}`),
  };
  return { cache: createCache({ clock, maxBytes: 10_000_000, maxEntryBytes: 1_000_000, shared, events }), clock, told, puts };
}

const recall = async ({ cache }: Shared, of: CachePolicy, headers: Headers = []): Promise<Recalled> => cache.recall(of, { ...request({ headers, path: "/codes" }), gone: false, onGone: null });

function fetchIn(recalled: Recalled): Fetch {
  assert.equal(recalled.kind, "fetch");
  return recalled.fetch;
}

function hitIn(recalled: Recalled): Hit {
  assert.equal(recalled.kind, "hit");
  return recalled;
}

const textOf = ({ resident }: Hit): string => Buffer.from(resident.plain.bytes).toString();
const addressIn = (of: CachePolicy, home = "r1"): EntryAddress => addressOf(of, request(), home) as EntryAddress;
const inMemory = ({ cache }: Shared): number => cache.inspect("main", "/codes", null).entries.length;
const answer = (fetch: Fetch, text: string, headers = FRESH): unknown => fetch.answered({ status: 200, headers, body: bytes(text), region: "r1" });
/** Lets all that is due run. */
const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
};

const voidings: readonly (readonly [what: string, voids: (cache: Cache) => void])[] = [
  ["a purge", (cache) => void cache.invalidate({ kind: "url", site: "main", path: "/codes", query: "", soft: false })],
  ["a soft purge", (cache) => void cache.invalidate({ kind: "route", site: "main", route: "read", soft: true })],
  ["another instance's purge", (cache) => void cache.heard({ kind: "all", soft: false })],
  ["a gap in the news", (cache) => void cache.heard(null)],
];

for (const [what, voids] of voidings) {
  test(`${what} during a look-up leaves nothing of the old answer to be served or stored`, async () => {
    const found = Promise.withResolvers<SharedFound>();
    const parts = sharing(() => found.promise);
    const rules = policy({ staleIfError: "1h", staleWhileRevalidate: "1h" });
    const recalled = recall(parts, rules);
    voids(parts.cache);
    found.resolve({ answer: stored(addressIn(rules), "old", [], { staleIfError: 3_600_000 }), purged: false, ticket: TICKET });
    const fetch = fetchIn(await recalled);
    assert.deepEqual([fetch.fallback, fetch.plan.stale, fetch.plan.ticket, inMemory(parts)], [null, null, null, 0]);
  });

  test(`${what} during a look-up of another region's entry leaves nothing of it either`, async () => {
    const found = Promise.withResolvers<SharedFound>();
    const parts = sharing(() => found.promise);
    const rules = policy({ scope: "national", staleIfError: "1h" });
    const elsewhere = parts.cache.elsewhere(rules, request());
    voids(parts.cache);
    found.resolve({ answer: stored(addressIn(rules, "r2"), "old"), purged: false, ticket: TICKET });
    assert.deepEqual([await elsewhere, inMemory(parts)], [null, 0]);
  });
}

test("an entry that another region has in the shared tier is found where nothing voids it", async () => {
  const rules = policy({ scope: "national" });
  const parts = sharing(() => Promise.resolve({ answer: stored(addressIn(rules, "r2"), "far"), purged: false, ticket: TICKET }));
  assert.equal((await parts.cache.elsewhere(rules, request()))?.answer.address.home, "r2");
  assert.equal(inMemory(parts), 1);
});

/** An answer of a minute's life that became stale a second ago. */
const staleCopy = (rules: CachePolicy): StoredAnswer => stored(addressIn(rules), "old", [], { bornAt: NOW - 61_000, staleWhileRevalidate: 3_600_000, staleIfError: 3_600_000 });

test("a platform that fails is asked once in an interval although the shared tier holds an old copy", async () => {
  const rules = policy({ staleWhileRevalidate: "1h", staleIfError: "1h", revalidateEvery: "5s" });
  const parts = sharing(() => Promise.resolve({ answer: staleCopy(rules), purged: false, ticket: TICKET }));
  fetchIn(await recall(parts, rules)).failed();
  for (let interval = 0; interval < 3; interval++) {
    parts.clock.advance(5000);
    let fetches = 0;
    for (let i = 0; i < 20; i++) {
      const hit = hitIn(await recall(parts, rules));
      assert.equal(textOf(hit), "old");
      const fetch = await hit.refresh;
      if (fetch !== null) fetches++;
      fetch?.failed();
    }
    assert.equal(fetches, 1);
  }
});

test("an older copy in the shared tier does not take a newer entry's place in memory", async () => {
  const rules = policy({ staleWhileRevalidate: "1h", staleIfError: "1h" });
  let found = NOTHING;
  const parts = sharing(() => Promise.resolve(found));
  answer(fetchIn(await recall(parts, rules)), "newer");
  found = { answer: staleCopy(rules), purged: false, ticket: TICKET };
  parts.clock.advance(60_001);
  const hit = hitIn(await recall(parts, rules));
  const fetch = await hit.refresh;
  assert.equal(Buffer.from(fetch?.plan.stale?.plain.bytes ?? "").toString(), "newer");
  fetch?.failed();
  assert.equal(textOf(hitIn(await recall(parts, rules))), "newer");
});

test("that a platform fails is remembered although another instance has a newer copy, stale too", async () => {
  const rules = policy({ staleIfError: "1h", revalidateEvery: "5s" });
  let copy = staleCopy(rules);
  const parts = sharing(() => Promise.resolve({ answer: copy, purged: false, ticket: TICKET }));
  fetchIn(await recall(parts, rules)).failed();
  parts.clock.advance(5000);
  copy = { ...copy, body: Buffer.from("newer"), bornAt: NOW - 58_000, staleWhileRevalidate: 0 };
  const first = hitIn(await recall(parts, rules));
  assert.equal((await first.refresh)?.plan.stale?.answer.bornAt, NOW - 58_000);
  // Its fetch is under way: nobody has to wait for it.
  assert.equal(textOf(hitIn(await recall(parts, rules))), "newer");
});

const JSON_GZIP: Headers = [...FRESH, "Content-Encoding", "gzip"];
const immutable = { immutableWhen: [{ json: "/code", equals: 0 }], override: true };

for (const [what, written, headers, body] of [
  ["at once", {}, FRESH, Buffer.from("one")],
  ["after decoding", immutable, JSON_GZIP, gzipSync('{"code":0}')],
] as const) {
  test(`a store that throws ${what} lets those who wait fetch, and time does not have to pass`, async () => {
    const thrown = Promise.withResolvers<void>();
    const parts = sharing(() => Promise.resolve(NOTHING), () => {
      thrown.resolve();
      throw new Error("hostile");
    });
    const rules = policy(written);
    const [leader, second, third] = [recall(parts, rules), recall(parts, rules), recall(parts, rules)];
    const leading = fetchIn(await leader);
    assert.equal(parts.cache.stats().waiting, 2);
    leading.answered({ status: 200, headers, body: { kind: "bytes", bytes: body }, region: "r1" });
    await thrown.promise;
    await settled();
    const ends = await Promise.all([second, third].map((one) => Promise.race([one.then(({ kind }) => kind), settled().then(() => "waits")])));
    assert.deepEqual([ends.includes("waits"), parts.told, parts.puts.length, parts.clock.pending()], [false, ["fault keeping an answer"], 1, 0]);
  });
}

test("a body that cannot be decoded ends its flight", async () => {
  const parts = sharing(() => Promise.resolve(NOTHING));
  const rules = policy(immutable);
  const [leader, second] = [recall(parts, rules), recall(parts, rules)];
  answer(fetchIn(await leader), "no gzip at all", JSON_GZIP);
  assert.deepEqual([(await second).kind, parts.clock.pending()], ["hit", 0]);
});

test("a look-up that throws counts as one that found nothing, and what is fetched is kept in memory alone", async () => {
  const parts = sharing(() => Promise.reject(new Error("hostile")));
  const rules = policy();
  const [leader, second] = [recall(parts, rules), recall(parts, rules)];
  answer(fetchIn(await leader), "one");
  assert.deepEqual([textOf(hitIn(await second)), parts.told, parts.puts], ["one", ["fault asking the shared tier"], []]);
});
