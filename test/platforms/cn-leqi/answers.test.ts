import { deepEqual, equal, notDeepEqual, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { invoiceOf, seal, SELLER } from "./application.ts";
import { siteWith, type Envelope } from "./compiled.ts";

const withKey = siteWith(true);
const without = siteWith(false);
const ERROR: Envelope = { error: { code: "503", message: "服务繁忙" } };

/** The same on every route, whether the key is there or not. */
const SEEN_FROM_OUTSIDE: readonly (readonly [string, Envelope, string])[] = [
  ["an error in place of the business answer", ERROR, "not-executed"],
  ["not let in", { status: 401, error: { code: "401", message: "" } }, "not-executed"],
  ["limited", { status: 429, error: { code: "429", message: "" } }, "not-executed"],
  ["too large", { status: 413, error: { code: "413", message: "" } }, "rejected"],
  ["a time-out of the gateway, in its envelope", { status: 504, error: { code: "504", message: "" } }, "in-doubt"],
  ["a page of a firewall", { status: 502, page: "<html></html>" }, "in-doubt"],
  ["a status that nobody knows", { status: 500, data: { returncode: "00" } }, "in-doubt"],
  ["an envelope with neither", {}, "in-doubt"],
];

describe("with the key", () => {
  for (const route of ["upload", "numbers", "quota-draw"]) {
    const table: readonly (readonly [string, Envelope, string])[] = [
      ["taken in", { data: { returncode: "00", sllsh: "S1" } }, "accepted"],
      ["refused inside the encrypted answer", { data: { returncode: "99", returnmsg: "请求报文格式不正确" } }, "rejected"],
      ["an encrypted answer without a code", { data: { returnmsg: "" } }, "in-doubt"],
      ...SEEN_FROM_OUTSIDE,
    ];
    for (const [what, answer, meaning] of table) test(`${route}: ${what}: ${meaning}`, () => equal(withKey.judged(route, answer), meaning));
  }

  test("an invoice is its number, in whatever batch and however it is written", () => {
    const [a, b] = [invoiceOf(1), invoiceOf(2)];
    deepEqual(withKey.keys("upload", seal([a, b])), [[a.fphm], [b.fphm]]);
    deepEqual(withKey.keys("upload", seal([{ ...a, bz: "again" }])), [[a.fphm]]);
  });
  test("what cannot be opened is never sent as if nobody knew it", () => {
    equal(withKey.keys("upload", seal([invoiceOf(1)], "00".repeat(16))), "unclear");
    equal(withKey.keys("upload", "no base64!"), "unclear");
    equal(withKey.keys("upload", seal([{ jshj: "1.00" }])), "unclear");
    equal(withKey.keys("numbers", seal({ nsrsbh: SELLER })), "missing");
  });
  test("a draw of numbers is its ywlsh", () => deepEqual(withKey.keys("numbers", seal({ nsrsbh: SELLER, lysl: "10", ywlsh: "Y1" })), [["Y1"]]));
  test("the acceptance number is read inside the encrypted answer", () => {
    const body = Buffer.from(JSON.stringify({ httpStatusCode: "200", body: JSON.stringify({ Response: { RequestId: "r", Data: seal({ returncode: "00", sllsh: "S1" }) } }) }));
    const found = withKey.policy("upload").reference?.read({ headers: [], pathVariables: {}, query: "", body, contentType: "application/json" });
    equal(found?.kind === "found" ? found.text : found?.kind, "S1");
  });
  test("a result tells of each invoice: taken, refused, uploaded before; what is under way is to come", () => {
    const resultList = ["00", "01", "02", "03"].map((status, index) => ({ fphm: invoiceOf(index).fphm, status, message: "" }));
    const found = withKey.learnt("result", { sllsh: "S1" }, { data: { returncode: "00", resultList } });
    deepEqual(found.map(({ verdict }) => verdict), ["accepted", "running", "rejected", "accepted"]);
    deepEqual(found.map(({ key, scope }) => [key, scope]), resultList.map(({ fphm }) => [[fphm], ["UNIT0001"]]));
    equal(found[3]?.duplicate, "same");
  });
  test("a result that was not found says nothing", () => deepEqual(withKey.learnt("result", { sllsh: "S1" }, { data: { returncode: "01" } }), []));
  test("an error says nothing", () => deepEqual(withKey.learnt("result", { sllsh: "S1" }, ERROR), []));
});

describe("without the key", () => {
  for (const route of ["upload-bytes", "numbers-bytes", "quota-draw-bytes", "red-letter"]) {
    const table: readonly (readonly [string, Envelope, string])[] = [["an encrypted answer, whatever it says", { data: { returncode: "99" } }, "accepted"], ...SEEN_FROM_OUTSIDE];
    for (const [what, answer, meaning] of table) test(`${route}: ${what}: ${meaning}`, () => equal(without.judged(route, answer), meaning));
  }
  test("the same bytes are the same upload, and other bytes another one", () => {
    const body = seal([invoiceOf(1)]);
    deepEqual(without.keys("upload-bytes", body), without.keys("upload-bytes", seal([invoiceOf(1)])));
    notDeepEqual(without.keys("upload-bytes", body), without.keys("upload-bytes", seal([{ ...invoiceOf(1), bz: "" }])));
  });
});

describe("the profile", () => {
  test("loads without a warning of its own, with the key and without it", () => deepEqual([withKey.warnings, without.warnings], [[], []]));
  test("reads numbers only where it has the key", () => {
    ok(withKey.names.includes("upload") && !withKey.names.includes("upload-bytes"));
    ok(!without.names.includes("upload") && !without.names.includes("result") && without.names.includes("upload-bytes"));
  });
});
