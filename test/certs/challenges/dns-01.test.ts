import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandOutcome } from "../../../src/base/run-command.ts";
import { propagationOf } from "../../../src/certs/challenges/dns-01.ts";
import { recordOf } from "../../../src/certs/challenges/dns-record.ts";
import { challengeOf, dnsOptions, settled, solverWorld } from "./world.ts";

const GATE = challengeOf("dns-01", "gate.example");
const WILD = challengeOf("dns-01", "gate.example", "token-of-the-wildcard");
const { name: NAME, value: VALUE } = recordOf(GATE);
const LIVE = new AbortController().signal;
const LOOKING = { command: ["/hook"], resolvers: ["192.0.2.1", "192.0.2.2:5353"], propagation: "1min" };
const failing = (output: string): Promise<CommandOutcome> => Promise.resolve({ kind: "ended", code: 1, output });

/** What became of a promise, as far as anything has. */
function watch<T>(promise: Promise<T>): { value: T | undefined } {
  const seen: { value: T | undefined } = { value: undefined };
  void promise.then((value) => (seen.value = value));
  return seen;
}

test("the record is the digest of the key authorization under the name that RFC 8555 gives", () => {
  // printf %s 'evaG.thumb' | openssl dgst -sha256 -binary | basenc --base64url
  assert.deepEqual(recordOf({ identifier: { type: "dns", value: "gate.example" }, keyAuthorization: "evaG.thumb" }), { name: "_acme-challenge.gate.example", value: "7ANq5pXqfrUZZ5tc7zfnqAloedrnqi1Va6LN57M6-Kw" });
});

for (const hook of [{ command: ["/hook", "--zone"] }, { webhook: "https://dns.example/hook" }]) {
  test(`a record is written and taken away by ${Object.keys(hook)[0]}`, async () => {
    const world = solverWorld({ ...hook, resolvers: ["192.0.2.1"] });
    assert.deepEqual(await world.solver.present(GATE, LIVE), { ok: true });
    assert.deepEqual(world.zone.get(NAME), new Set([VALUE]));
    await world.solver.clear(GATE);
    assert.deepEqual(world.told, [`present ${NAME} ${VALUE}`, `clear ${NAME} ${VALUE}`]);
    assert.deepEqual(world.events, []);
  });
}

test("a domain and its wildcard have a value each under one name, and each takes away its own", async () => {
  const world = solverWorld(LOOKING);
  assert.deepEqual(await Promise.all([world.solver.present(GATE, LIVE), world.solver.present(WILD, LIVE)]), [{ ok: true }, { ok: true }]);
  assert.equal(world.zone.get(NAME)?.size, 2);
  await world.solver.clear(GATE);
  assert.deepEqual(world.zone.get(NAME), new Set([recordOf(WILD).value]));
});

test("hooks run one after another, however many names are shown at once", async () => {
  const world = solverWorld({ command: ["/hook"], propagation: "0ms" });
  let running = 0;
  let most = 0;
  world.hook = async () => {
    most = Math.max(most, ++running);
    await settled();
    running--;
    return { kind: "ended", code: 0, output: "" };
  };
  const shown = Promise.all(["a", "b", "c", "d"].map((host) => world.solver.present(challengeOf("dns-01", host), LIVE)));
  const seen = watch(shown);
  for (let i = 0; i < 20 && seen.value === undefined; i++) {
    await settled();
    world.clock.advance(0);
  }
  assert.equal((await shown).every(({ ok }) => ok), true);
  assert.equal(most, 1);
});

test("every name server has to have the record; one that has had it is not asked again", async () => {
  const world = solverWorld(LOOKING);
  const asked: string[] = [];
  const has = new Set<string>();
  world.look = (server) => {
    asked.push(server);
    return Promise.resolve(has.has(server) ? { values: ["old", VALUE] } : { fault: "no TXT record" });
  };
  const shown = watch(world.solver.present(GATE, LIVE));
  await settled();
  has.add("192.0.2.1");
  world.clock.advance(500);
  await settled();
  assert.equal(shown.value, undefined);
  has.clear();
  has.add("192.0.2.2:5353");
  world.clock.advance(1000);
  await settled();
  assert.deepEqual(shown.value, { ok: true });
  assert.deepEqual(asked, ["192.0.2.1", "192.0.2.2:5353", "192.0.2.1", "192.0.2.2:5353", "192.0.2.2:5353"]);
  assert.equal(world.clock.pending(), 0);
});

