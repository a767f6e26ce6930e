import assert from "node:assert/strict";
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pairText } from "../../../src/certs/store/pair-file.ts";
import { madeKey, madeLeaf, pairOf } from "../made-pair.ts";
import { opened } from "./store-folder.ts";

const [first, second, third] = (await Promise.all(["one.example", "two.example", "three.example"].map((name) => madeLeaf(name)))).map((leaf) => pairOf(leaf)) as [ReturnType<typeof pairOf>, ReturnType<typeof pairOf>, ReturnType<typeof pairOf>];
const expired = pairOf(await madeLeaf("old.example", { notAfter: Date.UTC(2026, 10, 13) }));
const keyPem = madeKey().privateKey.export({ type: "pkcs8", format: "pem" });
const THUMB = "a".repeat(43);
const token = (index: number): string => `token-${String(index).padStart(20, "0")}`;

/** Every file below a directory with its mode. */
function modes(path: string): string[] {
  return fs.readdirSync(path, { recursive: true, withFileTypes: true }).map((entry) => `${join(entry.parentPath, entry.name).slice(path.length + 1)} ${(fs.statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8)}`).toSorted();
}

test("an empty store has nothing, and makes nothing by being asked", (t) => {
  const { store, directory, faults } = opened(t);
  assert.deepEqual([store.read("edge"), store.state("edge"), store.account("https://ca.example/dir"), store.challenge(token(1)), faults], [null, null, null, null, []]);
  assert.equal(fs.existsSync(directory), false);
});

test("what one process writes another reads at once, and both its files and folders are closed to others", (t) => {
  const { store, other, directory } = opened(t);
  const two = other();
  assert.deepEqual([store.write("edge", first), two.read("edge")], [{ ok: true }, first]);
  assert.deepEqual([two.write("edge", second), store.read("edge")], [{ ok: true }, second]);
  assert.deepEqual([store.writeState("edge", { tries: 3 }), two.state("edge")], [{ ok: true }, { tries: 3 }]);
  store.writeAccount("https://ca.example/dir", { url: null, key: keyPem });
  store.putChallenge(token(1), `${token(1)}.${THUMB}`);
  store.lock("edge", 1000);
  assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
  assert.deepEqual(modes(directory).map((line) => line.replace(/example-[0-9a-f]{16}/, "example-HASH")), [
    "accounts 700", "accounts/ca.example-HASH.json 600", "certificates 700", "certificates/edge 700", "certificates/edge/current.pem 600", "certificates/edge/previous.pem 600",
    "certificates/edge/state.json 600", `challenges 700`, `challenges/${token(1)} 600`, "locks 700", "locks/edge 700", "locks/edge/0000000001.json 600",
  ]);
});

test("the pair before is kept, and no more than that", (t) => {
  const { store, directory } = opened(t);
  for (const pair of [first, second, third, third]) store.write("edge", pair);
  assert.deepEqual(fs.readdirSync(join(directory, "certificates/edge")).toSorted(), ["current.pem", "previous.pem"]);
  assert.equal(fs.readFileSync(join(directory, "certificates/edge/previous.pem"), "utf8"), pairText(second));
});

test("a pair that has run out is read all the same", (t) => {
  const { store } = opened(t);
  store.write("edge", expired);
  assert.deepEqual(store.read("edge"), expired);
});

describe("a broken file is passed over for the pair before, and told once", () => {
  const whole = pairText(second);
  const cases: Record<string, readonly [(path: string) => void, RegExp]> = {
    "empty": [(path) => fs.writeFileSync(path, ""), /it is empty/],
    "cut off in the certificate": [(path) => fs.writeFileSync(path, whole.slice(0, 200)), /cut off/],
    "cut off before the key": [(path) => fs.writeFileSync(path, whole.slice(0, whole.indexOf("-----BEGIN PRIVATE"))), /cut off/],
    "cut off in the key": [(path) => fs.writeFileSync(path, whole.slice(0, -60)), /the key is not there: the file is cut off/],
    "zeros": [(path) => fs.writeFileSync(path, Buffer.alloc(whole.length)), /cut off/],
    "another's key": [(path) => fs.writeFileSync(path, pairText({ cert: second.cert, key: third.key })), /does not belong/],
    "a directory": [(path) => { fs.rmSync(path); fs.mkdirSync(path); }, /a directory/],
    "gone": [(path) => fs.rmSync(path), /it is gone/],
    "endless": [(path) => fs.truncateSync(path, 3 * 1024 * 1024), /larger than/],
  };
  for (const [title, [spoil, why]] of Object.entries(cases)) {
    test(title, (t) => {
      const { store, directory, faults } = opened(t);
      for (const pair of [first, second]) store.write("edge", pair);
      spoil(join(directory, "certificates/edge/current.pem"));
      assert.deepEqual([store.read("edge"), store.read("edge")], [first, first]);
      assert.equal(faults.length, 1);
      assert.match(faults[0] as string, why);
      assert.match(faults[0] as string, /the one before is used/);
      if (title === "a directory") return;
      assert.equal(store.write("edge", third).ok, true);
      assert.deepEqual(store.read("edge"), third);
      assert.equal(fs.readFileSync(join(directory, "certificates/edge/previous.pem"), "utf8"), pairText(first));
    });
  }
  test("both broken: none, and both are told", (t) => {
    const { store, directory, faults } = opened(t);
    for (const pair of [first, second]) store.write("edge", pair);
    for (const name of ["current", "previous"]) fs.writeFileSync(join(directory, `certificates/edge/${name}.pem`), "x");
    assert.equal(store.read("edge"), null);
    assert.equal(faults.length, 2);
  });
});

