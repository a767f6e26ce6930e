import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { get, parse, rawClient, reported, submit, talk } from "./raw-client.ts";
import { started } from "./started.ts";

function post(path: string, body: string, headers = ""): string {
  return `POST ${path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

test("a submission issues an invoice, and the same one again issues another", async (t) => {
  const { origin, ledger } = await started(t);
  const [first, second] = [parse(await talk(origin, submit("A-1"))), parse(await talk(origin, submit("A-1")))];
  const answer = JSON.parse(first.body);
  assert.equal(first.status, 200);
  assert.match(answer.invoiceNo, /^[0-9]{20}$/);
  assert.deepEqual({ ...answer, invoiceNo: "" }, { code: 0, invoiceNo: "", orderNo: "A-1", region: "beijing", issuedAt: "2026-09-21T22:13:20+08:00" });
  assert.equal(first.headers["taxgate-sandbox"], "beijing");
  assert.notEqual(JSON.parse(second.body).invoiceNo, answer.invoiceNo);
  assert.equal(ledger.ofOrder("A-1").length, 2);
  assert.equal(ledger.totals().duplicates, 1);
});

test("the ledger keeps the hash of the body as it arrived", async (t) => {
  const { origin, ledger } = await started(t);
  const request = submit("A-1");
  await talk(origin, request);
  const body = request.slice(request.indexOf("\r\n\r\n") + 4);
  assert.equal(ledger.ofOrder("A-1")[0]?.sha256, createHash("sha256").update(body).digest("hex"));
});

const MALFORMED: readonly (readonly [body: string, message: string])[] = [
  ["", "body is not a JSON object"],
  ["[1]", "body is not a JSON object"],
  ['{"sellerTaxNo":"1","items":[],"amount":1}', "orderNo is not a string of 1 to 128 characters"],
  ['{"orderNo":7,"sellerTaxNo":"1","items":[],"amount":1}', "orderNo is not a string of 1 to 128 characters"],
  ['{"orderNo":"a","items":[],"amount":1}', "sellerTaxNo is not a string of 1 to 32 characters"],
  ['{"orderNo":"a","sellerTaxNo":"1","items":{},"amount":1}', "items is not a list"],
  ['{"orderNo":"a","sellerTaxNo":"1","items":[],"amount":"1"}', "amount is not a number"],
];

for (const [body, message] of MALFORMED) {
  test(`the body ${JSON.stringify(body)} is refused with 4001: ${message}`, async (t) => {
    const { origin, ledger } = await started(t);
    const answer = parse(await talk(origin, post("/api/invoices", body)));
    assert.equal(answer.status, 400);
    assert.deepEqual(JSON.parse(answer.body), { code: 4001, message: `reading order: ${message}` });
    assert.equal(ledger.totals().issued, 0);
  });
}

test("a query finds the first invoice of an order and how many there are", async (t) => {
  const { origin, ledger } = await started(t);
  assert.equal(parse(await talk(origin, get("/api/invoices?orderNo=A%2F1"))).status, 404);
  await talk(origin, submit("A/1"));
  await talk(origin, submit("A/1"));
  const answer = JSON.parse(parse(await talk(origin, get("/api/invoices?orderNo=A%2F1"))).body);
  const numbers = ledger.ofOrder("A/1").map((issue) => issue.invoiceNo);
  assert.deepEqual([answer.invoiceNo, answer.count, answer.invoiceNos], [numbers[0], 2, numbers]);
});

const OF_SELLER: readonly (readonly [query: string, status: number, count: number | undefined])[] = [
  ["orderNo=A-1", 200, 1],
  ["orderNo=A-1&sellerTaxNo=91110000600007156X", 200, 1],
  ["orderNo=A-1&sellerTaxNo=91440300MA5EXAMPL1", 404, undefined],
];

for (const [query, status, count] of OF_SELLER) {
  test(`a query for ${query} answers ${status}`, async (t) => {
    const { origin, ledger } = await started(t);
    await talk(origin, submit("A-1"));
    const answer = parse(await talk(origin, get(`/api/invoices?${query}`)));
    const { sellerTaxNo, amount, sha256, count: found } = JSON.parse(answer.body);
    const issue = ledger.ofOrder("A-1")[0];
    assert.deepEqual([answer.status, found], [status, count]);
    if (status === 200) assert.deepEqual([sellerTaxNo, amount, sha256], [issue?.sellerTaxNo, issue?.amount, issue?.sha256]);
  });
}

test("while duplicates are refused, a known order of the same seller gets the first number and issues nothing", async (t) => {
  const { origin, ledger, faults } = await started(t, { refuseDuplicates: {} });
  const other = JSON.stringify({ orderNo: "A-1", sellerTaxNo: "91440300MA5EXAMPL1", items: [], amount: 1 });
  const submitAll = async (): Promise<unknown[]> => {
    const seen: unknown[] = [];
    for (const request of [submit("A-1"), submit("A-1"), post("/api/invoices", other)]) {
      const { status, body } = parse(await talk(origin, request));
      const { code, invoiceNo } = JSON.parse(body);
      seen.push([status, code, invoiceNo]);
    }
    return seen;
  };
  const answers = await submitAll();
  const [first, second] = ledger.ofOrder("A-1").map((issue) => issue.invoiceNo);
  assert.deepEqual(answers, [[200, 0, first], [200, 6655, first], [200, 0, second]]);
  assert.equal(ledger.totals().issued, 2);
  const report = JSON.parse(parse(await talk(origin, get("/_sandbox/requests"))).body);
  assert.deepEqual(report.strikes, { refuseDuplicates: 1 });
  await faults.clear();
  await submitAll();
  assert.equal(ledger.totals().issued, 5);
});

test("documents and the code table can be cached and are revalidated with 304", async (t) => {
  const { origin, ledger } = await started(t);
  await talk(origin, submit("A-1"));
  const document = `/api/invoices/${ledger.ofOrder("A-1")[0]?.invoiceNo}`;
  for (const [path, control] of [["/api/codes", "public, max-age=3600"], [document, "public, max-age=31536000, immutable"], [`${document}/pdf`, "public, max-age=31536000, immutable"]] as const) {
    const whole = parse(await talk(origin, get(path)));
    assert.deepEqual([whole.status, whole.headers["cache-control"]], [200, control], path);
    const again = parse(await talk(origin, get(path, `If-None-Match: "x", W/${whole.headers.etag}\r\n`)));
    assert.deepEqual([again.status, again.body, again.headers.etag, again.headers["content-length"]], [304, "", whole.headers.etag, undefined], path);
  }
});

test("the download of an invoice is a PDF whose table stands where it says", async (t) => {
  const { origin, ledger } = await started(t);
  await talk(origin, submit("A-1"));
  const { body, headers } = parse(await talk(origin, get(`/api/invoices/${ledger.ofOrder("A-1")[0]?.invoiceNo}/pdf`)));
  assert.equal(headers["content-type"], "application/pdf");
  assert.ok(body.startsWith("%PDF-1.4\n"));
  assert.equal(body.indexOf("xref\n"), Number(/startxref\n([0-9]+)/.exec(body)?.[1]));
});

const LOOK_UPS: readonly (readonly [request: string, status: number, code: number])[] = [
  [get("/api/health"), 200, 0],
  [get("/api/taxpayers/91110000600007156X"), 200, 0],
  [get("/api/taxpayers/x"), 400, 4001],
  [get("/api/invoices"), 400, 4001],
  [get("/api/invoices/12345678901234567890"), 404, 4040],
  [get("/api/nothing"), 404, 4041],
  [get("/api/./codes"), 404, 4041],
  [get("/"), 404, 4041],
  [get("/api/echo?bytes=many"), 400, 4001],
  [get("/api/codes").replace("GET", "DELETE"), 405, 4050],
];

for (const [request, status, code] of LOOK_UPS) {
  test(`"${request.split("\r\n")[0]}" is answered with ${status} code ${code}`, async (t) => {
    const { origin } = await started(t);
    const answer = parse(await talk(origin, request));
    assert.deepEqual([answer.status, JSON.parse(answer.body).code], [status, code]);
  });
}

test("an upload is counted and hashed, a download has the size that was asked for", async (t) => {
  const { origin } = await started(t);
  const body = "x".repeat(300_000);
  const answer = JSON.parse(parse(await talk(origin, post("/api/echo", body))).body);
  assert.deepEqual([answer.bytes, answer.sha256], [300_000, createHash("sha256").update(body).digest("hex")]);
  const download = parse(await talk(origin, get("/api/echo?bytes=300001")));
  assert.equal(download.headers["content-length"], "300001");
  assert.equal(download.body, "0123456789abcdef".repeat(20_000).slice(0, 300_001).padEnd(300_001, "0"));
});

test("a submission above 5 MB is refused with 413 on a connection that stays usable", async (t) => {
  const { origin, ledger } = await started(t);
  const client = rawClient(origin);
  t.after(() => client.socket.destroy());
  client.send(post("/api/invoices", "x".repeat(5_000_001)).replace("Connection: close\r\n", ""));
  client.send(get("/api/health"));
  const seen = await client.until();
  assert.match(seen.text, /^HTTP\/1\.1 413 [^]*"code":4130[^]*HTTP\/1\.1 200 OK/);
  assert.equal(ledger.totals().issued, 0);
});

test("a chunked submission above 5 MB is refused with 413", async (t) => {
  const { origin } = await started(t);
  const chunk = `100000\r\n${"x".repeat(0x10_00_00)}\r\n`;
  const head = "POST /api/invoices HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
  assert.equal(parse(await talk(origin, `${head}${chunk.repeat(5)}0\r\n\r\n`)).status, 413);
});

test("100 Continue is sent when the body is wanted, not when it is too large", async (t) => {
  const { origin } = await started(t);
  const client = rawClient(origin);
  t.after(() => client.socket.destroy());
  const request = post("/api/echo", "hello", "Expect: 100-continue\r\n");
  client.send(request.slice(0, -5));
  await client.until((seen) => seen.text === "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hello");
  assert.match((await client.until()).text, /"bytes":5/);
  const refused = await talk(origin, "POST /api/invoices HTTP/1.1\r\nHost: sandbox\r\nExpect: 100-continue\r\nContent-Length: 6000000\r\n\r\n");
  assert.match(refused.text, /^HTTP\/1\.1 413 /);
});

test("a body that breaks off issues nothing", async (t) => {
  const { origin, ledger } = await started(t);
  const client = rawClient(origin);
  client.send(submit("A-1").slice(0, -1));
  await reported(origin, (report) => report.total === 1);
  client.socket.destroy();
  const report = await reported(origin, ({ inFlight }) => inFlight === 0);
  assert.deepEqual([report.byEnding.gone, ledger.totals().issued], [1, 0]);
});
