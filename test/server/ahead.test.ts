import assert from "node:assert/strict";
import { test } from "node:test";
import { Ahead } from "../../src/server/ahead.ts";
import { sourceOf } from "./started.ts";

const PIECE = new Uint8Array(64 * 1024);

/** A source that counts what was asked of it; `lets` are resolved one by one where they are given. */
function counting(pieces: number, isLate = false) {
  const count = { reads: 0 };
  const source = sourceOf(() => {
    const piece = count.reads++ < pieces ? PIECE : null;
    return isLate ? Promise.resolve(piece) : piece;
  });
  return { source, count };
}

async function rest(ahead: Ahead): Promise<number> {
  let pieces = 0;
  for (let piece = await ahead.next(); piece !== null; piece = await ahead.next()) pieces++;
  return pieces;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

for (const isLate of [false, true]) {
  test(`an answer ${isLate ? "that comes in its time" : "that is there"} is read ahead up to a bound, and given whole and in order`, async () => {
    const { source, count } = counting(20, isLate);
    const ahead = new Ahead(source);
    assert.ok(await ahead.next());
    assert.equal(count.reads, 1);
    ahead.fill();
    for (let i = 0; i < 50; i++) await turn();
    assert.equal(count.reads, 5);
    assert.equal(await rest(ahead), 19);
  });

  test(`a small answer ${isLate ? "that comes in its time" : "that is there"} is read to its end while its client is slow`, async () => {
    const { source, count } = counting(2, isLate);
    const ahead = new Ahead(source);
    await ahead.next();
    ahead.fill();
    for (let i = 0; i < 10; i++) await turn();
    assert.equal(count.reads, 3);
    assert.equal(await rest(ahead), 1);
    assert.equal(count.reads, 3);
  });
}

test("a fault of the platform comes after what was there before it", async () => {
  let reads = 0;
  const ahead = new Ahead(sourceOf(() => (reads++ < 2 ? PIECE : Promise.reject(new Error("gone")))));
  await ahead.next();
  ahead.fill();
  await turn();
  assert.equal(await ahead.next(), PIECE);
  await assert.rejects(async () => ahead.next(), /gone/);
});

test("what all hold together is bounded, and is given back", () => {
  const all = Array.from({ length: 700 }, () => new Ahead(counting(100).source));
  const held = (): number => all.reduce((sum, { held }) => sum + held, 0);
  for (const ahead of all) ahead.fill();
  assert.ok(held() <= 128 * 1024 * 1024 + PIECE.byteLength, String(held()));
  assert.ok(held() > 120 * 1024 * 1024);
  for (const ahead of all) ahead.letGo();
  assert.equal(held(), 0);
  const another = new Ahead(counting(100).source);
  another.fill();
  assert.equal(another.held, 256 * 1024);
  another.letGo();
});
