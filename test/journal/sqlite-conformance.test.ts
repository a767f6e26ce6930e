import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { deriveSealKeys } from "../../src/base/seal.ts";
import { describeItems } from "./items-conformance.ts";
import { describeProvisional } from "./learn-store-conformance.ts";
import { openTestStore } from "./sqlite-store.ts";
import { describeStore } from "./store-conformance.ts";

const directory = mkdtempSync(join(tmpdir(), "taxgate-journal-"));
after(() => rmSync(directory, { recursive: true, force: true }));

let opened = 0;
const keys = {
  "store on SQLite": [],
  "store on SQLite, sealed": deriveSealKeys({ cipher: "aes-256-gcm", keys: [{ id: "1", key: "a long secret of the test" }] }, "journal"),
};
for (const [name, sealKeys] of Object.entries(keys)) {
  for (const describe of [describeStore, describeItems, describeProvisional]) {
    describe(name, async () => {
      const clock = manualClock();
      opened += 1;
      return { store: await openTestStore(join(directory, String(opened)), { clock, sealKeys }), clock };
    });
  }
}