test("halves that do not belong together are not written", (t) => {
  const { store } = opened(t);
  store.write("edge", first);
  assert.deepEqual(store.write("edge", { cert: second.cert, key: first.key }), { ok: false, reason: "writing certificate 'edge': the key does not belong to the certificate" });
  assert.deepEqual(store.read("edge"), first);
});

test("state that was cut off is none, and is told", (t) => {
  const { store, directory, faults } = opened(t);
  for (const text of ['{"tries"', "[1]", "null", ""]) {
    store.writeState("edge", { tries: 1 });
    assert.deepEqual(store.state("edge"), { tries: 1 });
    fs.writeFileSync(join(directory, "certificates/edge/state.json"), text);
    assert.equal(store.state("edge"), null);
  }
  assert.equal(faults.length, 4);
});

describe("names", () => {
  const bad = ["", ".", "..", "../x", "a/b", "a\\b", "/etc", "a\0b", ".hidden", "a".repeat(65), "con", "NUL.txt", "com1", "ends.", "a b", "ü", "-x", "a\n"];
  test("what is no name touches no file", (t) => {
    const { store, directory } = opened(t);
    for (const name of bad) {
      assert.deepEqual([store.read(name), store.state(name), store.lock(name, 1000), store.write(name, first).ok, store.writeState(name, {}).ok], [null, null, null, false, false], JSON.stringify(name));
    }
    assert.equal(fs.existsSync(directory), false);
  });
  test("those of the other folders are names like others", (t) => {
    const { store } = opened(t);
    for (const name of ["accounts", "locks", "challenges", "certificates", "current.pem", "a.b-c_D1"]) {
      assert.equal(store.write(name, first).ok, true, name);
      assert.deepEqual(store.read(name), first);
    }
  });
});

describe("challenges", () => {
  test("are there for every process until they are dropped", (t) => {
    const { store, other } = opened(t);
    assert.equal(store.putChallenge(token(1), `${token(1)}.${THUMB}`).ok, true);
    assert.equal(other().challenge(token(1)), `${token(1)}.${THUMB}`);
    other().dropChallenge(token(1));
    store.dropChallenge(token(1));
    assert.equal(store.challenge(token(1)), null);
  });
  test("what is no token reads, writes and removes nothing", (t) => {
    const { store, directory } = opened(t);
    store.write("edge", first);
    store.putChallenge(token(1), `${token(1)}.${THUMB}`);
    for (const bad of ["", "short", "../certificates/edge/current.pem", `../challenges/${token(1)}`, "a".repeat(201), `${"a".repeat(30)}/x`, `${"a".repeat(30)}.`, `${"a".repeat(30)}\n`, "%2e%2e%2f".repeat(5)]) {
      assert.deepEqual([store.challenge(bad), store.putChallenge(bad, `${bad}.${THUMB}`).ok], [null, false], JSON.stringify(bad));
      store.dropChallenge(bad);
    }
    assert.deepEqual(fs.readdirSync(join(directory, "challenges")), [token(1)]);
    assert.deepEqual(store.read("edge"), first);
  });
  test("an answer that does not belong to its token is neither written nor read", (t) => {
    const { store, directory } = opened(t);
    for (const bad of [THUMB, `${token(2)}.${THUMB}`, `${token(1)}.short`, `${token(1)}.${THUMB}<script>`]) assert.equal(store.putChallenge(token(1), bad).ok, false, bad);
    store.putChallenge(token(1), `${token(1)}.${THUMB}`);
    fs.writeFileSync(join(directory, "challenges", token(1)), JSON.stringify({ keyAuthorization: `${token(2)}.${THUMB}`, at: 0 }));
    assert.equal(store.challenge(token(1)), null);
  });
  for (const [title, step] of [["a day old", 25 * 3_600_000], ["of a clock that was ahead", -25 * 3_600_000]] as const) {
    test(`those that are ${title} are swept away with the next`, (t) => {
      const { store, clock, directory } = opened(t);
      store.putChallenge(token(1), `${token(1)}.${THUMB}`);
      clock.stepWall(step);
      store.putChallenge(token(2), `${token(2)}.${THUMB}`);
      assert.deepEqual(fs.readdirSync(join(directory, "challenges")), [token(2)]);
    });
  }
  test("there are never more than a thousand, and the newest stay", (t) => {
    const { store, clock, directory } = opened(t);
    store.putChallenge(token(0), `${token(0)}.${THUMB}`);
    const at = clock.wall();
    for (let index = 1; index <= 1005; index++) fs.writeFileSync(join(directory, "challenges", token(index)), JSON.stringify({ keyAuthorization: `${token(index)}.${THUMB}`, at: at + index }));
    clock.advance(2000);
    store.putChallenge(token(9999), `${token(9999)}.${THUMB}`);
    assert.equal(fs.readdirSync(join(directory, "challenges")).length, 1000);
    assert.deepEqual([store.challenge(token(9999)) !== null, store.challenge(token(1005)) !== null, store.challenge(token(3))], [true, true, null]);
  });
});

