import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test } from "node:test";
import { checkFaults } from "../../src/sandbox/fault-check.ts";
import { GENERIC_JSON } from "../../src/sandbox/kinds/generic-json/generic-json.ts";
import { termsOf } from "../../src/sandbox/routes.ts";
import type { Claim } from "./claim.ts";
import { openEntries } from "./journal-metrics.ts";
import { submitOrder, type Order } from "./legacy-client.ts";
import { keptConnections, type Sample } from "./request.ts";
import { settle } from "./settle.ts";
import { runStormDrill } from "./storm-drill.ts";
import { stormPlan, troubledFaults, wellFaults, type StormPlan } from "./storm-plan.ts";
import { laneFigures, type LaneRecord, type StormRecord } from "./storm-record.ts";
import { judgeStorm, stormTable } from "./storm-verdict.ts";
import { tally } from "./tally.ts";
import { submissions } from "./traffic.ts";

const READ: Sample = { kind: "read", path: "/api/codes", sentAt: 0, doneAt: 1, status: 200, fault: null, code: null, by: "home", madeAt: null, cacheStatus: null, age: null, orderNo: null, invoiceNo: null };

function order(orderNo: string, rest: Partial<Order> = {}): Order {
  return { ...READ, kind: "submission", orderNo, invoiceNo: `1${orderNo}`, said: 0, tries: 1, seen: ["submission 200"], ...rest };
}

const failed = (orderNo: string): Order => order(orderNo, { status: 0, fault: "ABORT_ERR", said: null, invoiceNo: null, tries: 6, seen: ["submission ABORT_ERR"] });
const issue = (orderNo: string, invoiceNo = `1${orderNo}`) => ({ orderNo, invoiceNo });
const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);

describe("orders held against the ledger", () => {
  const cases: readonly (readonly [string, readonly Order[], readonly { orderNo: string; invoiceNo: string }[], readonly number[]])[] = [
    ["are well where each was told ok and issued once", [order("A")], [issue("A")], [0, 0, 0, 0]],
    ["count every invoice beyond the first", [order("A")], [issue("A"), issue("A", "2"), issue("A", "3")], [2, 0, 0, 0]],
    ["are ghosts where they failed and were issued", [failed("A"), failed("B")], [issue("A")], [0, 1, 0, 0]],
    ["are ghosts where the last answer was another code", [order("A", { said: 6655 })], [issue("A")], [0, 1, 0, 0]],
    ["are lost where nothing was issued", [order("A")], [], [0, 0, 1, 0]],
    ["are lost where another number was told", [order("A", { invoiceNo: "9" })], [issue("A")], [0, 0, 1, 0]],
    ["are found where the second invoice's number was told", [order("A", { invoiceNo: "2" })], [issue("A"), issue("A", "2")], [1, 0, 0, 0]],
    ["show invoices that nobody asked for", [order("A")], [issue("A"), issue("Z")], [0, 0, 0, 1]],
  ];
  for (const [name, orders, issued, expected] of cases) {
    test(name, () => {
      const { duplicates, ghosts, lost, strangers } = tally(orders, issued);
      assert.deepEqual([duplicates.length, ghosts.length, lost.length, strangers.length], expected);
    });
  }
});

const orders = Array.from({ length: 1000 }, (_, index) => order(`S-${index}`));
const issued = orders.map(({ orderNo }) => issue(orderNo));
const CALM: LaneRecord = { orders, reads: [READ], issued, arrived: { submissions: 1050, queries: 20, reads: 1 }, settled: 5 };
const STORMY: LaneRecord = { ...CALM, orders: [...orders.slice(0, 300), ...orders.slice(300).map(({ orderNo }) => failed(orderNo))], issued: [...issued, ...issued] };
const SPARED: LaneRecord = { ...CALM, issued };
const RECORD: StormRecord = { plan: stormPlan({ short: true, blackout: false }), lanes: { directly: STORMY, taxgate: CALM } };

function changed(change: Partial<LaneRecord>): StormRecord {
  return { ...RECORD, lanes: { ...RECORD.lanes, taxgate: { ...CALM, ...change } } };
}

describe("the storm drill's judgement", () => {
  const ghost = [failed("S-0"), ...orders.slice(1)];
  const cases: readonly (readonly [string, StormRecord, readonly string[]])[] = [
    ["holds where all went well", RECORD, []],
    ["allows one order in a thousand to fail", changed({ orders: ghost, issued: issued.slice(1) }), []],
    ["notices two of them", changed({ orders: [failed("S-0"), failed("S-1"), ...orders.slice(2)], issued: issued.slice(2) }), ["taxgate: told ok"]],
    ["notices a duplicate", changed({ issued: [...issued, issue("S-7", "2")] }), ["taxgate: invoices beyond the first of their order"]],
    ["notices a ghost", changed({ orders: ghost }), ["taxgate: told failed, and in the ledger all the same"]],
    ["notices a lost order", changed({ issued: issued.slice(1) }), ["taxgate: told ok, and not in the ledger under that number"]],
    ["notices an invoice that nobody asked for", changed({ issued: [...issued, issue("Z")] }), ["taxgate: issued, and never submitted"]],
    ["notices a platform that is asked too often", changed({ arrived: { ...CALM.arrived, submissions: 1101 } }), ["taxgate: submissions that reach the platform, an order"]],
    ["notices work that never ends", changed({ settled: null }), ["taxgate: settled after the load"]],
    ["notices a storm that was none", { ...RECORD, lanes: { directly: SPARED, taxgate: CALM } }, ["directly: duplicates, so there was a storm", "directly: told ok, so there was a storm"]],
    ["leaves out share and amplification in a blackout", { ...changed({ orders: [failed("S-0"), failed("S-1"), ...orders.slice(2)], issued: issued.slice(2), arrived: { ...CALM.arrived, submissions: 5000 } }), plan: stormPlan({ short: true, blackout: true }) }, []],
    ["notices a blackout that was none", { ...RECORD, lanes: { directly: SPARED, taxgate: CALM }, plan: stormPlan({ short: true, blackout: true }) }, ["directly: orders not told ok at once, so there was a blackout"]],
  ];
  for (const [name, record, expected] of cases) test(name, () => assert.deepEqual(failing(judgeStorm(record)), expected));

  test("holds nothing of a lane that was not run", () => {
    const claims = judgeStorm({ ...RECORD, lanes: {} });
    assert.deepEqual(claims.filter(({ holds }) => holds), []);
  });

  test("counts the time until told ok, and the orders of the first try", () => {
    const figures = laneFigures({ ...CALM, orders: [order("A", { doneAt: 100 }), order("B", { doneAt: 300, tries: 2 }), failed("C"), failed("D")], issued: [issue("A"), issue("B")] });
    assert.deepEqual([figures.p50, figures.toldOkShare, figures.firstTryShare, figures.amplification], [200, 50, 25, 262.5]);
  });
});

