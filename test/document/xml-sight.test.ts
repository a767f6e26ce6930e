import assert from "node:assert/strict";
import { test } from "node:test";
import { parseXmlPath } from "../../src/document/xml-path.ts";
import { sightXml } from "../../src/document/xml-sight.ts";

const MESSAGE = "<m><r><a/></r><r><b/></r><r><a/><a/></r></m>";

const CASES: readonly (readonly [at: string, anywhere: boolean, seen: number | "missing" | "ambiguous"])[] = [
  ["/m/r/a", true, 3],
  ["/m/r/b", true, 1],
  ["/m/r/c", true, "missing"],
  ["/m/r", true, 3],
  ["/m/r[2]/a", true, "missing"],
  ["/m/r/a", false, "ambiguous"],
  ["/m/r/c", false, "ambiguous"],
  ["/m/r[3]/a", false, 2],
  ["/m/r[2]/b", false, 1],
];

for (const [at, anywhere, seen] of CASES) {
  test(`${at}${anywhere ? " anywhere" : ""}: ${seen}`, () => {
    const [sight] = sightXml(MESSAGE, [{ path: parseXmlPath(at) ?? assert.fail(), anywhere }]);
    assert.equal(sight?.kind === "seen" ? sight.count : sight?.kind, seen);
  });
}
