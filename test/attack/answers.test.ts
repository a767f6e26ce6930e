import { deepEqual } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startRecordingUpstream, type RecordingUpstream } from '../support/recording-upstream.ts';
import { startTaxgate, type RunningTaxgate } from '../support/taxgate.ts';
import { attackYaml } from './attack-yaml.ts';
import { ANSWER_TABLES } from './answer-tables.ts';
import { runAnswerCase } from './run-answer-case.ts';

let upstream: RecordingUpstream;
let taxgate: RunningTaxgate;

before(async () => {
  upstream = await startRecordingUpstream();
  taxgate = await startTaxgate(attackYaml({ upstreamPort: upstream.port }));
});

after(async () => {
  await taxgate.stop();
  await upstream.close();
});

for (const [family, cases] of Object.entries(ANSWER_TABLES)) {
  describe(`answers, ${family}: no cut-off body arrives complete, nothing valid is lost`, () => {
    for (const one of cases) {
      test(one.name, async () => {
        deepEqual(await runAnswerCase(one, taxgate.port('plain'), upstream), []);
      });
    }
  });
}
