import { readFileSync } from "node:fs";
import { systemClock } from "../../../src/base/clock.ts";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { createDirectoryStore } from "../../../src/certs/store/directory-store.ts";

/* Run by tests: writes pairs one after another until it is killed, or says what one round of everything gives. */

const [directory = "", file = "", once] = process.argv.slice(2);
const pairs = JSON.parse(readFileSync(file, "utf8")) as KeyPair[];
const store = createDirectoryStore({ directory, holder: "a test", clock: systemClock });

if (once === "once") {
  process.stdout.write(JSON.stringify({ writable: store.writable(), write: store.write("edge", pairs[1] as KeyPair), state: store.writeState("edge", { tries: 1 }), lock: store.lock("edge", 1000) !== null, read: store.read("edge") }));
} else {
  // A test that has failed may not come to kill it.
  for (let round = 0; process.uptime() < 20; round++) {
    store.write("edge", pairs[round % pairs.length] as KeyPair);
    store.writeState("edge", { round, filling: "x".repeat(2000) });
    if (round === 0) process.stdout.write("writing\n");
  }
}
