import { deepEqual } from "node:assert/strict";
import { describe, test } from "node:test";
import { laneOfThisFile } from "./attack-lane.ts";
import { ANSWER_TABLES } from "./answer-tables.ts";
import { runAnswerCase } from "./run-answer-case.ts";

const running = laneOfThisFile();

for (const [family, cases] of Object.entries(ANSWER_TABLES)) {
  describe(`answers, ${family}: no cut-off body arrives complete, nothing valid is lost`, () => {
    for (const one of cases) {
      test(one.name, async () => {
        const { taxgate, upstream } = running();
        deepEqual(await runAnswerCase(one, taxgate.port("plain"), upstream), []);
      });
    }
  });
}
