import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../src/base/clock.ts";
import { createAccessLog, type AccessOptions } from "../../src/observe/access.ts";
import type { ExchangeSummary } from "../../src/observe/exchange-summary.ts";
import { summary, TEST_PHASES } from "./summary.ts";

function setUp(different: Partial<AccessOptions> = {}) {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line), flush: () => undefined, dropped: () => 0, stop: () => Promise.resolve() };
  const options: AccessOptions = { enabled: true, query: "drop", identifiers: "keep", ...different };
  const access = createAccessLog(options, { clock: manualClock(1_790_000_000_123), sink, phases: TEST_PHASES, identifierKey: "key" });
  const one = (end: ExchangeSummary): Record<string, unknown> => {
    access.write(end);
    return JSON.parse(lines.at(-1) ?? "null") as Record<string, unknown>;
  };
  return { access, lines, one };
}

test("a whole line reads as agreed; a phase that took no time is left out", () => {
  const { access, lines } = setUp();
  access.write(summary());
  assert.equal(
    lines[0],
    '{"level":"info","time":"2026-09-21T14:13:20.123Z","msg":"access","id":"abc-00001","listener":"plain","method":"POST","version":"1.1","site":"china","route":"issue","class":"submit","region":"guangdong"' +
      ',"endpoint":"https://gd1.tax.example","client":"10.0.0.7","path":"/api/invoices","status":200,"outcome":"ok","ended_by":"upstream","phase":"answer","attempts":1,"bytes":1123' +
      ',"principal":"key:ops","taxpayer":"914403001234567890","ms":12.500' +
      ',"phases":{"identify":0.250,"admit":0.250,"screen":0.500,"forward":11.000,"settle":0.125,"answer":0.375},"trace":"0af7651916cd43dd8448eb211c80319c"}\n',
  );
});

test("what does not apply is left out of the line", () => {
  const { one } = setUp();
  const none = { site: null, route: null, routeClass: null, region: null, endpoint: null, principal: null, taxpayer: null, traceId: null };
  const line = one(summary({ ...none, status: 0, error: "client-gone", reason: "reset", outcome: "aborted", ends: new Float64Array(8) }));
  assert.deepEqual(Object.keys(line), [
    "level", "time", "msg", "id", "listener", "method", "version", "client", "path", "status", "outcome", "ended_by", "phase", "reason", "error", "attempts", "bytes", "ms", "phases",
  ]);
  assert.deepEqual(line["phases"], {});
});

test("a limit that acted stands behind the submission, and one line's does not stay for the next", () => {
  const { one, lines } = setUp();
  assert.equal(one(summary({ limit: "daily", submission: "refused" }))["limit"], "daily");
  assert.match(lines[0] ?? "", /"submission":"refused","limit":"daily"/);
  assert.ok(!("limit" in one(summary({ submission: "refused" }))));
});

test("lines of many kinds in turn each say their own", () => {
  const { one } = setUp();
  const kinds = Array.from({ length: 40 }, (_, n) => ({ route: `route-${n % 20}`, status: 200 + (n % 18), region: n % 3 === 0 ? null : `region-${n % 7}` }));
  for (const kind of [...kinds, ...kinds]) {
    const line = one(summary(kind));
    assert.deepEqual([line["route"], line["status"], line["region"] ?? null], [kind.route, kind.status, kind.region]);
  }
});

test("the query stays out unless it is to be kept", () => {
  assert.ok(!JSON.stringify(setUp().one(summary())).includes("t0psecret"));
  assert.equal(setUp({ query: "keep" }).one(summary())["query"], "?token=t0psecret");
});

test("identifiers are dropped, hashed or kept", () => {
  assert.ok(!("taxpayer" in setUp({ identifiers: "drop" }).one(summary())));
  const { one } = setUp({ identifiers: "hash" });
  const first = one(summary());
  assert.match(String(first["taxpayer"]), /^[\w-]{16}$/);
  assert.equal(one(summary())["taxpayer"], first["taxpayer"]);
  assert.notEqual(one(summary({ taxpayer: "914403001234567891" }))["taxpayer"], first["taxpayer"]);
});

test("new options act on the next line", () => {
  const { access, lines, one } = setUp();
  access.configure({ enabled: true, query: "drop", identifiers: "drop" });
  assert.ok(!("principal" in one(summary())));
  access.configure({ enabled: false, query: "drop", identifiers: "drop" });
  access.write(summary());
  assert.equal(lines.length, 1);
});

test("whatever a client sends, the line is one line of JSON that says it back", () => {
  const { lines, one } = setUp({ query: "keep" });
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, text, text, (method, path, client, taxpayer) => {
      const line = one(summary({ method, path, client, taxpayer, id: path, route: method, query: `?${client}` }));
      assert.deepEqual([line["method"], line["path"], line["client"], line["taxpayer"], line["id"], line["route"], line["query"]], [method, path, client, taxpayer, path, method, `?${client}`]);
      assert.equal(lines.at(-1)?.indexOf("\n"), (lines.at(-1)?.length ?? 0) - 1);
    }),
    { numRuns: 1500 },
  );
});
