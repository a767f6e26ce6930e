import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ANSWER_TABLES } from "./answer-tables.ts";
import { REQUEST_TABLES } from "./request-tables.ts";

const families = [...Object.entries(REQUEST_TABLES), ...Object.entries(ANSWER_TABLES)];

for (const [family, cases] of families) {
  test(`no name stands twice in ${family}`, () => {
    equal(new Set(cases.map((one) => one.name)).size, cases.length);
  });
}

test("there are more than a thousand cases", () => {
  ok(families.reduce((sum, [, cases]) => sum + cases.length, 0) > 1000);
});
