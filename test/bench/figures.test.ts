import assert from "node:assert/strict";
import { test } from "node:test";
import { budgets, missedBars } from "./budgets.ts";
import { figuresOf } from "./figures.ts";
import type { JournalFigures } from "./journal-figures.ts";
import { readTimer } from "./handshakes.ts";
import { lanes } from "./lanes.ts";
import { quantile } from "./median.ts";
import { selfTime } from "./profile-groups.ts";
import { medianMicros, medianRatio, type Samples } from "./rounds.ts";
import { budgetTable, journalNotes, proxyTable, proxyTables } from "./table.ts";

const sample = (micros: number | undefined) => ({ micros, perSecond: 1, failures: 0 });
const samples: Samples = new Map([
  ["taxgate", { get: [sample(30), sample(60), sample(undefined)] }],
  ["nginx", { get: [sample(10), sample(30), sample(10)] }],
]);

const nothing = { samples: new Map(), latency: undefined, submission: undefined, sources: undefined, bundled: undefined, growth: undefined, journal: undefined };
const latency = (p50: number, p99: number) => ({ p50, p99 });
const journal: JournalFigures = {
  entries: 10_000_000, archived: 6_500_000, fileSystem: "ext4", perSecond: 500, seconds: 30, bytes: 1, logBytes: 1, fillSeconds: 1,
  claims: latency(1, 4.5), settled: latency(2, 3), sizes: { live: 2471.1, bare: 418.4, archived: 407 },
};

test("a ratio compares inside a round, and a round without answers counts for nothing", () => {
  assert.equal(medianRatio(samples, "taxgate", "nginx", "get"), 2.5);
  assert.equal(medianMicros(samples, "taxgate", "get"), 45);
  assert.equal(medianRatio(samples, "taxgate", "nginx", "post"), undefined);
});

test("a quantile lies between the two values around it", () => {
  const cases = [
    { values: [3, 1, 2], share: 0.5, want: 2 },
    { values: [4, 1], share: 0.5, want: 2.5 },
    { values: [1, 2, 3, 4, 5], share: 1, want: 5 },
  ];
  for (const { values, share, want } of cases) assert.equal(quantile(values, share), want);
});

test("a bar is missed above its bound, or below it where more is better", () => {
  const figures = { "get.micros": 50, "get.nginx": 3.21, "submission.perSecond": 4999 };
  assert.deepEqual(missedBars(figures).map(({ name }) => name), ["get.nginx", "submission.perSecond"]);
  const lines = budgetTable(figures).split("\n");
  assert.match(lines.find((line) => line.includes("GET, CPU")) ?? "", /50\.0 µs \|\s+≤ 50 µs \|\s+met \|\s+35 µs \| missed/);
  assert.equal(lines.filter((line) => line.includes("not measured")).length, budgets.length - 3);
});

test("hits are compared with nginx alone, and a proxy without a cache has none", () => {
  const hits: Samples = new Map([["taxgate", { cacheHit: [sample(20)] }], ["nginx", { cacheHit: [sample(10)] }], ["http-proxy", {}]]);
  const figures = figuresOf({ ...nothing, samples: hits });
  assert.deepEqual(figures, { "cacheHit.micros": 20, "cacheHit.nginx": 2 });
  const rows = proxyTable(hits, lanes.filter(({ kind }) => kind === "cached")).split("\n").map((line) => line.replaceAll(/ +/g, " "));
  assert.deepEqual([rows[0], rows[2], rows[4]], ["| proxy | cache hit 1.1 kB µs | × nginx | failed |", "| taxgate | 20.0 | 2.00 | 0 |", "| http-proxy | – | – | 0 |"]);
});

