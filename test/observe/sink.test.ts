import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { createSink } from "../../src/observe/sink.ts";

function setUp(answers = true) {
  const clock = manualClock();
  const written: string[] = [];
  const writer = { write: (text: string) => written.push(text), flush: (done: () => void) => void (answers && done()), flushSync: () => undefined };
  return { clock, written, sink: createSink(clock, writer, () => 0) };
}

test("lines wait for company, but not longer than a second", () => {
  const { clock, written, sink } = setUp();
  sink.write("a\n");
  sink.write("b\n");
  clock.advance(999);
  assert.deepEqual(written, []);
  clock.advance(1);
  assert.deepEqual(written, ["a\nb\n"]);
  assert.equal(clock.pending(), 0, "nothing ticks while nothing waits");
});

test("a full batch goes at once", () => {
  const { written, sink } = setUp();
  const line = `${"x".repeat(1023)}\n`;
  for (let count = 0; count < 64; count += 1) sink.write(line);
  assert.equal(written.join("").length, 64 * 1024);
});

test("stopping writes the rest and waits for the writer, but not for ever", async () => {
  const { written, sink } = setUp();
  sink.write("last\n");
  await sink.stop();
  assert.deepEqual(written, ["last\n"]);

  const stuck = setUp(false);
  const stopped = stuck.sink.stop();
  stuck.clock.advance(1000);
  await stopped;
});
