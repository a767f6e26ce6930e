import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ExtractorSource } from "../../../src/document/extractor.ts";
import { matchRoute } from "../../../src/pipeline/match-route.ts";
import { compileRoute } from "../../../src/pipeline/site.ts";
import { learnsOf, policyOf, ROUTES, routeNamed } from "./compiled.ts";

/*
 * What every kind of answer of KSeF means to the profile. Both forms of errors are those of open-api.json.
 */

const JSON_TYPE = "application/json; charset=utf-8";
const PROBLEM = "application/problem+json";
const BLOCKED = "<!DOCTYPE html><html><head><title>Request blocked</title></head></html>";

interface Said {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

const json = (status: number, value: unknown, contentType = JSON_TYPE): Said => ({ status, contentType, body: JSON.stringify(value) });
const exception = (...codes: readonly number[]): Said => json(400, { exception: { exceptionDetailList: codes.map((code) => ({ exceptionCode: code, exceptionDescription: "Opis", details: [] })), timestamp: "2026-11-22T08:00:00" } });
const problem = (...codes: readonly number[]): Said => json(400, { title: "Bad Request", status: 400, detail: "Żądanie jest nieprawidłowe.", errors: codes.map((code) => ({ code, description: "Opis", details: [] })) }, PROBLEM);
const inBothForms = (code: number, means: string): Case[] => [[`${code} as an exception`, exception(code), means], [`${code} as problem details`, problem(code), means]];

type Case = readonly [what: string, said: Said, means: string];

const ALIKE: readonly Case[] = [
  ["401", json(401, { title: "Unauthorized", status: 401, detail: "Wymagane jest uwierzytelnienie." }, PROBLEM), "not-executed"],
  ["a limit in the older form", json(429, { status: { code: 429, description: "Too Many Requests", details: ["Przekroczono limit 30 żądań na minutę."] } }), "not-executed"],
  ["a limit as problem details", json(429, { title: "Too Many Requests", status: 429, detail: "Przekroczono limit." }, PROBLEM), "not-executed"],
  ["403 of the API, which says why", json(403, { title: "Forbidden", status: 403, reasonCode: "missing-permissions" }, PROBLEM), "not-executed"],
  ["403 of the firewall", { status: 403, contentType: "text/html", body: BLOCKED }, "in-doubt"],
  ["403 of the firewall that states no type", { status: 403, contentType: undefined, body: BLOCKED }, "in-doubt"],
  ["403 that says nothing of the API's", { status: 403, contentType: "text/plain", body: "Request blocked" }, "in-doubt"],
  ["400 as a page", { status: 400, contentType: "text/html", body: BLOCKED }, "in-doubt"],
  ["400 without a body", { status: 400, contentType: undefined, body: "" }, "in-doubt"],
  ["500", json(500, { exception: { exceptionDetailList: [] } }), "in-doubt"],
  ["502 as a page", { status: 502, contentType: "text/html", body: BLOCKED }, "in-doubt"],
  ["503 as a page", { status: 503, contentType: "text/html", body: BLOCKED }, "in-doubt"],
  ["504 without a body", { status: 504, contentType: undefined, body: "" }, "in-doubt"],
  ["302", { status: 302, contentType: undefined, body: "" }, "in-doubt"],
];

const SEND: readonly Case[] = [
  ...ALIKE,
  ["202 with a reference", json(202, { referenceNumber: "20250625-EE-319D7EE000-B67F415CDC-2C" }), "accepted"],
  ["202 without one", json(202, {}), "in-doubt"],
  ["202 as a page", { status: 202, contentType: "text/html", body: BLOCKED }, "in-doubt"],
  ["200 where 202 is promised", json(200, { referenceNumber: "20250625-EE-319D7EE000-B67F415CDC-2C" }), "in-doubt"],
  ...[21155, 21173, 21180, 21184].flatMap((code) => inBothForms(code, "not-executed")),
  ...[21166, 21167, 21402, 21403, 21405].flatMap((code) => inBothForms(code, "rejected")),
  ["a refusal that names the session among others", problem(21405, 21180), "not-executed"],
  ["413", json(413, {}), "rejected"],
];

const CLOSE: readonly Case[] = [
  ...ALIKE,
  ["204", { status: 204, contentType: undefined, body: "" }, "accepted"],
  ...inBothForms(21180, "duplicate check"),
  ...[21173, 21184].flatMap((code) => inBothForms(code, "not-executed")),
  ...inBothForms(21405, "rejected"),
];

function meaning(route: string, { status, contentType, body }: Said): string {
  const judged = policyOf(route).judge({ status, contentType, body: Buffer.from(body) });
  return judged.kind === "duplicate" ? `duplicate ${judged.means}` : judged.kind;
}

for (const [route, cases] of [["send-invoice", SEND], ["close-online", CLOSE], ["close-batch", CLOSE]] as const) {
  describe(`answers to ${route}`, () => {
    for (const [what, said, means] of cases) test(`${what}: ${means}`, () => assert.equal(meaning(route, said), means));
  });
}

/** State of an invoice, what it means, and whether it is reported as a number that was used before. */
const STATES: readonly (readonly [code: number, verdict: string, duplicate: string | null])[] = [
  [100, "running", null], [150, "running", null], [200, "accepted", null], [405, "unsent", null], [410, "unsent", null], [415, "unsent", null],
  [430, "rejected", null], [435, "unsent", null], [440, "rejected", "conflict"], [450, "rejected", null], [500, "unsent", null], [550, "unsent", null], [999, "running", null],
];

const SESSION = "20250625-SO-2C3E6C8000-B675CF5D68-07";
const INVOICE = "20250625-EE-319D7EE000-B67F415CDC-2C";
const NUMBER = "5265877635-20250826-0100001AF629-AF";

function overheard(body: unknown, pathVariables: Readonly<Record<string, string>>, status = 200) {
  const request: ExtractorSource = { headers: [], pathVariables, query: "", body: null, contentType: undefined };
  return { request, status, headers: ["content-type", JSON_TYPE], contentType: JSON_TYPE, body: Buffer.from(JSON.stringify(body)) };
}

describe("states of invoices", () => {
  for (const [code, verdict, duplicate] of STATES) {
    const shown = { referenceNumber: INVOICE, ksefNumber: code === 200 ? NUMBER : null, invoiceHash: "x", status: { code, description: "Opis" } };
    const want = [{ reference: INVOICE, verdict, duplicate, number: code === 200 ? NUMBER : null }];
    const seen = (route: string, body: unknown, variables: Readonly<Record<string, string>>): object[] =>
      learnsOf(route).read(overheard(body, variables)).map(({ reference, verdict, duplicate, number }) => ({ reference, verdict, duplicate, number }));
    test(`${code} of one invoice: ${verdict}`, () => assert.deepEqual(seen("invoice-status", shown, { session: SESSION, invoice: INVOICE }), want));
    test(`${code} in a list: ${verdict}`, () => assert.deepEqual(seen("session-invoices", { continuationToken: null, invoices: [shown] }, { session: SESSION }), want));
    test(`${code} in a list of failures: ${verdict}`, () => assert.deepEqual(seen("session-failed", { invoices: [shown] }, { session: SESSION }), want));
  }

  test("nothing is learnt from refusals, pages and limits", () => {
    const limited = json(429, { status: { code: 429, description: "Too Many Requests", details: [] } });
    for (const said of [...ALIKE.map(([, said]) => said), exception(21405), problem(21405), limited]) {
      const found = learnsOf("invoice-status").read({ ...overheard({}, { session: SESSION, invoice: INVOICE }, said.status), contentType: said.contentType, body: Buffer.from(said.body) });
      assert.deepEqual(found.filter(({ verdict }) => verdict !== "running"), [], said.body);
    }
  });

  test("the state of a session says nothing about its invoices, 440 least of all", () => {
    assert.deepEqual(routeNamed("session-status").learns ?? [], []);
  });
});

describe("what makes two submissions the same", () => {
  const token = (context: string, issued: number): string => `Bearer ${[{ alg: "HS256" }, { cit: "Nip", civ: context, iat: issued }].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.x`;
  const sent = { invoiceHash: "aGFzaA==", invoiceSize: 10, encryptedInvoiceHash: "b25l", encryptedInvoiceSize: 16, encryptedInvoiceContent: "b25l" };
  const identified = (body: object, { context = "5265877635", issued = 1, session = SESSION } = {}) => {
    const source: ExtractorSource = { headers: ["authorization", token(context, issued)], pathVariables: { session }, query: "", body: Buffer.from(JSON.stringify(body)), contentType: "application/json" };
    const found = policyOf("send-invoice").identify(source, `/v2/sessions/online/${session}/invoices`);
    assert.equal(found.kind, "identified", JSON.stringify(found));
    return found.kind === "identified" ? [found.id, found.fingerprint] : [];
  };
  const first = identified(sent);

  test("another token, another session and another key leave it the same", () => {
    assert.deepEqual(identified({ ...sent, encryptedInvoiceHash: "dHdv", encryptedInvoiceContent: "dHdv" }, { issued: 2, session: "20250625-SO-0000000000-0000000000-00" }), first);
  });
  test("declaring it offline leaves it the same", () => assert.deepEqual(identified({ ...sent, offlineMode: true }), first));
  test("another content is another submission", () => assert.notEqual(identified({ ...sent, invoiceHash: "b3RoZXI=" })[0], first[0]));
  test("another context is another submission", () => assert.notEqual(identified(sent, { context: "1111111111" })[0], first[0]));
  test("another size, or a technical correction, under the same hash is a conflict", () => {
    for (const change of [{ invoiceSize: 11 }, { hashOfCorrectedInvoice: "b2xk" }]) {
      const [id, fingerprint] = identified({ ...sent, ...change });
      assert.deepEqual([id, fingerprint === first[1]], [first[0], false]);
    }
  });
  test("without a token that names its context nothing is sent", () => {
    const source: ExtractorSource = { headers: [], pathVariables: { session: SESSION }, query: "", body: Buffer.from(JSON.stringify(sent)), contentType: "application/json" };
    assert.equal(policyOf("send-invoice").identify(source, "/").kind, "missing");
  });
});

describe("which route a request takes", () => {
  const routes = ROUTES.map((route) => compileRoute(route));
  const cases: readonly (readonly [request: string, route: string])[] = [
    ["POST /v2/sessions/online", "open-online"],
    [`POST /v2/sessions/online/${SESSION}/invoices`, "send-invoice"],
    [`POST /v2/sessions/online/${SESSION}/close`, "close-online"],
    ["POST /v2/sessions/batch", "open-batch"],
    [`POST /v2/sessions/batch/${SESSION}/close`, "close-batch"],
    ["GET /v2/sessions", "sessions"],
    [`GET /v2/sessions/${SESSION}`, "session-status"],
    [`GET /v2/sessions/${SESSION}/invoices`, "session-invoices"],
    [`GET /v2/sessions/${SESSION}/invoices/failed`, "session-failed"],
    [`GET /v2/sessions/${SESSION}/invoices/${INVOICE}`, "invoice-status"],
    [`GET /v2/sessions/${SESSION}/invoices/${INVOICE}/upo`, "invoice-receipt"],
    [`GET /v2/sessions/${SESSION}/invoices/ksef/${NUMBER}/upo`, "invoice-receipt-by-number"],
    [`GET /v2/sessions/${SESSION}/upo/20250918-EU-2EBD6FA000-242EB9B66D-43`, "session-receipt"],
    [`GET /v2/invoices/ksef/${NUMBER}`, "invoice"],
    ["POST /v2/invoices/query/metadata", "search"],
    ["POST /v2/invoices/exports", "export"],
    ["GET /v2/invoices/exports/20250625-EX-319D7EE000-B67F415CDC-2C", "export-status"],
    ["GET /v2/security/public-key-certificates", "public-keys"],
    ["GET /v2/rate-limits", "allowances"],
    ["GET /v2/limits/context", "sizes"],
    ["POST /v2/auth/challenge", "sign-in"],
    ["POST /v2/auth/ksef-token", "sign-in"],
    ["POST /v2/auth/token/redeem", "sign-in"],
    ["GET /v2/auth/sessions", "signed-in"],
    ["GET /v2/auth/20250514-AU-2DFC46C000-3AC6D5877F-D4", "sign-in-status"],
    ["GET /v2/tokens", "other"],
    ["POST /v2/permissions/persons/grants", "other"],
    ["DELETE /v2/auth/sessions/current", "other"],
    ["GET /docs", "rest"],
  ];
  for (const [request, want] of cases) {
    test(`${request}: ${want}`, () => {
      const [method = "", path = ""] = request.split(" ");
      assert.equal(matchRoute(routes, method, path, "", []).route?.options.name, want);
    });
  }
});
