import { deepEqual, equal, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";
import { until } from "../support/until.ts";
import { orderOf, submit, type Manners, type Order, type Told } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { issuedAs, startOwnPlatform, type OwnPlatform } from "./own-platform.ts";

const ROUTES = submissionRoute("fields", { fingerprint: "{ over: fields, fields: [{ json: /buyer }] }" }, { match: "header: { x-row: fields }" });
/** Answers above this are not believed. */
const MOST_ANSWER = 10_000_000;

/*
 * Rows that the sandbox cannot be asked to play, because it reads JSON in UTF-8 and ends connections in its own ways: here the
 * ledger is that of a platform which issues every body that arrives.
 */

describe("what stands on the wire", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-wire-"));
  let platform: OwnPlatform;
  let taxgate: TaxgateProcess;
  before(async () => {
    platform = await startOwnPlatform();
    taxgate = await startTaxgate(configuration(platform.origin, { routes: ROUTES }), { folder });
  });
  after(async () => {
    await taxgate.stop();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const send = (body: Order | string | Buffer, manners?: Manners): Promise<Told> => submit(taxgate.port("plain"), body, manners);

  test("row 5: a reset on a reused keep-alive connection before any byte was answered is asked about, not sent again blindly", async () => {
    equal((await send(orderOf("R5-FIRST"))).status, 200);
    platform.serve((_arrival, _response, socket) => socket.resetAndDestroy());
    const told = await send(orderOf("R5"));
    platform.serve(null);
    const [first] = platform.of("R5-FIRST");
    const arrivals = platform.of('"R5"');
    deepEqual([arrivals.length, arrivals[0]?.connection, arrivals[0]?.before], [1, first?.connection, 1], "it was not sent on the connection that was kept, once");
    deepEqual([told.status, told.submission, told.invoiceNo], [200, "confirmed", String(platform.issued.indexOf(arrivals[0] as never) + 1)]);
    ok(platform.asked.some((target) => target.includes("orderNo=R5&")));
  });

  test("row 4: a firewall's page that says 404 to the question is no absence: nothing is sent again", async () => {
    platform.serve((_arrival, _response, socket) => socket.resetAndDestroy());
    let pages = 0;
    platform.answerQuestions((response) => void response.writeHead(404, { "content-type": "text/html" }).end(`<html>${(pages += 1)}</html>`));
    const caller = send(orderOf("R4-PAGE"));
    const began = performance.now();
    // Longer than an absence has to last.
    ok(await until(() => pages > 3 && performance.now() - began > 2500, 10_000));
    equal(platform.of("R4-PAGE").length, 1);
    platform.serve(null);
    platform.answerQuestions(null);
    const told = await caller;
    deepEqual([told.status, told.submission, platform.of("R4-PAGE").length], [200, "confirmed", 1]);
  });

  test("row 8: after a kill -9 a large answer is replayed byte for byte, as it was compressed", async () => {
    const body = gzipSync(JSON.stringify({ code: 0, invoiceNo: "8", pdf: randomBytes(150_000).toString("hex") }));
    platform.serve((_arrival, response) => void response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(body));
    const first = await send(orderOf("R8-LARGE"));
    platform.serve(null);
    taxgate.signal("SIGKILL");
    await taxgate.ended;
    taxgate = await startTaxgate(configuration(platform.origin, { routes: ROUTES }), { folder });
    const told = await send(orderOf("R8-LARGE"));
    for (const one of [first, told]) deepEqual([one.status, one.headers["content-encoding"], one.body.equals(body)], [200, "gzip", true]);
    deepEqual([told.submission, platform.of("R8-LARGE").length], ["replayed", 1]);
  });

  test("row 17: an answer larger than 10 MB is in doubt, asked about and confirmed, and never taken for the outcome", async () => {
    platform.serve((_arrival, response) => {
      const text = issuedAs(424_242);
      response.writeHead(200, { "content-type": "application/json" }).end(text.padEnd(MOST_ANSWER + 1));
    });
    const told = await send(orderOf("R17-LARGE"));
    platform.serve(null);
    const arrivals = platform.of("R17-LARGE");
    equal(arrivals.length, 1);
    deepEqual([told.status, told.submission, told.invoiceNo], [200, "confirmed", String(platform.issued.length)]);
  });

  test("row 22: order numbers that are equal as floating-point numbers are two keys", async () => {
    const text = (orderNo: string): string => `{"orderNo":${orderNo},"sellerTaxNo":"9144","amount":1}`;
    const told = await Promise.all([send(text("12345678901234567890")), send(text("12345678901234567000"))]);
    deepEqual(told.map(({ status, submission }) => [status, submission]), [[200, "fresh"], [200, "fresh"]]);
    equal(new Set(told.map(({ invoiceNo }) => invoiceNo)).size, 2);
    deepEqual(["12345678901234567890", "12345678901234567000"].map((orderNo) => platform.of(orderNo).length), [1, 1]);
    const again = await send(text("12345678901234567000"));
    deepEqual([again.submission, again.invoiceNo], ["replayed", told[1]?.invoiceNo]);
  });

  test("row 22: a key of other letters is the same key in GBK, in UTF-8 and written as escapes", async () => {
    const number = Buffer.from([0xb6, 0xa9, 0xb5, 0xa5]);
    const gbk = Buffer.concat([Buffer.from('{"orderNo":"R22-'), number, Buffer.from('","sellerTaxNo":"9144"}')]);
    const first = await send(gbk, { headers: { "x-row": "fields", "content-type": "application/json; charset=gb18030" } });
    deepEqual([first.status, first.submission], [200, "fresh"]);
    const before = platform.issued.length;
    for (const text of ['{"orderNo":"R22-订单","sellerTaxNo":"9144"}', '{"orderNo":"R22-\\u8ba2\\u5355","sellerTaxNo":"9144"}']) {
      const again = await send(text, { headers: { "x-row": "fields" } });
      deepEqual([again.submission, again.invoiceNo], ["replayed", first.invoiceNo]);
    }
    equal(platform.issued.length, before);
  });

  const TWICE: readonly (readonly [what: string, body: string, headers?: Readonly<Record<string, string>>])[] = [
    ["the key", '{"orderNo":"R22-D1","orderNo":"R22-D2","sellerTaxNo":"9144"}'],
    ["the key, once behind an escape", '{"orderNo":"R22-D3","order\\u004eo":"R22-D4","sellerTaxNo":"9144"}'],
    ["the scope", '{"orderNo":"R22-D5","sellerTaxNo":"9144","sellerTaxNo":"9111"}'],
    ["a field of the fingerprint", '{"orderNo":"R22-D6","sellerTaxNo":"9144","buyer":"a","buyer":"b"}', { "x-row": "fields" }],
  ];
  for (const [what, body, headers = {}] of TWICE) {
    test(`row 22: a body that says ${what} twice is refused, and nothing is sent`, async () => {
      const before = platform.issued.length;
      const told = await send(body, { headers });
      deepEqual([told.status, told.error, platform.issued.length], [422, "key-unclear", before]);
    });
  }

  test("row 22: a GBK body is read rightly: key, fingerprint and the bytes that are sent", async () => {
    const headers = { "x-row": "fields", "content-type": "application/json; charset=gbk" };
    // GBK's second bytes include the backslash's: 誠 is D5 5C. Read as Latin letters it would escape the quote behind it.
    const body = Buffer.concat([Buffer.from('{"buyer":"'), Buffer.from([0xd5, 0x5c]), Buffer.from('","orderNo":"R22-GBK","sellerTaxNo":"9144"}')]);
    const told = await send(body, { headers });
    deepEqual([told.status, told.submission, platform.of("R22-GBK").length], [200, "fresh", 1]);
    deepEqual(platform.of("R22-GBK")[0]?.body, body);
    // The same content in another charset is the same submission.
    const again = await send(Buffer.from('{"buyer":"誠","orderNo":"R22-GBK","sellerTaxNo":"9144"}'), { headers: { "x-row": "fields" } });
    deepEqual([again.submission, again.invoiceNo], ["replayed", told.invoiceNo]);
    const escaped = await send('{"buyer":"\\u8aa0","orderNo":"R22-\\u0047BK","sellerTaxNo":"9144"}', { headers: { "x-row": "fields" } });
    deepEqual([escaped.submission, escaped.invoiceNo], ["replayed", told.invoiceNo]);
    const other = await send(Buffer.from('{"buyer":"信","orderNo":"R22-GBK","sellerTaxNo":"9144"}'), { headers: { "x-row": "fields" } });
    deepEqual([other.status, other.submission, platform.of("R22-GBK").length], [409, "conflict", 1]);
  });
});