describe("accounts", () => {
  test("each authority has its own, by its whole address", (t) => {
    const { store, other } = opened(t);
    const places = ["https://ca.example/directory", "https://ca.example/staging", "https://ca.example:14000/directory", "https://../../../x", "no address"];
    for (const [index, place] of places.entries()) assert.deepEqual(store.writeAccount(place, { url: index === 0 ? null : `https://ca.example/acct/${index}`, key: keyPem }), { ok: true });
    assert.deepEqual(places.map((place) => other().account(place)?.url), [null, ...[1, 2, 3, 4].map((index) => `https://ca.example/acct/${index}`)]);
    assert.deepEqual(store.forgetAccount(places[0] as string), { ok: true });
    assert.deepEqual([other().account(places[0] as string), other().account(places[1] as string)?.key], [null, keyPem]);
  });
  test("one that is cut off, another authority's, or without a key is none, and is told", (t) => {
    const { store, directory, faults } = opened(t);
    const place = "https://ca.example/directory";
    const spoilt = [(text: string) => text.slice(0, 100), (text: string) => text.replace("ca.example", "other.example"), (text: string) => text.replaceAll(/[A-Za-z0-9+/]{60}/g, "A")];
    for (const spoil of spoilt) {
      store.writeAccount(place, { url: "https://ca.example/1", key: keyPem });
      assert.notEqual(store.account(place), null);
      const [name] = fs.readdirSync(join(directory, "accounts"));
      const path = join(directory, "accounts", name as string);
      fs.writeFileSync(path, spoil(fs.readFileSync(path, "utf8")));
      assert.equal(store.account(place), null);
    }
    assert.match(faults[0] as string, /accounts\/ca\.example-/);
    assert.equal(store.writeAccount(place, { url: null, key: "no key" }).ok, false);
  });
});

test("drafts of killed writers are swept away: old ones, and all beyond eight", (t) => {
  const { store, directory } = opened(t);
  store.write("edge", first);
  const room = join(directory, "certificates/edge");
  const drafts = Array.from({ length: 12 }, (_, index) => join(room, `.current.pem.${index.toString(16).padStart(12, "0")}`));
  for (const [index, path] of drafts.entries()) {
    fs.writeFileSync(path, "x");
    if (index < 3) fs.utimesSync(path, new Date(Date.now() - 3_600_000), new Date(Date.now() - 3_600_000));
  }
  fs.writeFileSync(join(room, ".note"), "mine");
  store.write("edge", second);
  const left = fs.readdirSync(room).filter((name) => name.startsWith(".current"));
  assert.equal(left.length, 8);
  for (const index of [0, 1, 2]) assert.equal(fs.existsSync(drafts[index] as string), false);
  assert.ok(fs.existsSync(join(room, ".note")));
});

test("writable writes and leaves nothing behind", (t) => {
  const { store, directory } = opened(t);
  assert.deepEqual(store.writable(), { ok: true });
  assert.deepEqual(fs.readdirSync(directory), []);
});

test("a store that stands where a file is says so, and answers nothing", (t) => {
  const { directory } = opened(t);
  fs.writeFileSync(directory, "x");
  const { store } = opened(t, directory);
  for (const done of [store.writable(), store.write("edge", first), store.writeState("edge", {}), store.putChallenge(token(1), `${token(1)}.${THUMB}`)]) {
    assert.equal(done.ok, false);
    assert.match(done.ok ? "" : done.reason, /making '/);
  }
  assert.deepEqual([store.read("edge"), store.lock("edge", 1000)], [null, null]);
});
