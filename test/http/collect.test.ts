import assert from "node:assert/strict";
import { test } from "node:test";
import { bounded } from "../../src/http/bounded.ts";
import { collect } from "../../src/http/collect.ts";
import { BodyFault, NO_BODY, type BodySource } from "../../src/http/message.ts";

type Piece = string | BodyFault;

/** A body of these pieces; `late` gives each one after a turn. */
function bodyOf(pieces: readonly Piece[], { length = null as number | null, late = false } = {}) {
  const left = [...pieces];
  let reads = 0;
  const now = (): Uint8Array | null => {
    const piece = left.shift();
    if (piece instanceof BodyFault) throw piece;
    return piece === undefined ? null : Buffer.from(piece);
  };
  const source: BodySource = {
    length,
    read() {
      reads++;
      return late ? Promise.resolve().then(now) : now();
    },
    cancel: () => undefined,
    trailers: () => ["X", "1"],
  };
  return { source, reads: () => reads };
}

const isFault = (reason: string) => (fault: unknown) => fault instanceof BodyFault && fault.reason === reason;

for (const late of [false, true]) {
  const when = late ? "that come later" : "that are there";
  test(`pieces ${when} become one body`, async () => {
    assert.deepEqual(await collect(bodyOf(["ab", "", "c"], { late }).source, 3), { kind: "bytes", bytes: Buffer.from("abc") });
    assert.deepEqual(await collect(bodyOf(["ab"], { late }).source, 3), { kind: "bytes", bytes: Buffer.from("ab") });
    assert.equal(await collect(bodyOf([], { late }).source, 3), NO_BODY);
    assert.equal(await collect(bodyOf([""], { late }).source, 0), NO_BODY);
  });

  test(`one byte too many in pieces ${when} is too large, and no more is read`, async () => {
    const one = bodyOf(["ab", "cd", "ef"], { late });
    await assert.rejects(collect(one.source, 3), isFault("too-large"));
    assert.equal(one.reads(), 2);
  });

  test(`a bound on pieces ${when} lets exactly that much pass`, async () => {
    const { source } = bodyOf(["ab", "c"], { late });
    assert.deepEqual(await collect(bounded(source, 3), 100), { kind: "bytes", bytes: Buffer.from("abc") });
    await assert.rejects(collect(bounded(bodyOf(["ab", "cd"], { late }).source, 3), 100), isFault("too-large"));
  });

  test(`a fault among pieces ${when} is handed on`, async () => {
    await assert.rejects(collect(bodyOf(["ab", new BodyFault("aborted", "gone")], { late }).source, 100), isFault("aborted"));
    await assert.rejects(collect(bounded(bodyOf([new BodyFault("timeout", "late")], { late }).source, 3), 100), isFault("timeout"));
  });
}

test("a length that is too large is refused before anything is read", async () => {
  const one = bodyOf(["abcd"], { length: 4 });
  await assert.rejects(collect(one.source, 3), isFault("too-large"));
  assert.equal(one.reads(), 0);
});

test("a bound keeps length, trailers and cancelling", () => {
  let cancelled = 0;
  const { source } = bodyOf(["a"], { length: 1 });
  const one = bounded({ ...source, cancel: () => void cancelled++ }, 5);
  one.cancel();
  assert.deepEqual([one.length, one.trailers(), cancelled], [1, ["X", "1"], 1]);
});
