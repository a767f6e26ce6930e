import assert from "node:assert/strict";
import { test } from "node:test";
import { whyClosed } from "../../src/app/listeners.ts";

for (const [code, port, said] of [
  ["EADDRINUSE", 80, /^another program has this port$/],
  ["EACCES", 80, /^this user may not use this port: those below 1024 need the right CAP_NET_BIND_SERVICE/],
  ["EACCES", 8080, /^this user may not use this port$/],
  ["EADDRNOTAVAIL", 80, /^EADDRNOTAVAIL$/],
] as const) {
  test(`port ${port} that cannot be had for ${code} says ${said.source}`, () => assert.match(whyClosed(code, port), said));
}
