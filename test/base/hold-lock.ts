import { lockState } from "../../src/base/state-lock.ts";

// Takes the lock of the directory it is given, says so, and waits to be killed.
const taken = lockState(process.argv[2] ?? "");
process.stdout.write(taken.ok ? "taken\n" : `refused: ${taken.why}\n`);
if (taken.ok) process.stdin.resume();
