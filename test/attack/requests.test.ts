import { deepEqual } from "node:assert/strict";
import { describe, test } from "node:test";
import { laneOfThisFile } from "./attack-lane.ts";
import { REQUEST_TABLES } from "./request-tables.ts";
import { runRequestCase } from "./run-request-case.ts";

const running = laneOfThisFile();

for (const [family, cases] of Object.entries(REQUEST_TABLES)) {
  describe(`requests, ${family}: nothing ambiguous is passed on, nothing valid is refused`, () => {
    for (const one of cases) {
      test(one.name, async () => {
        const { taxgate, upstream } = running();
        deepEqual(await runRequestCase(one, taxgate.port("plain"), upstream), []);
      });
    }
  });
}
