import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyFault, type Body } from "../../src/http/message.ts";
import type { Exchange } from "../../src/pipeline/exchange.ts";
import { handle } from "../../src/pipeline/handle.ts";
import { answered, bytes, codeOf, exchange, run, setUp, streamed } from "./setup.ts";

interface Case {
  readonly line: string;
  readonly headers?: readonly string[];
  readonly body?: () => Body;
  readonly host?: string;
  readonly want: string;
}

const JSON_TYPE = ["Content-Type", "application/json; charset=utf-8"];

const cases: readonly Case[] = [
  { line: "GET /invoices/1", want: "200" },
  { line: "GET /invoices/1", host: "TAX.Example.:8080", want: "200" },
  { line: "GET http://tax.example/invoices/1", host: "other.example", want: "200" },
  { line: "GET http://other.example/invoices/1", want: "421 misdirected" },
  { line: "GET /invoices/1", host: "other.example", want: "421 misdirected" },
  { line: "GET /nowhere", want: "404 no-route" },
  { line: "GET /invoices/1/2", want: "404 no-route" },
  { line: "GET /invoices/", want: "404 no-route" },
  { line: "DELETE /invoices/1", want: "405 method-not-allowed" },
  { line: "GET /invoices", want: "405 method-not-allowed" },
  { line: "GET /invoices/%2e%2e", want: "400 encoded-dot-segment" },
  { line: "GET /invoices/a%2Fb", want: "400 encoded-slash" },
  { line: "GET /odd/a%2Fb", want: "200" },
  { line: "GET /odd/a%25", want: "400 encoded-percent" },
  { line: "GET /odd/a;b", want: "400 path-parameters" },
  { line: "GET /nowhere;x", want: "400 path-parameters" },
  { line: "GET /a%00", want: "400 encoded-nul" },
  { line: "GET /a#b", want: "400 fragment" },
  { line: "GET relative", want: "400 malformed-target" },
  { line: "POST /json", headers: JSON_TYPE, body: () => bytes("{}"), want: "200" },
  { line: "POST /json", body: () => bytes("{}"), want: "415 unsupported-type" },
  { line: "POST /json", headers: ["Content-Type", "text/plain"], body: () => bytes("{}"), want: "415 unsupported-type" },
  { line: "POST /json", headers: JSON_TYPE, body: () => bytes("12345678901"), want: "413 body-too-large" },
  { line: "POST /json", headers: JSON_TYPE, body: () => streamed([], 11), want: "413 body-too-large" },
  { line: "POST /json", headers: JSON_TYPE, body: () => streamed(["123456", "78901"]), want: "413 body-too-large" },
  { line: "POST /json", headers: JSON_TYPE, body: () => streamed(["12345", "67890"]), want: "200" },
  { line: "POST /json", headers: JSON_TYPE, body: () => streamed(["12", new BodyFault("timeout", "late")]), want: "408 client-timeout" },
  { line: "POST /json", headers: JSON_TYPE, body: () => streamed(["12", new BodyFault("malformed", "odd")]), want: "400 malformed-request" },
  { line: "POST /json", headers: JSON_TYPE, body: () => streamed(["12", new BodyFault("aborted", "gone")]), want: "499 client-gone" },
  { line: "POST /pass/up", body: () => streamed([], 21), want: "413 body-too-large" },
  { line: "POST /pass", body: () => streamed(["any"]), want: "200" },
];

for (const { line, headers = [], body, host = "tax.example", want } of cases) {
  test(`${line}${body === undefined ? "" : " with a body"} at ${host} is answered ${want}`, async () => {
    const parts = setUp();
    const x = exchange(line, headers, body?.(), host);
    assert.equal(codeOf(await run(parts, x)), want);
    assert.equal(parts.calls.length, want === "200" ? 1 : 0);
    const [end] = parts.ends;
    assert.equal(parts.ends.length, 1);
    assert.equal(end?.error, want === "200" ? null : want.split(" ")[1]);
    assert.equal(end?.phase, want === "200" ? "answer" : "identify");
    assert.equal(parts.generation.inFlight, 0);
  });
}

test("a refusal of the method names those that the path takes", async () => {
  const answer = await run(setUp(), exchange("DELETE /invoices/1"));
  assert.deepEqual(answer?.headers.slice(-2), ["Allow", "GET, HEAD"]);
});

