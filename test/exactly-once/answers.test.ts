import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { orderOf, SELLER, submit } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { eventually, issuedOnce, openScene, type Scene } from "./scene.ts";

/** A question that leaves out whose order it is. */
const CARELESS = "[{ query: { method: GET, path: \"/api/invoices?orderNo={key}\" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: 0ms, every: 100ms, for: 500ms }, hold]";

const ROUTES = [
  submissionRoute("careless", { resolve: CARELESS, linger: "100ms" }, { match: "header: { x-row: careless }", more: "timeouts: { response: 400ms, total: 10s }" }),
  submissionRoute("known", { duplicate: '[{ json: /code, equals: 6655, means: same }]' }, { match: "header: { x-row: query }" }),
  submissionRoute("formed", { duplicate: `[{ json: /code, equals: 6655, means: same, as: { status: 200, body: '{"code":0,"invoiceNo":"{/invoiceNo}","orderNo":"{key}"}' } }]` }, { match: "header: { x-row: form }" }),
  // Nothing is under way any more soon after its deadline, so that an absence may count.
  submissionRoute("short", { linger: "100ms" }, { match: "header: { x-row: short }", more: "timeouts: { response: 400ms, total: 10s }" }),
].join("\n");

describe("what the platform's answers mean", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: (origin) => configuration(origin, { routes: ROUTES }) })));
  after(() => scene.end());

  /** Faults that strike after the platform has issued: whatever the caller's connection says, it is asked about. */
  const LOST: readonly (readonly [row: string, orderNo: string, what: string, faults: FaultSet])[] = [
    ["row 2", "R2", "a reset after the platform has issued", { resetAfterProcessing: { times: 1 } }],
    ["row 4", "R4", "a 504 that says unknown, of an order that was issued", { errorAfter: { as: "504", times: 1 } }],
    ["row 13", "R13", "an invoice that queries do not find at first", { errorAfter: { as: "reset", times: 1 }, lateVisibility: { ms: 900 } }],
    ["row 17", "R17", "an answer that ends before its Content-Length", { resetMidAnswer: { times: 1, as: "close", on: ["issue"] } }],
    ["row 2", "R2-PAGE", "a firewall's page in the place of the answer", { html: { status: 502, issued: true, times: 1, on: ["issue"] } }],
    ["row 2", "R2-GARBAGE", "bytes that are not HTTP in the place of the answer", { garbage: { issued: true, times: 1, on: ["issue"] } }],
    ["row 17", "R17-RESET", "an answer that is reset before its Content-Length", { resetMidAnswer: { times: 1, as: "reset", on: ["issue"] } }],
  ];
  for (const [row, orderNo, what, faults] of LOST) {
    test(`${row}: ${what} is in doubt, asked about and confirmed, and never sent again`, async () => {
      await scene.sandbox.faults.set(faults);
      const before = await scene.requests();
      const told = await scene.submit(orderOf(orderNo));
      const after = await scene.requests();
      await scene.sandbox.faults.clear();
      issuedOnce(scene, orderNo, told);
      equal(told.submission, "confirmed");
      equal(after.byOperation.issue, before.byOperation.issue + 1);
      ok(after.byOperation.query > before.byOperation.query);
      if (row === "row 13") ok((after.byStatus["404"] ?? 0) > (before.byStatus["404"] ?? 0), "no query came too early");
      const again = await scene.submit(orderOf(orderNo));
      issuedOnce(scene, orderNo, again);
      deepEqual([again.submission, again.body.toString()], ["replayed", told.body.toString()]);
    });
  }

  test("row 2: a caller that hung up before the doubt was resolved is told the number on its retry", async () => {
    await scene.sandbox.faults.set({ resetAfterProcessing: { times: 1 }, lateVisibility: { ms: 500 } });
    equal((await scene.submit(orderOf("R2-GONE"), { patience: 150 })).status, 0);
    const told = await scene.submit(orderOf("R2-GONE"));
    await scene.sandbox.faults.clear();
    issuedOnce(scene, "R2-GONE", told);
  });

  test("row 2: an answer about another seller's order of the same number confirms nothing", async () => {
    issuedOnce(scene, "R2-TWO", await scene.submit(orderOf("R2-TWO")));
    await scene.sandbox.faults.set({ halfOpen: { times: 1, on: ["issue"] } });
    const arrived = await scene.arrivals();
    const told = await scene.submit(orderOf("R2-TWO", { sellerTaxNo: "911100000000000000" }), { headers: { "x-row": "careless" } });
    await scene.sandbox.faults.clear();
    deepEqual([told.status, told.submission, told.invoiceNo, await scene.arrivals()], [503, "held", undefined, arrived + 1]);
    equal(scene.sandbox.ledger.ofOrder("R2-TWO").length, 1);
  });

  test("row 3: a 503 that says not executed is sent again within the budget", async () => {
    await scene.sandbox.faults.set({ errorBefore: { times: 2, on: ["issue"] } });
    const before = await scene.requests();
    const told = await scene.submit(orderOf("R3"));
    const after = await scene.requests();
    await scene.sandbox.faults.clear();
    issuedOnce(scene, "R3", told);
    deepEqual([told.submission, after.byOperation.issue - before.byOperation.issue, after.byOperation.query - before.byOperation.query], ["fresh", 3, 0]);
  });

  test("row 3: a 503 that says not executed each time is told as it is once the budget is used up, and a later try is sent", async () => {
    await scene.sandbox.faults.set({ errorBefore: { on: ["issue"] } });
    const arrived = await scene.arrivals();
    const told = await scene.submit(orderOf("R3-DOWN"));
    await scene.sandbox.faults.clear();
    deepEqual([told.status, JSON.parse(told.body.toString()).code, await scene.arrivals()], [503, 5030, arrived + 4]);
    equal(scene.sandbox.ledger.ofOrder("R3-DOWN").length, 0);
    issuedOnce(scene, "R3-DOWN", await scene.submit(orderOf("R3-DOWN")));
  });

  test("row 4: an order without an answer that was not issued is sent again only after its absence has lasted", async () => {
    await scene.sandbox.faults.set({ halfOpen: { times: 1, on: ["issue"] } });
    const before = await scene.requests();
    const began = performance.now();
    const caller = scene.submit(orderOf("R4-ABSENT"), { headers: { "x-row": "short" } });
    await eventually("the platform is asked", async () => (await scene.requests()).byOperation.query > before.byOperation.query);
    await eventually("it is sent again", async () => (await scene.arrivals()) > before.byOperation.issue + 1);
    // 1,500 ms of absence, which begin with the end of an attempt that was sent after this moment.
    const sentAgain = performance.now() - began;
    ok(sentAgain > 1500, `sent again ${sentAgain} ms after the first try`);
    issuedOnce(scene, "R4-ABSENT", await caller);
    equal(await scene.arrivals(), before.byOperation.issue + 2);
    await scene.sandbox.faults.clear();
  });

  for (const [how, submission] of [["query", "confirmed"], ["form", "fresh"]] as const) {
    test(`row 14: a duplicate code becomes the original's success, by ${how}`, async () => {
      const order = orderOf(`R14-${how}`);
      const past = await submit(Number(new URL(scene.sandbox.origin).port), order);
      equal(past.status, 200);
      await scene.sandbox.faults.set({ refuseDuplicates: {} });
      const told = await scene.submit(order, { headers: { "x-row": how } });
      await scene.sandbox.faults.clear();
      issuedOnce(scene, order.orderNo, told);
      deepEqual([told.invoiceNo, told.submission, JSON.parse(told.body.toString()).code], [past.invoiceNo, submission, 0]);
      const again = await scene.submit(order, { headers: { "x-row": how } });
      deepEqual([again.submission, again.body.toString()], ["replayed", told.body.toString()]);
    });
  }

  test("row 19: after a final no the corrected content is issued under the same number, and the uncorrected bytes still get the old no", async () => {
    const { items: _, ...typo } = orderOf("R19");
    const no = await scene.submit(typo);
    deepEqual([no.status, JSON.parse(no.body.toString()).code], [400, 4001]);
    const refused = await scene.arrivals();
    deepEqual([(await scene.submit(typo)).submission, await scene.arrivals()], ["replayed", refused]);
    const told = await scene.submit(orderOf("R19"));
    issuedOnce(scene, "R19", told);
    equal(told.submission, "fresh");
    const arrived = await scene.arrivals();
    const old = await scene.submit(typo);
    deepEqual([old.status, old.submission, old.body.toString()], [400, "replayed", no.body.toString()]);
    issuedOnce(scene, "R19", await scene.submit(orderOf("R19")));
    const other = await scene.submit(orderOf("R19", { amount: 7 }));
    deepEqual([other.status, other.submission], [409, "conflict"]);
    equal(await scene.arrivals(), arrived);
  });

  test("row 19: while the corrected content is under way or in doubt, the uncorrected bytes still get the old no, and a third content is a conflict", async () => {
    const { items: _, ...typo } = orderOf("R19-BUSY");
    const no = await scene.submit(typo);
    equal(no.status, 400);
    await scene.sandbox.faults.set({ latency: { minMs: 300, maxMs: 300, on: ["issue"] }, resetAfterProcessing: { times: 1 }, lateVisibility: { ms: 400 } });
    const arrived = await scene.arrivals();
    const corrected = scene.submit(orderOf("R19-BUSY"));
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    const queries = (await scene.requests()).byOperation.query;
    const meanwhile = async (): Promise<void> => {
      const [old, third] = await Promise.all([scene.submit(typo), scene.submit(orderOf("R19-BUSY", { amount: 3 }))]);
      deepEqual([old.status, old.submission, old.body.toString()], [400, "replayed", no.body.toString()]);
      deepEqual([third.status, third.submission], [409, "conflict"]);
    };
    await meanwhile();
    await eventually("it is in doubt", async () => (await scene.requests()).byOperation.query > queries);
    await meanwhile();
    issuedOnce(scene, "R19-BUSY", await corrected);
    await scene.sandbox.faults.clear();
    equal(await scene.arrivals(), arrived + 1);
  });

  test("row 20: after a 401 the same bytes with a new token are sent, and issued once", async () => {
    await scene.sandbox.faults.set({ unauthorized: { times: 1, on: ["issue"] } });
    const arrived = await scene.arrivals();
    const expired = await scene.submit(orderOf("R20"), { headers: { authorization: "Bearer old" } });
    deepEqual([expired.status, await scene.arrivals(), scene.sandbox.ledger.ofOrder("R20").length], [401, arrived + 1, 0]);
    ok(expired.headers["www-authenticate"]);
    const told = await scene.submit(orderOf("R20"), { headers: { authorization: "Bearer new" } });
    issuedOnce(scene, "R20", told);
    equal(await scene.arrivals(), arrived + 2);
    const again = await scene.submit(orderOf("R20"), { headers: { authorization: "Bearer newer" } });
    issuedOnce(scene, "R20", again);
    equal(again.submission, "replayed");
    await scene.sandbox.faults.clear();
  });

  test("rows 2 to 20: nothing was issued twice, whichever seller is asked for", () => {
    deepEqual([scene.sandbox.ledger.totals().duplicates, scene.sandbox.ledger.ofOrder("R2")[0]?.sellerTaxNo], [0, SELLER]);
  });
});
