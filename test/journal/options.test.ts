import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { journalOptions, submissionOptions } from "../../src/journal/options.ts";

type Given = Readonly<Record<string, unknown>>;

const KEY = [{ json: "/orderNo" }];
const QUERY = { query: { path: "/q?orderNo={key}" }, found: { status: 200 } };
const STEP = "exactly one of query, wait, resend, or the word hold";
const RATE = "a rate such as 100/s, 30/min or 1000/d";
const within = (min: string, max: string): string => `a duration with its unit from ${min} to ${max}, such as 250ms, 30s or 5min`;

/** `where: message`, one a line, as they come. A union that refuses says what it wants as a whole, or what its branches do. */
function faults(schema: z.ZodType, given: unknown): string[] {
  const read = schema.safeParse(given);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const mistakes: readonly { readonly what: string; readonly given: Given; readonly wanted: readonly string[] }[] = [
  { what: "an empty key", given: { key: [] }, wanted: ["key: a list of 1 to 8 extractors such as [{ json: /orderNo }], or 'items' for a batch"] },
  { what: "an unknown word", given: { key: KEY, retries: 3 }, wanted: [': Unrecognized key: "retries"'] },
  { what: "fields beside 'bytes'", given: { key: KEY, fingerprint: { over: "bytes", fields: KEY } }, wanted: ["fingerprint.fields: fields beside 'over: fields', and nowhere else"] },
  { what: "'fields' without fields", given: { key: KEY, fingerprint: { over: "fields" } }, wanted: ["fingerprint.fields: fields beside 'over: fields', and nowhere else"] },
  { what: "an outage that is met in an unknown way", given: { key: KEY, onOutage: "retry" }, wanted: ['onOutage: Invalid option: expected one of "wait"|"refuse"|"defer"'] },
  { what: "a linger beyond its bound", given: { key: KEY, linger: "2h" }, wanted: [`linger: ${within("0ms", "1h")}`] },
  { what: "a hold that nobody can meet", given: { key: KEY, holdFor: "1s" }, wanted: [`holdFor: ${within("1min", "10y")}`] },
  { what: "an outcome that is forgotten within the hour", given: { key: KEY, retain: { outcome: "1h" } }, wanted: [`retain.outcome: ${within("1d", "100y")}`] },
  { what: "bodies that are forgotten at once", given: { key: KEY, retain: { bodies: "1s" } }, wanted: [`retain.bodies: ${within("1h", "100y")}`] },
  { what: "no pace", given: { key: KEY, resolvePace: "0/s" }, wanted: [`resolvePace: ${RATE}`] },
  { what: "a pace of delivery that is no rate", given: { key: KEY, defer: { pace: 5 } }, wanted: [`defer.pace: ${RATE}`] },
  { what: "a queue without room", given: { key: KEY, defer: { maxQueued: 0 } }, wanted: ["defer.maxQueued: a whole number from 1 to 10000000"] },
  { what: "a time of day that is none", given: { key: KEY, notPast: "noon Europe/Warsaw" }, wanted: ["notPast: midnight and a time zone, such as midnight Europe/Warsaw"] },
  { what: "a webhook to no web address", given: { key: KEY, defer: { webhook: { url: "ftp://a/b", secret: "0123456789abcdef" } } }, wanted: ["defer.webhook.url: an address such as https://erp.example/taxgate"] },
  { what: "a short secret of a webhook", given: { key: KEY, defer: { webhook: { url: "https://a.example/b", secret: "0123456789abcde" } } }, wanted: ["defer.webhook.secret: at least 16 characters"] },
  { what: "a field to replay that is none", given: { key: KEY, replayHeaders: ["content type"] }, wanted: ["replayHeaders.0: a header name"] },
  { what: "a field to replay that is about the connection", given: { key: KEY, replayHeaders: ["Transfer-Encoding"] }, wanted: ["replayHeaders.0: a field that a replay may carry: none about the connection, the date or one caller"] },
  { what: "a field to replay that is about one caller", given: { key: KEY, replayHeaders: ["set-cookie"] }, wanted: ["replayHeaders.0: a field that a replay may carry: none about the connection, the date or one caller"] },
  { what: "a form with the status of an interim answer", given: { key: KEY, answers: { held: { status: 199 } } }, wanted: ["answers.held.status: a whole number from 200 to 599"] },
  { what: "a form whose type would end its line", given: { key: KEY, answers: { held: { status: 200, contentType: "text/plain\r\nx: y" } } }, wanted: ["answers.held.contentType: a content type such as application/json; charset=utf-8"] },
  { what: "a duplicate that means something else", given: { key: KEY, duplicate: [{ status: 409, means: "maybe" }] }, wanted: ['duplicate.0.means: Invalid option: expected one of "same"|"check"|"conflict"'] },
  { what: "a condition that asks nothing", given: { key: KEY, accepted: [{}] }, wanted: ["accepted.0: at least one of status, contentType, json, xml"] },
  { what: "a duplicate that asks nothing", given: { key: KEY, duplicate: [{ means: "same" }] }, wanted: ["duplicate.0: at least one of status, contentType, json, xml"] },
];
for (const { what, given, wanted } of mistakes) test(`${what} is refused, and the message says what is wanted`, () => assert.deepEqual(faults(submissionOptions, given), wanted));

const QUERY_PLACE = "{key}, {key.2}, {scope}, {taxpayer}, {region}, {remember.NAME}, {path.NAME} or, but for 'match', {since} and {until}";
const FORM_PLACE = "{key}, {scope}, {taxpayer}, {region}, {remember.NAME}, {path.NAME}, {within}, {reference}, {requestId}, {retryAfter}, {code}, {detail} or a JSON pointer such as {/invoiceNo}";
const templates: readonly { readonly what: string; readonly given: Given; readonly wanted: readonly string[] }[] = [
  { what: "a question that leaves the number out", given: { resolve: [{ ...QUERY, query: { path: "/q" } }] }, wanted: ["resolve.0.query.path: {key} in it, in a header, the body or 'match': else another order could answer"] },
  { what: "a question that leaves a part of the number out", given: { key: [{ json: "/a" }, { json: "/b" }], resolve: ["hold", QUERY] }, wanted: ["resolve.1.query.path: {key.2} in it, in a header, the body or 'match': else another order could answer"] },
  { what: "a question with a place that stands for nothing", given: { resolve: [{ ...QUERY, query: { path: "/q?x={key}&y={orderNo}" } }] }, wanted: [`resolve.0.query.path: ${QUERY_PLACE}`] },
  { what: "a question with a part that the number does not have", given: { resolve: [{ ...QUERY, query: { path: "/q?x={key}&y={key.2}" } }] }, wanted: [`resolve.0.query.path: ${QUERY_PLACE}`] },
  { what: "a question by a scope that the route does not have", given: { resolve: [{ ...QUERY, query: { path: "/q?x={key}", body: "{scope}" } }] }, wanted: [`resolve.0.query.body: ${QUERY_PLACE}`] },
  { what: "a value to match that stands for nothing", given: { resolve: [{ ...QUERY, match: [{ read: { json: "/a" }, is: "{amount}" }] }] }, wanted: [`resolve.0.match.0.is: ${QUERY_PLACE}`] },
  { what: "a form with a place that stands for nothing", given: { answers: { held: { status: 200, body: "{orderNo}" } } }, wanted: [`answers.held.body: ${FORM_PLACE}`] },
  { what: "a form with a pointer that is none", given: { duplicate: [{ status: 409, means: "same", as: { status: 200, body: "{/a~2}" } }] }, wanted: [`duplicate.0.as.body: ${FORM_PLACE}`] },
];
for (const { what, given, wanted } of templates) test(`${what} is refused when the file is read`, () => assert.deepEqual(faults(submissionOptions, { key: KEY, ...given }), wanted));

for (const [where, step] of [["a header", { query: { path: "/q", headers: { "x-order": "{key}" } } }], ["the body", { query: { path: "/q", body: "{key}" } }], ["a value to match", { query: { path: "/q" }, match: [{ read: { json: "/a" }, is: "{key}" }] }]] as const) {
  test(`a question that has the number in ${where} is taken`, () => assert.deepEqual(faults(submissionOptions, { key: KEY, resolve: [{ ...QUERY, ...step }] }), []));
}

const steps: readonly { readonly what: string; readonly step: unknown; readonly wanted: string }[] = [
  { what: "two kinds at once", step: { ...QUERY, wait: "1s" }, wanted: STEP },
  { what: "none", step: {}, wanted: STEP },
  { what: "another word than hold", step: "give-up", wanted: STEP },
  { what: "a question without the answer that shows it", step: { query: { path: "/q?orderNo={key}" } }, wanted: "a condition beside 'query', such as { status: 200 }" },
  { what: "absence that counts at once", step: { ...QUERY, absent: { status: 404 } }, wanted: "a duration beside 'absent': how late the platform may still show it" },
  { what: "a question to a whole address", step: { ...QUERY, query: { path: "http://elsewhere/q?orderNo={key}" } }, wanted: "a path such as /api/invoices?orderNo={key}" },
  { what: "a question with a space in its path", step: { ...QUERY, query: { path: "/q orderNo={key}" } }, wanted: "a path such as /api/invoices?orderNo={key}" },
  { what: "a question by a method in small letters", step: { ...QUERY, query: { method: "get", path: "/q?orderNo={key}" } }, wanted: "a method in capitals such as GET" },
  { what: "a question without a pause", step: { ...QUERY, every: "1ms" }, wanted: within("50ms", "1d") },
];
for (const { what, step, wanted } of steps) {
  test(`a step with ${what} is refused`, () => {
    const read = submissionOptions.safeParse({ key: KEY, resolve: [step] });
    assert.equal(read.success, false);
    assert.ok(JSON.stringify(read.error?.issues).includes(JSON.stringify(wanted).slice(1, -1)), JSON.stringify(read.error?.issues));
  });
}

for (const step of ["hold", QUERY, { ...QUERY, absent: { status: 404 }, notFoundValidAfter: "1s" }, { wait: "1min" }, { resend: { window: "1h" } }]) {
  test(`the step ${JSON.stringify(step)} is taken`, () => assert.deepEqual(faults(submissionOptions, { key: KEY, resolve: [step] }), []));
}

test("a submission that names its key alone has every other option at its default", () => {
  assert.deepEqual(submissionOptions.parse({ key: KEY }), {
    key: KEY,
    scope: [],
    fingerprint: { over: "bytes", fields: [] },
    serialBy: [],
    within: [],
    remember: {},
    duplicate: [],
    accepted: [{ status: [200, 201, 202, 204] }],
    notExecuted: [{ status: [401, 429] }],
    final: [{ status: [400, 413, 415] }],
    inDoubt: [],
    resolve: ["hold"],
    resolvePace: { count: 50, per: 1000 },
    onMissingKey: "refuse",
    onOutage: "wait",
    defer: { accepted: { status: 202, contentType: "application/json", body: '{"status":"queued","requestId":"{requestId}"}' }, maxQueueAge: 43_200_000, pace: { count: 5, per: 1000 }, maxQueued: 100_000 },
    rejectedFor: 600_000,
    retain: { outcome: 315_576_000_000, bodies: 2_592_000_000 },
    linger: 60_000,
    resendUnsent: 0,
    holdFor: 86_400_000,
    replayHeaders: ["content-type", "content-encoding", "content-language", "location"],
    answers: {},
  });
});

test("a question that names what it needs alone has every other option at its default", () => {
  assert.deepEqual(submissionOptions.parse({ key: KEY, resolve: [QUERY] }).resolve, [{ query: { method: "GET", path: "/q?orderNo={key}", headers: {} }, found: { status: 200 }, match: [], absentMeans: "unsent", every: 1000, for: 600_000 }]);
});

const places: readonly { readonly what: string; readonly given: Given; readonly wanted: readonly string[] }[] = [
  { what: "another store", given: { store: "postgres" }, wanted: ["store: sqlite, the one store of this release"] },
  { what: "a ballast beyond its bound", given: { ballast: "2GiB" }, wanted: ["ballast: a size with its unit up to 1GiB, such as 64KiB or 5MB"] },
  { what: "distrust without a unit", given: { distrustFor: "30" }, wanted: [`distrustFor: ${within("0ms", "10y")}`] },
  { what: "a short key", given: { encryption: { keys: [{ id: "a", key: "short" }] } }, wanted: ["encryption.keys.0.key: at least 16 characters"] },
  { what: "encryption without a key", given: { encryption: { keys: [] } }, wanted: ["encryption.keys: Too small: expected array to have >=1 items"] },
  { what: "an unknown cipher", given: { encryption: { cipher: "des", keys: [{ id: "a", key: "0123456789abcdef" }] } }, wanted: ['encryption.cipher: Invalid option: expected one of "aes-256-gcm"|"sm4-gcm"'] },
];
for (const { what, given, wanted } of places) test(`a journal with ${what} is refused, and the message says what is wanted`, () => assert.deepEqual(faults(journalOptions, given), wanted));

test("a journal of which nothing is said has every option at its default", () => {
  assert.deepEqual(journalOptions.parse({}), { store: "sqlite", ballast: 16_777_216, distrustFor: 2_592_000_000 });
});
