import { deepEqual } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** Rows of the table of what the journal must survive. */
const ROWS = 30;
test("every row of the table has its tests here", () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const texts = readdirSync(folder).filter((name) => name.endsWith(".test.ts")).map((name) => readFileSync(`${folder}${name}`, "utf8"));
  const tested = new Set(texts.flatMap((text) => [...text.matchAll(/"row (\d+)[:"]|`row (\d+):/g)].map(([, quoted, templated]) => Number(quoted ?? templated))));
  const all = Array.from({ length: ROWS }, (_, i) => i + 1);
  deepEqual([...tested].toSorted((a, b) => a - b), all);
});
