import { systemClock } from "../../src/base/clock.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";

// Run as a process of its own by sandbox-process.ts: `sandbox-program.ts NAME SEED [KIND]`. Prints where it listens, and ends with
// its input, so that it never outlives the drill.

const [name = "", seed = "", kind = "generic-json"] = process.argv.slice(2);
const sandbox = await startSandbox({ name, kind, seed: Number(seed), clock: systemClock });
process.stdout.write(`${JSON.stringify({ origin: sandbox.origin, controlOrigin: sandbox.controlOrigin })}\n`);
process.stdin.resume().once("end", () => void sandbox.stop().then(() => process.exit(0)));
