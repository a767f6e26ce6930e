import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Every piece of a streamed body is a buffer of its own outside the JavaScript heap, and V8 looks for dead ones only
 * after twice its young generation, 32 MiB. A young collection takes about a millisecond: asked for after so many
 * bytes it costs a tenth of a per cent and keeps a large upload from growing the process.
 */
const EVERY_BYTES = 6 * 1024 * 1024;

type Collect = (options: { readonly type: "minor" }) => void;

let collect: Collect | null = null;
let since = 0;

/** Takes note of bytes that were streamed through; one process has one heap, so this is counted for all together. */
export function noteStreamed(bytes: number): void {
  since += bytes;
  if (since < EVERY_BYTES) return;
  since = 0;
  collect ??= exposed();
  collect({ type: "minor" });
}

/** V8 hands its collector only to contexts made after the flag is set. */
function exposed(): Collect {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return typeof found === "function" ? (found as Collect) : () => undefined;
}
