import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import type { Done } from "../../src/base/files.ts";
import type { Epoch } from "../../src/journal/epoch.ts";
import { createWitnessKeeper, readWitness, writeWitness } from "../../src/journal/witness.ts";

const EPOCH: Epoch = { journal: "j", number: 3, life: "l3", mark: 10 };

function file(t: TestContext): string {
  const path = fs.mkdtempSync(join(tmpdir(), "taxgate-witness-"));
  t.after(() => fs.rmSync(path, { recursive: true }));
  return join(path, "journal.epoch");
}

test("a witness is read as it was written, and closed to others", (t) => {
  const path = file(t);
  assert.deepEqual(writeWitness(path, EPOCH, 1_790_000_000_000.7), { ok: true });
  assert.deepEqual(readWitness(path), { ...EPOCH, writtenAt: 1_790_000_000_000 });
  assert.equal(fs.statSync(path).mode & 0o777, 0o600);
});

const GOLDEN = '{"format":1,"journal":"j","number":3,"life":"l3","mark":10,"writtenAt":1790000000000}\n';
const readings = [
  { what: "of this version", text: GOLDEN, kind: { ...EPOCH, writtenAt: 1_790_000_000_000 } },
  { what: "with a member of a later version", text: GOLDEN.replace("}", ',"more":[1]}'), kind: { ...EPOCH, writtenAt: 1_790_000_000_000 } },
  { what: "of a later format", text: GOLDEN.replace('"format":1', '"format":2'), kind: "damaged" },
  { what: "cut short", text: GOLDEN.slice(0, 40), kind: "damaged" },
  { what: "empty", text: "", kind: "damaged" },
  { what: "with a number that is none", text: GOLDEN.replace('"mark":10', '"mark":1e400'), kind: "damaged" },
  { what: "with a time beyond the calendar", text: GOLDEN.replace("1790000000000", "9000000000000000"), kind: "damaged" },
  { what: "too long", text: GOLDEN + " ".repeat(5000), kind: "damaged" },
];
for (const { what, text, kind } of readings) {
  test(`a witness ${what} is ${typeof kind === "string" ? kind : "read"}`, (t) => {
    const path = file(t);
    fs.writeFileSync(path, text);
    assert.deepEqual(readWitness(path), kind);
  });
}

test("a file that is not there is missing, and one that cannot be read is damaged", (t) => {
  const path = file(t);
  assert.equal(readWitness(path), "missing");
  fs.mkdirSync(path);
  assert.equal(readWitness(path), "damaged");
  const done = writeWitness(path, EPOCH, 1);
  assert.equal(done.ok, false);
  assert.deepEqual(fs.readdirSync(join(path, "..")), ["journal.epoch"]);
});

function keeper(results: Done[] = []) {
  const clock = manualClock(1000);
  const written: string[] = [];
  const reported: boolean[] = [];
  const write = ({ number, mark }: Epoch, at: number): Done => {
    written.push(`${number}/${mark} at ${at}`);
    return results.shift() ?? { ok: true };
  };
  return { clock, written, reported, keeper: createWitnessKeeper(EPOCH, { clock, write, wrote: ({ ok }) => reported.push(ok), pace: 10_000 }) };
}

test("the first commit after a rest is told at once, those that follow together, and nothing while nothing happens", () => {
  const { clock, written, keeper: kept } = keeper();
  clock.advance(60_000);
  assert.deepEqual(written, []);
  kept.committed(11);
  kept.committed(12);
  clock.advance(9999);
  kept.committed(13);
  assert.deepEqual(written, ["3/11 at 61000"]);
  clock.advance(1);
  assert.deepEqual(written, ["3/11 at 61000", "3/13 at 71000"]);
  clock.advance(600_000);
  assert.equal(written.length, 2);
  assert.equal(clock.pending(), 0);
  kept.committed(14);
  assert.equal(written.at(-1), "3/14 at 671000");
});

test("closing tells what was not told yet, and leaves no timer", () => {
  const { clock, written, keeper: kept } = keeper();
  kept.committed(11);
  kept.committed(12);
  assert.deepEqual(kept.close(), { ok: true });
  assert.deepEqual(written, ["3/11 at 1000", "3/12 at 1000"]);
  kept.close();
  assert.equal(written.length, 2);
  assert.equal(clock.pending(), 0);
});

test("a write that failed is reported and tried again, also at the close", () => {
  const no: Done = { ok: false, reason: "no space left" };
  const { clock, written, reported, keeper: kept } = keeper([no, no, no]);
  kept.committed(11);
  clock.advance(20_000);
  assert.deepEqual(reported, [false, false, false]);
  assert.deepEqual(kept.close(), { ok: true });
  assert.equal(written.at(-1), "3/11 at 21000");
});

test("another epoch that could not be written is written later, with the newest mark", () => {
  const { clock, written, keeper: kept } = keeper([{ ok: true }, { ok: false, reason: "no space left" }]);
  kept.committed(11);
  clock.advance(10_000);
  assert.equal(kept.enter({ ...EPOCH, number: 4, life: "l4" }).ok, false);
  clock.advance(10_000);
  assert.deepEqual(written, ["3/11 at 1000", "4/11 at 11000", "4/11 at 21000"]);
});

test("another epoch is written at once, and kept by the commits that follow", () => {
  const { clock, written, keeper: kept } = keeper();
  assert.deepEqual(kept.enter({ ...EPOCH, number: 4, life: "l4" }), { ok: true });
  kept.committed(11);
  clock.advance(10_000);
  assert.deepEqual(written, ["4/10 at 1000", "4/11 at 1000"]);
});