describe("a billing system that cannot be changed", () => {
  test("hangs up, sends the same bytes again, and takes only 200 with code 0", async (t) => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk)).once("end", () => {
        bodies.push(body);
        const answer = [undefined, [503, '{"code":5030}'], [200, '{"code":6655,"invoiceNo":"8"}'], [200, '{"code":0,"invoiceNo":"9"}']][bodies.length - 1] as [number, string] | undefined;
        if (answer !== undefined) response.writeHead(answer[0]).end(answer[1]);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    t.after(() => { server.closeAllConnections(); server.close(); });
    const agent = keptConnections();
    t.after(() => agent.destroy());
    const call = { ...submissions(1, "91110108MA5EXAMPL2", "A").call(0), orderNo: "A-0" };
    const told = await submitOrder(call, (server.address() as AddressInfo).port, agent, { patience: 150, tries: 6, pause: 5 });
    assert.deepEqual([told.tries, told.status, told.said, told.invoiceNo], [4, 200, 0, "9"]);
    assert.deepEqual(bodies, Array.from({ length: 4 }, () => call.body));
    assert.ok(told.doneAt - told.sentAt >= 150, "the time counts from the first try");
  });

  test("counts an order as failed once its tries are used up", async () => {
    const agent = keptConnections();
    const call = { ...submissions(1, "91110108MA5EXAMPL2", "A").call(0), orderNo: "A-0" };
    // Port 1 on loopback: nobody listens.
    const told = await submitOrder(call, 1, agent, { patience: 500, tries: 3, pause: 1 });
    agent.destroy();
    assert.deepEqual([told.tries, told.status, told.seen.length], [3, 0, 3]);
  });
});

test("the entries at work are the sum over the states in which something is left to do, and no number where one is not told", () => {
  const text = ["queued", "sending", "in-doubt", "held", "accepted"].map((state, index) => `taxgate_journal_entries{state="${state}"} ${10 ** index}`);
  assert.deepEqual([openEntries(text.join("\n")), openEntries(text.slice(1).join("\n"))], [111, Number.NaN]);
});

test("nothing is settled while the platform or the lane is busy, or the lane does not tell", async () => {
  const platform = (inFlight: number) => ({ requests: () => Promise.resolve({ inFlight } as never) });
  const lane = (open: number) => ({ open: () => Promise.resolve(open) });
  assert.deepEqual(await Promise.all([settle(lane(0), platform(1), 700), settle(lane(1), platform(0), 700), settle(lane(Number.NaN), platform(0), 700)]), [null, null, null]);
  assert.notEqual(await settle(lane(0), platform(0), 5000), null);
});

test("the platform takes the faults of every plan", () => {
  for (const blackout of [false, true]) {
    const plan = stormPlan({ short: false, blackout });
    for (const faults of [wellFaults(plan), troubledFaults(plan)]) assert.deepEqual(checkFaults(faults, termsOf(GENERIC_JSON)), { ok: true, faults });
  }
});

describe("a short brownout", () => {
  const brief: StormPlan = { ...stormPlan({ short: true, blackout: false }), length: 1200, from: 100, to: 1200 };

  test("met directly issues twice, and fails orders that were issued", async () => {
    const record = await runStormDrill({ ...brief, clients: { patience: 300, tries: 2, pause: 50 }, lanes: ["directly"] }, () => undefined);
    const { orders: sent, duplicates, ghosts, lost, strangers } = laneFigures(record.lanes.directly as LaneRecord);
    assert.ok(sent >= 100 && duplicates.length > 0 && ghosts.length > 0, stormTable(record));
    assert.deepEqual([lost, strangers, record.lanes.directly?.settled === null], [[], [], false], stormTable(record));
  });

  test("met through Taxgate issues each order once, and tells every billing system the truth", async () => {
    const record = await runStormDrill({ ...brief, lanes: ["taxgate"] }, () => undefined);
    const { orders: sent, duplicates, ghosts, lost, strangers } = laneFigures(record.lanes.taxgate as LaneRecord);
    assert.ok(sent >= 100, stormTable(record));
    assert.deepEqual([duplicates, ghosts, lost, strangers, record.lanes.taxgate?.settled === null], [[], [], [], [], false], stormTable(record));
  });
});