test("where the record does not come, what each name server says is told, and the record is taken away", async () => {
  const world = solverWorld({ ...LOOKING, resolvers: [...LOOKING.resolvers, "192.0.2.3"] });
  const says: Record<string, object> = { "192.0.2.1": { fault: "no such name (NXDOMAIN)" }, "192.0.2.2:5353": { values: ["stale", "b", "c", "d"] }, "192.0.2.3": { values: [VALUE] } };
  world.look = (server) => Promise.resolve(says[server] as { fault: string });
  const shown = watch(world.solver.present(GATE, LIVE));
  let advanced = 0;
  for (; shown.value === undefined && advanced < 120_000; advanced += 500) {
    await settled();
    world.clock.advance(500);
  }
  assert.ok(advanced >= 60_000 && advanced <= 61_500, `${advanced} ms`);
  assert.deepEqual(shown.value, {
    ok: false,
    why: `waiting for the TXT record '${NAME}' to have the value '${VALUE}': after 1min 192.0.2.1 says no such name (NXDOMAIN); 192.0.2.2:5353 says 'stale', 'b', 'c' and others only`,
  });
  assert.deepEqual(world.told.map((line) => line.split(" ")[0]), ["present", "clear"]);
  await world.solver.clear(GATE);
  assert.equal(world.told.length, 2, "it is taken away once");
});

test("without name servers there is a pause", async () => {
  const world = solverWorld({ command: ["/hook"] });
  const shown = watch(world.solver.present(GATE, LIVE));
  await settled();
  world.clock.advance(29_999);
  await settled();
  assert.equal(shown.value, undefined);
  world.clock.advance(1);
  await settled();
  assert.deepEqual(shown.value, { ok: true });
});

test("how long it waits follows from what is looked at, unless it is written", () => {
  const cases: readonly (readonly [object, number])[] = [[{}, 30_000], [{ resolvers: ["192.0.2.1"] }, 300_000], [{ propagation: "7s" }, 7000], [{ propagation: "7s", resolvers: ["192.0.2.1"] }, 7000]];
  for (const [written, want] of cases) assert.equal(propagationOf(dnsOptions(written)), want);
});

test("a hook that fails may have written: its record is taken away, once", async () => {
  const world = solverWorld(LOOKING);
  world.hook = (action) => (action === "present" ? failing("no such zone") : Promise.resolve({ kind: "ended", code: 0, output: "" }));
  assert.deepEqual(await world.solver.present(GATE, LIVE), { ok: false, why: `running '/hook … present ${NAME}': it ended with 1; it wrote 'no such zone'` });
  await world.solver.clear(GATE);
  assert.deepEqual(world.told.map((line) => line.split(" ")[0]), ["present", "clear"]);
  assert.deepEqual(world.events, []);
});

test("a record that cannot be taken away is an event, and nothing else", async () => {
  const world = solverWorld(LOOKING);
  world.hook = (action) => (action === "clear" ? failing("locked") : Promise.resolve({ kind: "ended", code: 0, output: "" }));
  assert.deepEqual(await world.solver.present(GATE, LIVE), { ok: true });
  await world.solver.clear(GATE);
  assert.match(world.events.join("\n"), /^left dns-01 gate\.example: running '\/hook … clear _acme-challenge\.gate\.example': it ended with 1; it wrote 'locked'$/);
  await world.solver.clear(GATE);
  assert.equal(world.events.length, 1);
});

test("one that is stopped while it waits takes its record away", async () => {
  for (const written of [LOOKING, { command: ["/hook"] }]) {
    const world = solverWorld(written);
    world.look = () => Promise.resolve({ fault: "no TXT record" });
    const stop = new AbortController();
    const shown = watch(world.solver.present(GATE, stop.signal));
    await settled();
    stop.abort();
    await settled();
    assert.equal(shown.value?.ok, false);
    assert.deepEqual(world.told.map((line) => line.split(" ")[0]), ["present", "clear"]);
    assert.equal(world.clock.pending(), 0);
  }
});

test("one that is stopped before it begins writes nothing, and clearing what never was runs nothing", async () => {
  const world = solverWorld(LOOKING);
  assert.equal((await world.solver.present(GATE, AbortSignal.abort())).ok, false);
  await world.solver.clear(GATE);
  assert.deepEqual(world.told, []);
});

test("without options of dns-01 the answer says so", async () => {
  assert.deepEqual(await solverWorld(null).solver.present(GATE, LIVE), { ok: false, why: "dns-01 needs 'dns'" });
});
