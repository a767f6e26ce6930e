import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { createLog } from "../../src/observe/log.ts";

function setUp(level: "debug" | "info" | "warn" | "error" = "info") {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line), flush: () => undefined, dropped: () => 0, stop: () => Promise.resolve() };
  const log = createLog({ level }, { clock: manualClock(1_790_000_000_123), sink });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "null") as Record<string, unknown> };
}

test("an event is one JSON line: level, time, fields, message", () => {
  const { log, lines } = setUp();
  log.info("listening", { listener: "plain", port: 8080 });
  assert.equal(lines[0], '{"level":"info","time":"2026-09-21T14:13:20.123Z","listener":"plain","port":8080,"msg":"listening"}\n');
});

test("the level can be changed while it runs", () => {
  const { log, lines } = setUp("warn");
  log.info("quiet");
  log.setLevel("debug");
  log.debug("loud");
  log.setLevel("error");
  log.warn("quiet");
  assert.deepEqual(lines.map((line) => (JSON.parse(line) as { msg: string }).msg), ["loud"]);
});

test("known secrets and credentials are replaced wherever they stand", () => {
  const { log, last, lines } = setUp();
  log.setSecrets(["hunter2-\"quoted\"", "hunter2"]);
  log.warn("login with hunter2 failed", {
    url: "https://u:hunter2@tax.example",
    deep: { list: ["x hunter2-\"quoted\" y"], "X-Api-Token": "abc", "Set-Cookie": ["a=b"] },
    headers: ["Authorization", "Bearer abc", "Accept", "hunter2", "cookie", "sid=1"],
    fault: new Error("hunter2 is wrong"),
  });
  assert.ok(!/hunter2|Bearer abc|sid=1|a=b/.test(lines[0] ?? ""));
  const line = last();
  assert.equal(line["msg"], "login with [redacted] failed");
  assert.deepEqual(line["deep"], { list: ["x [redacted] y"], "X-Api-Token": "[redacted]", "Set-Cookie": "[redacted]" });
  assert.deepEqual(line["headers"], ["Authorization", "[redacted]", "Accept", "[redacted]", "cookie", "[redacted]"]);
});

test("fields cannot take the place of the line's own members, nor of a message's placeholders", () => {
  const { log, lines } = setUp();
  log.info("100 %s of %d", { level: "x", time: 1, msg: "y" });
  assert.deepEqual(JSON.parse(lines[0] ?? ""), { level: "info", time: "2026-09-21T14:13:20.123Z", level_: "x", time_: 1, msg_: "y", msg: "100 %s of %d" });
});

test("a value that refers to itself, or is deeper or wider than a line should be, is cut", () => {
  const { log, last } = setUp();
  const loop: Record<string, unknown> = { wide: Array.from({ length: 500 }, () => 1), bytes: new Uint8Array(9), big: 10n };
  loop["self"] = loop;
  log.info("odd", { loop });
  const written = last()["loop"] as { wide: number[]; bytes: string; big: string };
  assert.equal(written.wide.length, 100);
  assert.deepEqual([written.bytes, written.big], ["[9 bytes]", "10"]);
});
