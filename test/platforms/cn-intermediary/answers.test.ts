import { deepEqual, equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { loadProfile } from "../../../src/config/load-profile.ts";
import { compileLearns } from "../../../src/journal/verdicts/rules.ts";
import { compilePolicy } from "../../../src/journal/policy.ts";
import { someFacts } from "../../journal/some-entry.ts";
import { judging, type TableAnswer } from "../judging.ts";
import { orderBody, SELLER } from "./application.ts";

const FPXX = { fphm: "26110000000000000001", fpqqlsh: "A1", xhf_nsrsbh: SELLER, jshj: "113.00", kprq: "2026-11-22 08:00:00" };
const code = (text: string, more: object = {}): TableAnswer => ({ status: 200, body: { code: text, msg: "…", ...more } });

describe("answers to an order", () => {
  const judge = judging("cn-intermediary", "issue");
  const table: readonly (readonly [string, TableAnswer, string])[] = [
    ["issued at once", code("0000", { datagram: { fpxx: FPXX } }), "accepted"],
    ["taken in, its result to come", code("0000", { datagram: { fpqqlsh: "A1" } }), "accepted"],
    ["the serial number is known, and used up", code("6655"), "duplicate-check"],
    ["the order exists, and is under way", code("6783"), "duplicate-check"],
    ["not signed in", code("1101"), "not-executed"],
    ["a face check is due", code("1102"), "not-executed"],
    ["a wrong signature", code("1003"), "not-executed"],
    ["no package of the company", code("1011"), "not-executed"],
    ["the bureau refuses the content", code("6509"), "rejected"],
    ["a malformed order", code("1002"), "rejected"],
    ["too large", { status: 413, body: { code: "1002" } }, "rejected"],
    ["the bureau was asked, and its answer was not understood", code("1108"), "in-doubt"],
    ["failed, and the bureau may be the cause", code("2116"), "in-doubt"],
    ["a fault of the vendor", code("9999"), "in-doubt"],
    ["a time-out of the vendor", { status: 504, body: { code: "9999" } }, "in-doubt"],
    ["a code that no list knows", code("3001"), "in-doubt"],
    ["limited", { status: 429, body: {} }, "not-executed"],
    ["a page of a firewall", { status: 502, type: "text/html", body: "<html></html>" }, "in-doubt"],
    ["an accepting code under a wrong status", { status: 500, body: { code: "0000" } }, "in-doubt"],
    ["a code that is a number", { status: 200, body: { code: 0 } }, "in-doubt"],
  ];
  for (const [what, answer, meaning] of table) test(`${what}: ${meaning}`, () => equal(judge(answer), meaning));
});

const loaded = loadProfile("cn-intermediary", {});
if (!loaded.ok) throw new Error("the profile does not load");
const routes = new Map(loaded.site.routes.map((route) => [route.name, route]));

test("the profile loads without a warning", () => deepEqual(loaded.warnings, []));

describe("the question about an order", () => {
  const options = routes.get("issue")?.submission;
  if (options === undefined) throw new Error("no submission");
  const policy = compilePolicy(options, "default", "issue");
  const [step] = policy.plan;
  if (step?.kind !== "query") throw new Error("no question");
  const facts = { ...someFacts(), key: ["A1"], scope: [SELLER] };
  const recalled = { values: { "remember.ptsbm": "ERP00001" }, within: null };
  const look = (answer: TableAnswer): string => step.look({ status: answer.status, contentType: "application/json", headers: [], body: Buffer.from(JSON.stringify(answer.body)) }, facts, recalled);

  test("has two steps, which both name serial number, seller and platform code", () => {
    const asked = step.request(facts, recalled);
    const bodies = [asked?.prompt?.body, asked?.body].map((body) => JSON.parse(Buffer.from(body ?? []).toString()) as object);
    deepEqual(bodies, [{ nsrsbh: SELLER, ptsbm: "ERP00001", fpqqlsh: "A1", cxfw: "2" }, { nsrsbh: SELLER, ptsbm: "ERP00001", fpqqlsh: "A1" }]);
    deepEqual([asked?.prompt?.target, asked?.target], ["/hx/api/fp/h5.js.invoiceIssuRes.apply", "/hx/api/fp/h5.js.invoiceApplyRes.query"]);
  });
  test("is not put without the platform code", () => equal(step.request(facts), null));

  const seen: readonly (readonly [string, TableAnswer, string])[] = [
    ["the invoice", code("0000", { datagram: { fpxx: FPXX } }), "found"],
    ["another order's invoice", code("0000", { datagram: { fpxx: { ...FPXX, fpqqlsh: "A2" } } }), "another"],
    ["another seller's invoice", code("0000", { datagram: { fpxx: { ...FPXX, xhf_nsrsbh: "X" } } }), "another"],
    ["not yet", code("6901"), "unknown"],
    ["not asked for", code("6902"), "unknown"],
    ["given up after twelve hours", code("6904"), "absent"],
    ["not signed in", code("1101"), "unknown"],
  ];
  for (const [what, answer, sight] of seen) test(`${what} shows: ${sight}`, () => equal(look(answer), sight));
  test("absence counts after twelve hours, and closes the serial number in the vendor's form", () => {
    deepEqual([step.notFoundValidAfter, step.absentMeans], [12 * 3_600_000, "closed"]);
    equal((JSON.parse(step.closedAs?.body ?? "{}") as { readonly code?: string }).code, "6904");
  });
});

describe("what a fetched result tells of an order", () => {
  const learns = compileLearns(routes.get("fetch")?.learns ?? []);
  const overhear = (answer: TableAnswer, asked: object) => learns.read({
    request: { headers: [], pathVariables: {}, query: "", body: Buffer.from(JSON.stringify(asked)), contentType: "application/json" },
    status: answer.status, headers: [], contentType: "application/json", body: Buffer.from(JSON.stringify(answer.body)),
  }).map(({ verdict, key, scope, number, named }) => ({ verdict, key, scope, number, named }));
  const asked = { nsrsbh: SELLER, ptsbm: "ERP00001", fpqqlsh: "A1" };

  const table: readonly (readonly [string, TableAnswer, object])[] = [
    ["the invoice", code("0000", { datagram: { fpxx: FPXX } }), { verdict: "accepted", number: FPXX.fphm, named: true }],
    ["not yet", code("6901"), { verdict: "running", number: null, named: false }],
    ["given up", code("6904"), { verdict: "rejected", number: null, named: false }],
  ];
  for (const [what, answer, want] of table) test(`${what}: ${JSON.stringify(want)}`, () => deepEqual(overhear(answer, asked), [{ key: ["A1"], scope: [SELLER], ...want }]));
  test("an answer about another order is about that one", () => deepEqual(overhear(code("0000", { datagram: { fpxx: { ...FPXX, fpqqlsh: "A2" } } }), asked).map(({ key }) => key), [["A2"]]));
  test("a page says nothing", () => deepEqual(overhear({ status: 401, body: {} }, asked), []));
});

test("an order's identity is its serial number and its seller, whoever sends it", () => {
  const options = routes.get("issue")?.submission;
  if (options === undefined) throw new Error("no submission");
  const identify = (body: object) => compilePolicy(options, "default", "issue").identify({ headers: [], pathVariables: {}, query: "", body: Buffer.from(JSON.stringify(body)), contentType: "application/json" }, "/");
  const first = identify(orderBody("ORDER", "A1"));
  deepEqual(first.kind === "identified" ? [first.key, first.scope] : first, [["A1"], [SELLER]]);
  const other = identify(orderBody("ORDER", "A1", "7.00"));
  equal(first.kind === "identified" && other.kind === "identified" && first.id === other.id && first.fingerprint !== other.fingerprint, true);
});