test("a problem says its code, what to do in English and Chinese, and which request it was, and is not kept", async () => {
  const answer = await run(setUp(), exchange("GET /nowhere"));
  const body = JSON.parse(answer?.body.kind === "bytes" ? Buffer.from(answer.body.bytes).toString() : "{}") as Record<string, unknown>;
  assert.deepEqual([body["status"], body["code"], body["instance"]], [404, "no-route", "id-1"]);
  assert.match(String(body["title"]), /see 'routes'/);
  assert.match(String(body["title-zh"]), /没有匹配的路由/);
  assert.deepEqual(answer?.headers, ["Content-Type", "application/problem+json", "Cache-Control", "no-store", "Taxgate-Error", "no-route", "X-Request-Id", "id-1"]);
});

test("a refusal is sent before the call returns: nothing is awaited that has not to wait", () => {
  const parts = setUp();
  let sent = 0;
  void handle(exchange("GET /nowhere"), parts.generation, parts.around, () => void sent++);
  assert.equal(sent, 1);
});

test("a request that has to go out is handed to its region before the call returns", () => {
  const parts = setUp();
  void handle(exchange("GET /invoices/1"), parts.generation, parts.around, () => undefined);
  assert.equal(parts.calls.length, 1);
});

test("an exchange keeps the shape it was born with, whatever becomes of it", async () => {
  const ways: readonly (() => [ReturnType<typeof setUp>, Exchange])[] = [
    () => [setUp(), exchange("GET /nowhere")],
    () => [setUp(), exchange("GET /told", ["traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])],
    () => [setUp(), exchange("POST /invoices", [], streamed(["a"]))],
    () => [setUp(() => ({ kind: "not-sent", cause: "connect-refused", detail: "", endpoint: "e" }), { attempts: 1 }), exchange("GET /invoices/1")],
    () => [setUp(() => { throw new Error("fault"); }), exchange("GET /invoices/1")],
  ];
  for (const way of ways) {
    const [parts, x] = way();
    const before = Object.keys(x);
    await run(parts, x);
    assert.deepEqual(Object.keys(x), before);
  }
});

test("record runs after a fault, which is told in the log alone", async () => {
  const parts = setUp(() => { throw new Error("a secret place"); });
  const answer = await run(parts, exchange("GET /invoices/1"));
  assert.equal(codeOf(answer), "500 internal");
  assert.doesNotMatch(answer?.body.kind === "bytes" ? Buffer.from(answer.body.bytes).toString() : "", /secret/);
  assert.match(JSON.stringify(parts.logged), /a secret place/);
  assert.deepEqual(parts.ends.map(({ error, endedBy, phase }) => [error, endedBy, phase]), [["internal", "edge", "forward"]]);
});

test("a fault while the answer is being sent is recorded, and nothing is sent twice", async () => {
  const parts = setUp();
  const x = exchange("GET /invoices/1");
  let sends = 0;
  await handle(x, parts.generation, parts.around, (answer) => {
    sends++;
    x.status = answer.status;
    throw new Error("broken pipe");
  });
  assert.deepEqual([sends, parts.ends.length, parts.ends[0]?.error, parts.generation.inFlight], [1, 1, "internal", 0]);
});

test("record runs after the caller has gone, with nothing sent", async () => {
  const parts = setUp((_call, control) => new Promise((resolve) => {
    control.abort = (cause) => resolve({ kind: "in-doubt", cause, detail: "", endpoint: "e", bodyFault: null });
  }));
  const x = exchange("GET /invoices/1");
  const running = handle(x, parts.generation, parts.around, () => undefined);
  x.gone = true;
  x.onGone?.();
  await running;
  assert.deepEqual(parts.ends.map(({ status, error, endedBy, outcome, reason }) => [status, error, endedBy, outcome, reason]), [[0, "client-gone", "client", "aborted", "cancelled"]]);
});

test("every phase that ran has an end, and only those", async () => {
  const refused = setUp();
  refused.clock.advance(5);
  await run(refused, exchange("GET /nowhere"));
  assert.deepEqual([...(refused.ends[0]?.ends ?? [])], [5, 0, 0, 0, 0, 5, 5, 0]);
  const done = setUp(() => answered(200));
  done.clock.advance(5);
  await run(done, exchange("GET /invoices/1"));
  assert.deepEqual([...(done.ends[0]?.ends ?? [])], [5, 5, 5, 5, 5, 5, 5, 0]);
});

test("bodies held by all exchanges together are bounded, and their room is given back", async () => {
  const held = setUp(() => answered(200), { bodies: 10 });
  assert.equal(codeOf(await run(held, exchange("POST /invoices", [], streamed(["01234", "56789"])))), "200");
  assert.equal(codeOf(await run(held, exchange("POST /invoices", [], streamed(["0123456789", "a"])))), "503 overloaded");
  assert.equal(held.around.bodies.held(), 0);
});
