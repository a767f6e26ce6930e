import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthenticator } from "../../src/admin/authenticate.ts";
import { createFailedTries, MOST_TRIES } from "../../src/base/failed-tries.ts";
import { makeToken, matchesHash, nameInToken, parseTokenHash, type TokenHash } from "../../src/base/token.ts";
import { manualClock } from "../../src/base/clock.ts";
import { REMOTE, request } from "./request.ts";

const LOCAL_TOKEN = `tg_local_${"ab".repeat(20)}`;
const SECRET = "0123456789abcdef0123456789abcdef01234567";
const hashText = (tag: string): string => `scrypt:16384:8:1:${Buffer.from(`salt-of-${tag}`).toString("base64url")}:${Buffer.alloc(32).toString("base64url")}`;

/** Checks that only note what was checked: a token matches the hash whose salt carries the token's name. */
function setUp(names: readonly string[], held?: Promise<void>) {
  const clock = manualClock();
  const checked: string[] = [];
  const matches = async (token: string, hash: TokenHash): Promise<boolean> => {
    const salt = Buffer.from(hash.salt).toString();
    checked.push(salt.startsWith("salt-of-") ? salt : "nobody");
    await held;
    return token.endsWith(SECRET) && salt.startsWith("salt-of-");
  };
  const tokens = names.map((name) => ({ name, role: "viewer" as const, hash: hashText(name) }));
  const authenticate = createAuthenticator({ tokens }, { clock, localToken: LOCAL_TOKEN, matches });
  const ask = (token: string, address = "192.0.2.7") => authenticate(request("GET /metrics", { token, peer: { ...REMOTE, address } }));
  return { clock, checked, ask, authenticate };
}

test("a token costs one check, its own; then it is remembered for a minute", async () => {
  const { clock, checked, ask } = setUp(["ops", "dev", "qa"]);
  assert.deepEqual(await ask(`tg_dev_${SECRET}`), { kind: "operator", operator: { name: "dev", role: "viewer" } });
  clock.advance(59_999);
  await ask(`tg_dev_${SECRET}`);
  assert.deepEqual(checked, ["salt-of-dev"]);
  clock.advance(1);
  await ask(`tg_dev_${SECRET}`);
  assert.equal(checked.length, 2);
});

test("a name that is not known costs a check too, so that time does not tell names", async () => {
  const { checked, ask } = setUp(["ops"]);
  for (const token of [`tg_nobody_${SECRET}`, "rubbish", `tg_ops_${"0".repeat(40)}`]) assert.equal((await ask(token)).kind, "wrong");
  assert.deepEqual(checked, ["nobody", "nobody", "salt-of-ops"]);
});

test("a name given twice is tried to the end, whichever matches", async () => {
  const { checked, ask } = setUp(["ops", "ops"]);
  assert.equal((await ask(`tg_ops_${SECRET}`)).kind, "operator");
  assert.equal(checked.length, 2);
});

test("ten wrong tokens shut their peer out for a minute, and only that peer", async () => {
  const { clock, checked, ask } = setUp(["ops"]);
  for (let n = 0; n < MOST_TRIES; n += 1) assert.equal((await ask(`tg_ops_${String(n).padStart(40, "0")}`)).kind, "wrong");
  assert.deepEqual(await ask(`tg_ops_${SECRET}`), { kind: "wait", seconds: 60 });
  assert.equal(checked.length, MOST_TRIES, "nothing is checked while it waits");
  assert.equal((await ask(`tg_ops_${SECRET}`, "192.0.2.8")).kind, "operator");
  assert.equal((await ask(LOCAL_TOKEN)).kind, "operator", "the machine's own token is let in");
  clock.advance(60_000);
  assert.equal((await ask(`tg_ops_${"f".repeat(40)}`)).kind, "wrong");
});

test("not more than two checks run at a time", async () => {
  const gate = Promise.withResolvers<void>();
  const { checked, ask } = setUp(["ops"], gate.promise);
  const asked = [1, 2, 3].map((n) => ask(`tg_ops_${SECRET}`, `192.0.2.${n}`));
  assert.deepEqual(await asked[2], { kind: "wait", seconds: 1 });
  gate.resolve();
  assert.deepEqual((await Promise.all(asked)).map((said) => said.kind), ["operator", "operator", "wait"]);
  assert.equal(checked.length, 2);
});

for (const [name, fields, kind] of [
  ["no field", [], "anonymous"],
  ["another scheme", ["Authorization", "Basic b3BzOng="], "wrong"],
  ["two fields", ["Authorization", `Bearer ${LOCAL_TOKEN}`, "Authorization", `Bearer ${LOCAL_TOKEN}`], "wrong"],
  ["a scheme in capitals", ["Authorization", `BEARER ${LOCAL_TOKEN}`], "operator"],
  ["an endless token", ["Authorization", `Bearer ${"x".repeat(5000)}`], "wrong"],
] as const) {
  test(`Authorization with ${name} is ${kind}`, async () => {
    const { authenticate } = setUp([]);
    assert.equal((await authenticate(request("GET /metrics", { fields }))).kind, kind);
  });
}

test("the table of failed tries counts an IPv6 /64 as one peer and forgets the oldest when full", () => {
  const clock = manualClock();
  const tries = createFailedTries(clock);
  for (let n = 0; n < MOST_TRIES; n += 1) tries.note(`2001:db8:0:1::${n}`);
  assert.ok(tries.waitFor("2001:db8:0:1:ffff::1") > 0);
  assert.equal(tries.waitFor("2001:db8:0:2::1"), 0);
  assert.equal(tries.waitFor("::ffff:192.0.2.1"), 0);
  for (let n = 0; n < 10_000; n += 1) tries.note(`10.0.${n >> 8}.${n & 255}`);
  assert.equal(tries.waitFor("2001:db8:0:1::1"), 0);
});

test("a token made here matches its own hash and no other", async () => {
  const [one, other] = [await makeToken("a_b"), await makeToken("a_b")];
  assert.equal(nameInToken(one.token), "a_b");
  const hash = parseTokenHash(one.hash);
  assert.ok(hash !== null);
  assert.equal(await matchesHash(one.token, hash), true);
  assert.equal(await matchesHash(other.token, hash), false);
});

const SALT = Buffer.alloc(16).toString("base64url");
const KEY = Buffer.alloc(32).toString("base64url");
for (const [name, text, good] of [
  ["the usual cost", `scrypt:16384:8:1:${SALT}:${KEY}`, true],
  ["a cost that is no power of two", `scrypt:16383:8:1:${SALT}:${KEY}`, false],
  ["a cost of more than 128 MiB", `scrypt:1048576:8:1:${SALT}:${KEY}`, false],
  ["a cost of nothing", `scrypt:1:8:1:${SALT}:${KEY}`, false],
  ["a short key", `scrypt:16384:8:1:${SALT}:AAAA`, false],
  ["another algorithm", `bcrypt:16384:8:1:${SALT}:${KEY}`, false],
] as const) {
  test(`a hash with ${name} is ${good ? "read" : "refused"}`, () => assert.equal(parseTokenHash(text) !== null, good));
}
