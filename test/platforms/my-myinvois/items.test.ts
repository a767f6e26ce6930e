import { deepEqual, equal, notEqual } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Sandbox } from "../../../src/sandbox/sandbox.ts";
import { openStage, type Stage } from "../stage.ts";
import { documentOf, erpAt, refusedIn, uuidsOf } from "./erp.ts";
import { QUICK_SITE } from "./quick-site.ts";

const SLOW = { settings: { processingMs: 300 } };

/** How often the platform issued each document. */
function issued({ ledger }: Sandbox, ...codes: readonly string[]): readonly number[] {
  return codes.map((code) => ledger.ofOrder(code).length);
}

describe("batches through the profile", () => {
  let stage: Stage;

  before(async () => {
    stage = await openStage({ profile: "my-myinvois", faults: SLOW, site: QUICK_SITE });
  });
  after(() => stage.stop());

  test("an answer that takes some and refuses others is replayed to the same batch", async () => {
    const erp = await erpAt(stage.origins.taxgate, "C10000001");
    const batch = [documentOf("M1"), documentOf("M2", { documentHash: "00" })];
    const [first, again] = [await erp.submit(...batch), await erp.submit(...batch)];
    deepEqual([first.status, Object.keys(uuidsOf(first)), refusedIn(first), again.taxgate], [202, ["M1"], ["M2"], "replayed"]);
    deepEqual(again.body, first.body);
    deepEqual([issued(stage.sandbox, "M1", "M2"), stage.sandbox.ledger.refusalsOf("M1")], [[1, 0], 0]);
  });

  test("a batch with known and new documents is sent with the new ones alone, and its answer has all of them", async () => {
    const erp = await erpAt(stage.origins.taxgate, "C10000002");
    const first = await erp.submit(documentOf("P1"), documentOf("P2", { documentHash: "00" }));
    const second = await erp.submit(documentOf("P1"), documentOf("P2"), documentOf("P3"));
    equal(second.status, 202, JSON.stringify(second.body));
    deepEqual([Object.keys(uuidsOf(second)), refusedIn(second), uuidsOf(second)["P1"]], [["P1", "P2", "P3"], [], uuidsOf(first)["P1"]]);
    deepEqual([issued(stage.sandbox, "P1", "P2", "P3"), stage.sandbox.ledger.refusalsOf("P1")], [[1, 1, 1], 0]);
    deepEqual(await erp.verdicts(second.body["submissionUID"]), { P2: "Valid", P3: "Valid" });
  });

  test("another content under a number that was taken in is a conflict, and nothing of its batch is sent", async () => {
    const erp = await erpAt(stage.origins.taxgate, "C10000003");
    await erp.submit(documentOf("K1"));
    const other = await erp.submit(documentOf("K1", { amount: 7 }), documentOf("K2"));
    deepEqual([other.status, other.taxgate, issued(stage.sandbox, "K1", "K2")], [409, "conflict", [1, 0]]);
    equal((other.body["error"] as { readonly errorCode?: string } | undefined)?.errorCode !== undefined, true, JSON.stringify(other.body));
  });

  test("the same number of another taxpayer is another document", async () => {
    const [one, two] = [await erpAt(stage.origins.taxgate, "C10000004"), await erpAt(stage.origins.taxgate, "C10000005")];
    const [first, second] = [await one.submit(documentOf("S1")), await two.submit(documentOf("S1"))];
    deepEqual([first.status, second.status, issued(stage.sandbox, "S1")], [202, 202, [2]]);
    notEqual(uuidsOf(first)["S1"], uuidsOf(second)["S1"]);
  });

  test("a document that a poll showed invalid comes back corrected under its number; a valid one does not", async () => {
    const erp = await erpAt(stage.origins.taxgate, "C10000006");
    const first = await erp.submit(documentOf("V1"), documentOf("V2", { amount: -5 }));
    deepEqual(await erp.verdicts(first.body["submissionUID"]), { V1: "Valid", V2: "Invalid" });
    const corrected = await erp.submit(documentOf("V2", { amount: 5 }));
    deepEqual([corrected.status, corrected.taxgate], [202, "fresh"], JSON.stringify(corrected.body));
    deepEqual(await erp.verdicts(corrected.body["submissionUID"]), { V2: "Valid" });
    const again = await erp.submit(documentOf("V1"));
    deepEqual([again.status, uuidsOf(again)["V1"]], [202, uuidsOf(first)["V1"]]);
    deepEqual([(await erp.submit(documentOf("V1", { amount: 6 }))).status, (await erp.submit(documentOf("V2", { amount: 6 }))).status], [409, 409]);
    deepEqual(issued(stage.sandbox, "V1", "V2"), [1, 1]);
  });

  test("a corrected document whose answer is lost is not taken for the invalid one before it", async () => {
    const erp = await erpAt(stage.origins.taxgate, "C10000011");
    const first = await erp.submit(documentOf("R1", { amount: -5 }));
    await erp.verdicts(first.body["submissionUID"]);
    await stage.sandbox.faults.set({ ...SLOW, lateVisibility: { ms: 700 }, resetAfterProcessing: { times: 1, on: ["issue"] } });
    const corrected = await erp.submit(documentOf("R1", { amount: 5 }));
    deepEqual([corrected.status, corrected.taxgate, await erp.verdicts(corrected.body["submissionUID"])], [202, "confirmed", { R1: "Valid" }], JSON.stringify(corrected.body));
    deepEqual([issued(stage.sandbox, "R1"), stage.sandbox.ledger.refusalsOf("R1")], [[1], 0]);
  });

  test("a document that was invalid twice comes back corrected", async () => {
    await stage.sandbox.faults.set(SLOW);
    const erp = await erpAt(stage.origins.taxgate, "C10000012");
    for (const amount of [-5, -6]) {
      const said = await erp.submit(documentOf("I1", { amount }));
      deepEqual([said.status, await erp.verdicts(said.body["submissionUID"])], [202, { I1: "Invalid" }], JSON.stringify(said.body));
    }
    equal((await erp.submit(documentOf("I1", { amount: 7 }))).status, 202);
  });

  test("bytes that the platform got by another way are looked up, and answered with their numbers", async () => {
    const [direct, erp] = [await erpAt(stage.origins.directly, "C10000007"), await erpAt(stage.origins.taxgate, "C10000007")];
    const batch = [documentOf("D1"), documentOf("D2")];
    const [first, second] = [await direct.submit(...batch), await erp.submit(...batch)];
    deepEqual([second.status, second.taxgate, uuidsOf(second), second.body["submissionUID"]], [202, "confirmed", uuidsOf(first), first.body["submissionUID"]], JSON.stringify(second.body));
    deepEqual(issued(stage.sandbox, "D1", "D2"), [1, 1]);
  });

  test("a cancellation whose answer is lost is looked up, and told as done", async () => {
    const erp = await erpAt(stage.origins.taxgate, "C10000010");
    const first = await erp.submit(documentOf("C1"));
    await erp.verdicts(first.body["submissionUID"]);
    await stage.sandbox.faults.set({ ...SLOW, errorAfter: { as: "either", times: 1, on: ["cancel"] } });
    const uuid = uuidsOf(first)["C1"] ?? "";
    const told = await erp.call("PUT", `/api/v1.0/documents/state/${uuid}/state`, JSON.stringify({ status: "cancelled", reason: "Wrong buyer details" }));
    deepEqual([told.status, told.taxgate, told.body], [200, "confirmed", { uuid, status: "Cancelled" }]);
  });

  test("a batch that the platform refuses as a whole may come again when it is right", async () => {
    const erp = await erpAt(stage.origins.taxgate, "C10000008");
    const wrong = await erp.submit(...Array.from({ length: 101 }, (_, index) => documentOf(`W${index}`)));
    equal(wrong.status >= 400 && wrong.status < 500, true, JSON.stringify(wrong.body));
    equal((await erp.submit(documentOf("W0"))).status, 202);
  });

  test("who asks too often is told when to come again, in the platform's form, and nothing was sent", async () => {
    const [direct, erp] = [await erpAt(stage.origins.directly, "C10000009"), await erpAt(stage.origins.taxgate, "C10000009")];
    // The client's own limit at the platform, used up behind Taxgate's back.
    await Promise.all(Array.from({ length: 100 }, () => direct.call("POST", "/api/v1.0/documentsubmissions/", "{}")));
    const told = await erp.submit(documentOf("L1"));
    deepEqual([told.status, told.headers.get("taxgate-error"), issued(stage.sandbox, "L1")], [503, "limited-by-platform", [0]], JSON.stringify(told.body));
    equal(Number(told.headers.get("retry-after")) > 0, true);
    notEqual((told.body["error"] as { readonly errorCode?: string } | undefined)?.errorCode, undefined, JSON.stringify(told.body));
  });
});
