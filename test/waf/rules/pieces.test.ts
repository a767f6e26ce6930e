import assert from "node:assert/strict";
import { test } from "node:test";
import { isLong, nextPiece, pieceAt, squeezed } from "../../../src/waf/rules/pieces.ts";

function piecesOf(value: string): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < value.length; from = nextPiece(value, from)) pieces.push(pieceAt(value, from));
  return pieces;
}

test("pieces hold all of a value, share enough with their neighbours, and are not long themselves", () => {
  for (const value of ["word ".repeat(20_000), "x".repeat(100_000), `${"y".repeat(30_000)} ${"z".repeat(3)}`]) {
    const numbered = Array.from(value, (sign, at) => (at % 500 === 0 ? "#" : sign)).join("");
    let reached = 0;
    for (let from = 0; from < numbered.length; from = nextPiece(numbered, from)) {
      const piece = pieceAt(numbered, from);
      const own = piece.replace(/^\u7eed /, "").replace(/ \u7eed$/, "");
      assert.ok(numbered.startsWith(own, from) && !isLong(piece));
      assert.ok(from === 0 || reached - from >= 2000, `${reached - from} shared`);
      reached = from + own.length;
    }
    assert.equal(reached, numbered.length);
    assert.ok(piecesOf(numbered).length <= Math.ceil(numbered.length / 12_000) + 1);
  }
});

test("no piece but the first and the last has an end of the value", () => {
  const pieces = piecesOf(`start ${"word ".repeat(20_000)}stop`);
  assert.deepEqual([pieces.filter((piece) => piece.startsWith("start")).length, pieces.filter((piece) => piece.endsWith("stop")).length], [1, 1]);
  assert.ok(pieces.slice(1).every((piece) => piece.startsWith("\u7eed ")) && pieces.slice(0, -1).every((piece) => piece.endsWith(" \u7eed")));
});

const SQUEEZED: readonly (readonly [string, string])[] = [
  [`a${" ".repeat(5000)}b`, `a${" ".repeat(32)}b`],
  [`a\n${" ".repeat(5000)}b`, `a\n${" ".repeat(31)}b`],
  [`or/*${"x".repeat(5000)}*/1`, "or/**/1"],
  [`or/*!50000${"x".repeat(500)}*/1`, `or/*!50000${"x".repeat(500)}*/1`],
  [`a/*${"x".repeat(5000)}`, `a/*${"x".repeat(5000)}`],
  ["a /* b */ c  d", "a /* b */ c  d"],
];

for (const [value, short] of SQUEEZED) {
  test(`${JSON.stringify(value.slice(0, 12))}… keeps what it says`, () => assert.equal(squeezed(value), short));
}

test("a value is squeezed in a time that grows with its length", () => {
  for (const piece of ["/*", "*/", "/* */", " ", "/*!", " x"]) {
    const began = performance.now();
    squeezed(piece.repeat(1_000_000));
    assert.ok(performance.now() - began < 1500, JSON.stringify(piece));
  }
});
