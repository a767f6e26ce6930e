import assert from "node:assert/strict";
import { test } from "node:test";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { get, parse, submit, talk } from "./raw-client.ts";
import { started } from "./started.ts";

function put(text: string): string {
  return `PUT /_sandbox/faults HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

test("faults are set, shown and cleared over the control API", async (t) => {
  const { origin, controlOrigin, faults } = await started(t);
  const set = parse(await talk(origin, put('{"errorBefore":{"probability":1}}')));
  assert.deepEqual([set.status, JSON.parse(set.body)], [200, { faults: { errorBefore: { probability: 1 } }, controlOrigin }]);
  assert.equal(parse(await talk(origin, submit("A-1"))).status, 503);
  await talk(origin, put('{"html":{"status":403}}'));
  assert.deepEqual(faults.get(), { html: { status: 403 } });
  await talk(origin, get("/_sandbox/faults").replace("GET", "DELETE"));
  assert.deepEqual(JSON.parse(parse(await talk(origin, get("/_sandbox/faults"))).body).faults, {});
  assert.equal(parse(await talk(origin, submit("A-1"))).status, 200);
});

const REFUSED: readonly (readonly [text: string, message: RegExp])[] = [
  ["{", /reading faults: not JSON/],
  ['{"errorbefore":{}}', /reading faults: errorbefore: unknown field, want one of blackout/],
  ['{"latency":{"minMs":-1,"maxMs":1}}', /reading faults: latency.minMs: got \\"-1\\", want milliseconds/],
];

for (const [text, message] of REFUSED) {
  test(`the fault set ${text} is refused and changes nothing`, async (t) => {
    const { origin, faults } = await started(t, { clockSkew: { ms: 1 } });
    const answer = parse(await talk(origin, put(text)));
    assert.equal(answer.status, 400);
    assert.match(answer.body, message);
    assert.deepEqual(faults.get(), { clockSkew: { ms: 1 } });
  });
}

test("a wrong set is refused in process too", async (t) => {
  const { faults } = await started(t);
  await assert.rejects(faults.set({ slowBody: { bytesPerSecond: 0 } }), /^Error: reading faults: slowBody.bytesPerSecond: got "0"/);
});

const SPARED: readonly FaultSet[] = [
  { blackout: {} }, { halfOpen: {} }, { garbage: {} }, { html: { status: 503 } }, { unauthorized: {} }, { errorBefore: {} },
  { resetMidAnswer: {} }, { slowBody: { bytesPerSecond: 1 } }, { latency: { minMs: 1000, maxMs: 1000 } },
];

for (const faults of SPARED) {
  test(`the control API answers under ${JSON.stringify(faults)}`, async (t) => {
    const { origin } = await started(t, faults);
    assert.equal(parse(await talk(origin, get("/_sandbox/ledger"))).status, 200);
  });
}

test("the ledger is shown with its counts and its duplicates", async (t) => {
  const { origin, ledger } = await started(t);
  for (const orderNo of ["A-1", "A-2", "A-1"]) await talk(origin, submit(orderNo));
  const [first, second, third] = ledger.page(0, 3).map((issue) => issue.invoiceNo);
  const shown = JSON.parse(parse(await talk(origin, get("/_sandbox/ledger"))).body);
  assert.deepEqual(shown.totals, { issued: 3, kept: 3, dropped: 0, orders: 2, repeatedOrders: 1, duplicates: 1, refused: 0 });
  assert.deepEqual(shown.counts, { "A-1": 2, "A-2": 1 });
  assert.deepEqual(shown.duplicates, [{ orderNo: "A-1", invoiceNos: [first, third] }]);
  const page = JSON.parse(parse(await talk(origin, get("/_sandbox/ledger?from=1&size=1"))).body);
  assert.deepEqual(page.issues.map((issue: { invoiceNo: string }) => issue.invoiceNo), [second]);
  const order = JSON.parse(parse(await talk(origin, get("/_sandbox/ledger?orderNo=A-1"))).body);
  assert.deepEqual([order.issues.length, order.counts], [2, { "A-1": 2 }]);
});

test("requests are counted by operation, ending, status and fault", async (t) => {
  const { origin } = await started(t, { errorBefore: { times: 1 }, resetAfterProcessing: { times: 1 } });
  for (const request of [submit("A-1"), submit("A-2"), submit("A-3"), get("/api/codes"), get("/x")]) await talk(origin, request);
  const report = JSON.parse(parse(await talk(origin, get("/_sandbox/requests"))).body);
  assert.deepEqual([report.total, report.inFlight, report.byOperation.issue, report.byOperation.codes, report.byOperation.unknown], [5, 0, 3, 1, 1]);
  assert.deepEqual([report.byEnding.answered, report.byEnding.reset, report.byStatus], [4, 1, { 200: 2, 404: 1, 503: 1 }]);
  assert.deepEqual(report.strikes, { errorBefore: 1, resetAfterProcessing: 1 });
});

test("what the control API does not know is refused", async (t) => {
  const { origin } = await started(t);
  assert.equal(parse(await talk(origin, get("/_sandbox/nothing"))).status, 404);
  assert.equal(parse(await talk(origin, get("/_sandbox/ledger").replace("GET", "DELETE"))).status, 405);
  assert.equal(parse(await talk(origin, get("/_sandbox/__proto__"))).status, 404);
});
