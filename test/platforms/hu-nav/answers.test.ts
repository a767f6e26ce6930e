import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { xmlProfile } from "../compiled-profile.ts";
import { invoiceData, signedRequest, type Sold } from "./nav-client.ts";

/*
 * What every kind of answer of NAV means to the profile, which route a message takes, what makes two of them the same, and what
 * the application's own questions tell.
 */

const profile = xmlProfile("hu-nav");
const TAXPAYER = "12345678";
const XMLNS = 'xmlns="http://schemas.nav.gov.hu/OSA/3.0/api" xmlns:ns2="http://schemas.nav.gov.hu/NTCA/1.0/common"';

const done = (name: string): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?><${name} ${XMLNS}><ns2:header><ns2:requestId>R1</ns2:requestId></ns2:header><ns2:result><ns2:funcCode>OK</ns2:funcCode></ns2:result><software/><transactionId>4ABC</transactionId></${name}>`;
const failed = (code: string): string => `<GeneralErrorResponse ${XMLNS}><ns2:result><ns2:funcCode>ERROR</ns2:funcCode><ns2:errorCode>${code}</ns2:errorCode><ns2:message>text</ns2:message></ns2:result><software/></GeneralErrorResponse>`;

type Case = readonly [what: string, status: number, document: string, meaning: string];

const REFUSALS: readonly Case[] = [
  ...["INVALID_EXCHANGE_TOKEN", "INVALID_REQUEST_SIGNATURE", "INVALID_TIMESTAMP", "REQUEST_ID_NOT_UNIQUE"].map((code): Case => [code, 400, failed(code), "not-executed"]),
  ...["INVALID_SECURITY_USER", "NOT_REGISTERED_CUSTOMER", "FORBIDDEN"].map((code): Case => [code, 401, failed(code), "not-executed"]),
  ["forbidden with the status of a failure", 500, failed("FORBIDDEN"), "not-executed"],
  ["maintenance", 503, failed("MAINTENANCE_MODE"), "not-executed"],
  ["maintenance with NAV's own status", 527, failed("MAINTENANCE_MODE"), "not-executed"],
  ["limited in front of NAV", 429, "", "not-executed"],
  ["a message that is wrong", 400, failed("INVALID_REQUEST"), "rejected"],
  ["invoices out of order", 400, failed("INDEX_NOT_SEQUENTIAL"), "rejected"],
  ["too large", 413, "", "rejected"],
  ["a failure, try again soon", 500, failed("OPERATION_FAILED"), "in-doubt"],
  ["the same with a good status", 200, failed("OPERATION_FAILED"), "in-doubt"],
  ["a code that nobody knows", 400, failed("SOMETHING_NEW"), "in-doubt"],
  ["cut off at 60 seconds", 504, "", "in-doubt"],
  ["unavailable, and nobody says why", 503, "", "in-doubt"],
  ["nothing", 200, "", "in-doubt"],
];

describe("answers to submissions", () => {
  for (const [route, name] of [["manage-invoice", "ManageInvoiceResponse"], ["manage-invoice-compressed", "ManageInvoiceResponse"], ["manage-invoices", "ManageInvoiceResponse"], ["manage-invoices-compressed", "ManageInvoiceResponse"], ["manage-annulment", "ManageAnnulmentResponse"]] as const) {
    const cases: readonly Case[] = [...REFUSALS, ["taken in", 200, done(name), "accepted"], ["cut off", 200, done(name).slice(0, -10), "in-doubt"], ["an answer to something else", 200, done("TokenExchangeResponse"), "in-doubt"]];
    for (const [what, status, document, meaning] of cases) test(`${route}, ${what}: ${status} is ${meaning}`, () => assert.equal(profile.judged(route, status, document, "application/xml"), meaning));
    test(`${route}: a page in front of NAV is in doubt`, () => assert.equal(profile.judged(route, 503, "<html></html>", "text/html"), "in-doubt"));
  }
});

/** A submission of its own token and signature, as every try has them. */
function request(invoices: readonly Sold[], { compressed = false, taxNumber = TAXPAYER, flag = String(compressed) } = {}): string {
  const items = invoices.map((sold) => ({ operation: sold.operation ?? "CREATE", data: invoiceData(sold, taxNumber, compressed) }));
  const listed = items.map(({ operation, data }, i) => `<invoiceOperation><index>${i + 1}</index><invoiceOperation>${operation}</invoiceOperation><invoiceData>${data}</invoiceData></invoiceOperation>`).join("");
  const content = `<exchangeToken>${Math.random()}</exchangeToken><invoiceOperations><compressedContent>${flag}</compressedContent>${listed}</invoiceOperations>`;
  return signedRequest("manageInvoice", { content, items }, taxNumber, Date.now());
}

describe("which way a message takes", () => {
  const one = [{ number: "A-1" }];
  const cases: readonly (readonly [path: string, document: string, route: string | null])[] = [
    ["manageInvoice", request(one), "manage-invoice"],
    ["manageInvoice", request(one, { compressed: true }), "manage-invoice-compressed"],
    ["manageInvoice", request(one, { flag: "0" }), "manage-invoice"],
    ["manageInvoice", request([...one, { number: "A-2" }]), "manage-invoices"],
    ["manageInvoice", request([...one, { number: "A-2" }], { compressed: true }), "manage-invoices-compressed"],
    ["manageInvoice", request(one, { flag: "perhaps" }), null],
    ["manageAnnulment", signedRequest("manageAnnulment", {}, TAXPAYER, 0), "manage-annulment"],
    ["tokenExchange", signedRequest("tokenExchange", {}, TAXPAYER, 0), "token"],
    ["queryTransactionStatus", signedRequest("queryTransactionStatus", {}, TAXPAYER, 0), "status"],
    ["queryInvoiceData", signedRequest("queryInvoiceData", {}, TAXPAYER, 0), "questions"],
    ["queryNothing", signedRequest("queryNothing", {}, TAXPAYER, 0), null],
  ];
  for (const [path, document, route] of cases) test(`${path} → ${String(route)}`, () => assert.equal(profile.route(`/invoiceService/v3/${path}`, document), route));
});

describe("what makes two submissions the same", () => {
  const found = (document: string, route = "manage-invoice"): readonly [id: string, fingerprint: string] => {
    const identified = profile.identified(route, document);
    assert.equal(identified.kind, "identified", JSON.stringify(identified));
    return identified.kind === "identified" ? [identified.id, identified.fingerprint] : ["", ""];
  };
  const first = found(request([{ number: "A-1" }]));

  test("a new token, request id, time and signature leave it the same, compressed or not", () => {
    assert.deepEqual(found(request([{ number: "A-1" }])), first);
    assert.deepEqual(found(request([{ number: "A-1" }], { compressed: true }), "manage-invoice-compressed"), first);
  });
  test("another amount or another operation under the number is another content", () => {
    for (const change of [{ gross: "254" }, { operation: "STORNO" } as const]) {
      const [id, fingerprint] = found(request([{ number: "A-1", ...change }]));
      assert.deepEqual([id, fingerprint === first[1]], [first[0], false]);
    }
  });
  test("the order of several invoices does not matter, and a changed one is another content", () => {
    const two = [{ number: "A-1" }, { number: "A-2" }];
    const both = found(request(two), "manage-invoices");
    assert.deepEqual(found(request(two.toReversed(), { compressed: true }), "manage-invoices-compressed"), both);
    const [id, fingerprint] = found(request([{ number: "A-1" }, { number: "A-2", gross: "254" }]), "manage-invoices");
    assert.deepEqual([id, fingerprint === both[1]], [both[0], false]);
  });
  test("another number or taxpayer is another invoice", () => {
    assert.notEqual(found(request([{ number: "A-2" }]))[0], first[0]);
    assert.notEqual(found(request([{ number: "A-1" }], { taxNumber: "87654321" }))[0], first[0]);
  });
  test("an invoice that cannot be read is not sent", () => {
    assert.notEqual(profile.identified("manage-invoice", request([{ number: "A-1" }]).replace(/<invoiceData>.{8}/, "<invoiceData>!!!!!!!!")).kind, "identified");
    assert.notEqual(profile.identified("manage-invoice-compressed", request([{ number: "A-1" }])).kind, "identified");
  });
  test("two annulments of an invoice are two submissions", () => {
    const annulment = (time: string): string => {
      const data = Buffer.from(`<InvoiceAnnulment xmlns="http://schemas.nav.gov.hu/OSA/3.0/annul"><annulmentReference>A-1</annulmentReference><annulmentTimestamp>${time}</annulmentTimestamp><annulmentCode>ERRATIC_DATA</annulmentCode></InvoiceAnnulment>`).toString("base64");
      return signedRequest("manageAnnulment", { content: `<annulmentOperations><annulmentOperation><index>1</index><annulmentOperation>ANNUL</annulmentOperation><invoiceAnnulment>${data}</invoiceAnnulment></annulmentOperation></annulmentOperations>` }, TAXPAYER, Date.now());
    };
    assert.deepEqual(found(annulment("2026-11-22T08:00:00Z"), "manage-annulment"), found(annulment("2026-11-22T08:00:00Z"), "manage-annulment"));
    assert.notEqual(found(annulment("2026-11-22T08:00:00Z"), "manage-annulment")[0], found(annulment("2026-11-22T09:00:00Z"), "manage-annulment")[0]);
  });
});

describe("what questions tell", () => {
  const asked = signedRequest("queryTransactionStatus", { content: "<transactionId>4ABC</transactionId>" }, TAXPAYER, 0);
  const result = (status: string, { code = "", original = "" } = {}): string =>
    `<processingResult><index>1</index><invoiceStatus>${status}</invoiceStatus>${code === "" ? "" : `<businessValidationMessages><validationResultCode>ERROR</validationResultCode><validationErrorCode>${code}</validationErrorCode></businessValidationMessages>`}<compressedContentIndicator>false</compressedContentIndicator>${original === "" ? "" : `<originalRequest>${original}</originalRequest>`}</processingResult>`;
  const told = (...results: readonly string[]) => profile.learnt("status", asked, `<QueryTransactionStatusResponse ${XMLNS}><ns2:result><ns2:funcCode>OK</ns2:funcCode></ns2:result><software/><processingResults>${results.join("")}</processingResults></QueryTransactionStatusResponse>`);
  const of = (operation: string, ...results: readonly string[]) => told(...results).filter((finding) => finding.operation === operation);
  const byReference = (...results: readonly string[]) => of("manage-invoice", ...results).filter(({ key, match }) => key === null && match.length === 0).map(({ reference, verdict, duplicate }) => [reference, verdict, duplicate]);

  for (const [status, verdict] of [["RECEIVED", "running"], ["PROCESSING", "running"], ["SAVED", "running"], ["DONE", "accepted"], ["ABORTED", "rejected"]] as const) {
    test(`one invoice that is ${status}: ${verdict}`, () => assert.deepEqual(byReference(result(status)), [["4ABC", verdict, null]]));
  }
  test("a number that was used before is looked at by a person: it may be our own", () => assert.deepEqual(byReference(result("ABORTED", { code: "INVOICE_NUMBER_NOT_UNIQUE" })), [["4ABC", "running", "check"]]));
  test("of several invoices the transaction alone says nothing", () => {
    assert.deepEqual(byReference(result("DONE"), result("ABORTED")), [["4ABC", "running", null]]);
    assert.deepEqual(of("manage-invoices", result("DONE"), result("ABORTED")), []);
  });
  for (const compressed of [false, true]) {
    const results = ["DONE", "ABORTED"].map((status, i) => result(status, { original: invoiceData({ number: `A-${i + 1}` }, TAXPAYER, compressed) }));
    test(`with the original request each invoice has its verdict${compressed ? ", compressed too" : ""}`, () => {
      assert.deepEqual(of("manage-invoices", ...results).map(({ key, scope, verdict }) => [key, scope, verdict]), [[["A-1"], [TAXPAYER], "accepted"], [["A-2"], [TAXPAYER], "rejected"]]);
      assert.deepEqual(of("manage-invoice", ...results).filter(({ key }) => key !== null).map(({ key, reference, verdict }) => [key, reference, verdict]), [[["A-1"], "4ABC", "accepted"], [["A-2"], "4ABC", "running"]]);
    });
  }
});
