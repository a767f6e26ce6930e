import assert from "node:assert/strict";
import { test } from "node:test";
import { createRegions } from "../../src/upstream/regions.ts";

/** Regions written `name` with a mark: `-` no endpoint stands. */
function site(marks: Readonly<Record<string, string>>) {
  const fallback: Readonly<Record<string, string[]>> = { guangdong: ["beijing", "shanghai"], beijing: ["beijing", "atlantis"], shanghai: [] };
  return createRegions(["beijing", "guangdong", "shanghai"].map((name) => ({ name, fallback: fallback[name] ?? [], isUp: () => marks[name] !== "-" })));
}

const read = { mayCross: true };
const submit = { mayCross: false };

const cases: readonly [name: string, marks: Record<string, string>, home: string, call: typeof read, want: string[]][] = [
  ["a healthy home comes first, its fallback regions stand by", {}, "guangdong", read, ["guangdong", "beijing", "shanghai"]],
  ["no endpoint stands: reads go to the fallback regions first", { guangdong: "-" }, "guangdong", read, ["beijing", "shanghai", "guangdong"]],
  ["a fallback region that is down does not stand by", { beijing: "-" }, "guangdong", read, ["guangdong", "shanghai"]],
  ["a fallback region that is down is left out", { guangdong: "-", beijing: "-" }, "guangdong", read, ["shanghai", "guangdong"]],
  ["all down: home is the last resort", { guangdong: "-", beijing: "-", shanghai: "-" }, "guangdong", read, ["guangdong"]],
  ["submissions stay at home", {}, "guangdong", submit, ["guangdong"]],
  ["submissions stay at home when it is down", { guangdong: "-" }, "guangdong", submit, ["guangdong"]],
  ["itself and unknown names are no fallback", { beijing: "-" }, "beijing", read, ["beijing"]],
  ["no fallback regions", { shanghai: "-" }, "shanghai", read, ["shanghai"]],
  ["an unknown home gives none", {}, "atlantis", read, []],
];

for (const [name, marks, home, call, want] of cases) {
  test(`candidates: ${name}`, () => assert.deepEqual(site(marks).candidates(home, call).map((region) => region.name), want));
}

test("a home without fallback regions gives the same list each time", () => {
  const regions = site({});
  assert.equal(regions.candidates("shanghai", read), regions.candidates("shanghai", submit));
});
