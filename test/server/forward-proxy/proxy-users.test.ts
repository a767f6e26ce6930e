import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { makeToken, type TokenHash } from "../../../src/base/token.ts";
import { proxyUsers, type ProxyUser } from "../../../src/server/forward-proxy/proxy-users.ts";

const HASH = "scrypt:16384:8:1:c2FsdHNhbHRzYWx0c2FsdA:a2V5a2V5a2V5a2V5a2V5a2V5a2V5a2V5";
const basic = (name: string, password: string): string[] => ["Proxy-Authorization", `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`];

/** The users `billing` and `erp`, whose password is `right`; checks are counted and wait for `let`. */
function counted() {
  const clock = manualClock();
  const checks: { readonly finish: () => void }[] = [];
  let done = 0;
  const matches = (token: string, { salt }: TokenHash): Promise<boolean> => new Promise((resolve) => checks.push({ finish: () => (done++, resolve(token === "right" && Buffer.from(salt).toString() === "saltsaltsaltsalt")) }));
  const users = proxyUsers([{ name: "billing", hash: HASH }, { name: "erp", hash: HASH }], { clock, matches });
  const settle = async (): Promise<void> => {
    for (let at = 0; at < checks.length; at++) {
      checks[at]?.finish();
      // What waited for its turn takes it some ticks later.
      for (let tick = 0; tick < 10; tick++) await Promise.resolve();
    }
    checks.length = 0;
  };
  return { clock, users, checks, settle, done: () => done };
}

test("credentials are known by their name and token, and by nothing else", async () => {
  const { token, hash } = await makeToken("billing");
  const users = proxyUsers([{ name: "billing", hash }], { clock: manualClock() });
  const cases: readonly (readonly [readonly string[], string])[] = [
    [basic("billing", token), "known"],
    [basic("billing", `${token}x`), "wrong"],
    [basic("erp", token), "wrong"],
    [basic("", token), "wrong"],
    [["proxy-authorization", `bAsIc  ${Buffer.from(`billing:${token}`).toString("base64")}`], "known"],
    [["Proxy-Authorization", `Bearer ${token}`], "wrong"],
    [["Proxy-Authorization", "Basic"], "wrong"],
    [["Proxy-Authorization", "Basic !!!"], "wrong"],
    [["Proxy-Authorization", `Basic ${"A".repeat(2000)}`], "wrong"],
    [[...basic("billing", token), ...basic("billing", token)], "wrong"],
    [["Authorization", `Basic ${Buffer.from(`billing:${token}`).toString("base64")}`], "missing"],
    [[], "missing"],
  ];
  for (const [headers, want] of cases) assert.equal((await users(headers, "10.0.0.9")).kind, want, headers.join(": "));
});

test("without users everyone is let through, at once", () => {
  assert.deepEqual(proxyUsers([], { clock: manualClock() })([], "10.0.0.1"), { kind: "known", name: null });
});

test("what was right is not hashed again for five minutes, and many at once are checked once", async () => {
  const { clock, users, checks, settle, done } = counted();
  const all = Array.from({ length: 50 }, () => users(basic("billing", "right"), "10.0.0.1"));
  assert.equal(checks.length, 1);
  await settle();
  for (const one of all) assert.deepEqual(await one, { kind: "known", name: "billing" });
  assert.deepEqual(users(basic("billing", "right"), "10.0.0.2"), { kind: "known", name: "billing" });
  assert.equal(done(), 1);
  clock.advance(5 * 60_000);
  assert.ok(users(basic("billing", "right"), "10.0.0.1") instanceof Promise);
});

test("another name with the same password is checked for itself", async () => {
  const { users, settle } = counted();
  const first = users(basic("billing", "right"), "10.0.0.1");
  await settle();
  await first;
  const second = users(basic("erp", "right"), "10.0.0.1");
  assert.ok(second instanceof Promise);
  await settle();
  assert.deepEqual(await second, { kind: "known", name: "erp" });
});

test("an unknown name costs a check like a known one", async () => {
  const { users, settle, done } = counted();
  const one = users(basic("nobody", "right"), "10.0.0.1");
  await settle();
  assert.equal((await one).kind, "wrong");
  assert.equal(done(), 1);
});

test("ten wrong tries shut an address out of checks for the rest of the minute, but not what is remembered", async () => {
  const { clock, users, settle, done } = counted();
  const right = users(basic("billing", "right"), "10.0.0.1");
  await settle();
  await right;
  for (let index = 0; index < 10; index++) {
    const one = users(basic("billing", `wrong-${index}`), "10.0.0.1");
    await settle();
    assert.equal((await one).kind, "wrong");
  }
  assert.deepEqual(users(basic("billing", "wrong-again"), "10.0.0.1"), { kind: "wait", seconds: 60 });
  assert.equal((users(basic("billing", "right"), "10.0.0.1") as ProxyUser).kind, "known");
  assert.equal(done(), 11);
  assert.ok(users(basic("billing", "wrong-elsewhere"), "10.0.0.2") instanceof Promise);
  clock.advance(60_000);
  assert.ok(users(basic("billing", "wrong-later"), "10.0.0.1") instanceof Promise);
});

test("two checks run at a time, thirty more wait for them, the rest is asked to come again", async () => {
  const { users, checks, settle } = counted();
  const all = Array.from({ length: 32 }, (_, index) => users(basic("billing", `guess-${index}`), `10.0.${index}.1`));
  await Promise.resolve();
  assert.equal(checks.length, 2);
  assert.deepEqual(users(basic("billing", "guess-33"), "10.0.99.1"), { kind: "wait", seconds: 1 });
  await settle();
  for (const one of all) assert.equal((await one).kind, "wrong");
  assert.ok(users(basic("billing", "guess-34"), "10.0.99.1") instanceof Promise);
});
