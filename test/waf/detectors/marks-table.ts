import assert from "node:assert/strict";
import type { Detector } from "../../../src/waf/detectors/detector.ts";
import { marksOf } from "./look.ts";

/** Values by the mark that a detector must tell of each of them; under "" those of which it must tell nothing. */
export type MarksTable = Readonly<Record<string, readonly string[]>>;

/** Asserts the table; a value may have other marks too, but those under "" none. */
export function assertMarks(detector: Detector, table: MarksTable): void {
  const wrong: string[] = [];
  for (const [mark, values] of Object.entries(table)) {
    for (const value of values) {
      const marks = marksOf(detector, value);
      const isRight = mark === "" ? marks.length === 0 : marks.includes(mark);
      if (!isRight) wrong.push(`${JSON.stringify(value)} is told ${JSON.stringify(marks)} instead of "${mark}"`);
      assert.equal(new Set(marks).size, marks.length, `a mark is told twice of ${value}`);
      for (const told of marks) assert.ok(told in detector.marks, `"${told}" is not in the list of marks`);
    }
  }
  assert.deepEqual(wrong, []);
}