test("lanes over TLS have a table of their own, for those that serve it, with what became of tickets", () => {
  const measured: Samples = new Map([
    ["nginx", { get: [sample(10)], handshake: [sample(250)], resumed: [{ ...sample(300), resumed: 1 }] }],
    ["http-proxy", { get: [sample(40)] }],
    ["taxgate", { get: [sample(30)], handshake: [sample(500)], resumed: [{ ...sample(600), resumed: 0.98 }, { ...sample(600), resumed: 0.99 }] }],
  ]);
  assert.deepEqual(figuresOf({ ...nothing, samples: measured }), { "resumed.share": 98.5, "get.micros": 30, "get.nginx": 3, "get.http-proxy": 0.75, "handshake.micros": 500, "handshake.nginx": 2, "resumed.micros": 600, "resumed.nginx": 2 });
  const [plain = "", secure = "", notes = "", ...more] = proxyTables(measured, lanes.filter(({ name }) => ["get", "handshake", "resumed"].includes(name)));
  const proxies = (table: string): string[] => table.split("\n").slice(2).map((line) => line.split(/ +/)[1] ?? "");
  assert.deepEqual([proxies(plain), proxies(secure), more], [["nginx", "http-proxy", "taxgate"], ["nginx", "taxgate"], []]);
  assert.match(notes, /nginx: 4000 full handshakes a second of one core's time, 100\.0 % of.*; taxgate: 2000 full.*98\.5 %/);
});

test("OpenSSL's timer is read for connections, resumed ones and an early end", () => {
  const cases = [
    { printed: "Collecting connection statistics for 2 seconds\n****\n\n4 connections in 0.01s; 400.00 connections/user sec\n4 connections in 3 real seconds, 0 bytes read\n", want: { requests: 4, failures: 0, resumed: 0 } },
    { printed: "\n\nNow timing with session id reuse.\nstarting\nrrr*r\n\n5 connections in 0.01s\n5 connections in 3 real seconds\n", want: { requests: 5, failures: 0, resumed: 4 } },
    { printed: "Collecting connection statistics for 2 seconds\n**\nERROR\n4047:error:0A000126:SSL routines\n", want: { requests: 2, failures: 1, resumed: 0 } },
    { printed: "unable to connect", want: { requests: 0, failures: 1, resumed: 0 } },
  ];
  for (const { printed, want } of cases) assert.deepEqual(readTimer(printed), want);
});

test("submissions have their rate beside their cost, and what one adds to a caller's wait", () => {
  const sent: Samples = new Map([["taxgate", { submission: [{ micros: 120, perSecond: 6000, failures: 0 }, { micros: 100, perSecond: 8000, failures: 0 }] }]]);
  const submission = { fileSystem: "ext4", latency: { direct: latency(0.2, 0.5), through: latency(1.2, 4), added: latency(1, 3.5) } };
  assert.deepEqual(figuresOf({ ...nothing, samples: sent, submission }), { "submission.micros": 110, "submission.perSecond": 7000, "submission.addedP50": 1 });
  assert.match(journalNotes({ submission, journal: undefined }).join(), /on ext4\. At 500\/s: p50 0\.20 ms, p99 0\.50 ms at the origin itself, p50 1\.20 ms, p99 4\.00 ms through/);
});

test("a journal smaller than the budget's is told of, but not held against it", () => {
  const cases = [
    { entries: 10_000_000, want: { "journal.claimP99": 4.5 } },
    { entries: 9_999_999, want: {} },
  ];
  for (const { entries, want } of cases) assert.deepEqual(figuresOf({ ...nothing, journal: { ...journal, entries } }), want);
  assert.match(journalNotes({ submission: undefined, journal }).join(), /10\.0 M entries \(6\.5 M of them archived.*claim p50 1\.00 ms, p99 4\.50 ms.*2471 with its body, 418 without, 407 archived/);
  assert.deepEqual(journalNotes(nothing), []);
});

test("self time is grouped by our folders, packages and node's own files, and idle time is left out", () => {
  const at = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url, lineNumber: 0 } });
  const nodes = [
    at(1, "handle", "file:///p/src/pipeline/handle.ts"),
    at(2, "dispatch", "file:///p/node_modules/undici/lib/a.js"),
    at(3, "emit", "node:events"),
    at(4, "writev", ""),
    at(5, "(idle)", ""),
  ];
  const { groups, busy } = selfTime({ nodes, samples: [1, 2, 3, 4, 5], timeDeltas: [4, 3, 2, 1, 10] }, "file:///p/");
  assert.equal(busy, 0.5);
  assert.deepEqual(groups.map(({ name }) => name), ["src/pipeline", "undici", "node:events", "native"]);
});
