import { deepEqual } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startRecordingUpstream, type RecordingUpstream } from '../support/recording-upstream.ts';
import { startTaxgate, type RunningTaxgate } from '../support/taxgate.ts';
import { attackYaml } from './attack-yaml.ts';
import { REQUEST_TABLES } from './request-tables.ts';
import { runRequestCase } from './run-request-case.ts';

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

for (const [family, cases] of Object.entries(REQUEST_TABLES)) {
  describe(`requests, ${family}: nothing ambiguous is passed on, nothing valid is refused`, () => {
    for (const one of cases) {
      test(one.name, async () => {
        deepEqual(await runRequestCase(one, taxgate.port('plain'), upstream), []);
      });
    }
  });
}
