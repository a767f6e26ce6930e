import assert from "node:assert/strict";
import { test } from "node:test";
import { readHarEntry, readRecorded, type Recorded } from "../../src/http/recorded-request.ts";

function shown(recorded: Recorded): unknown {
  if (recorded.kind !== "request") return recorded.kind === "broken" ? recorded.reason : recorded.kind;
  const { method, target, headers, body } = recorded.request;
  return [method, target, headers.join("|"), body === null ? null : Buffer.from(body).toString("latin1")];
}

for (const [what, text, wanted] of [
  ["lines end in CRLF", "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Type:  text/plain \r\n\r\nbody\r\n", ["POST", "/a?b=c", "Host|x|Content-Type|text/plain", "body\r\n"]],
  ["or in LF", "POST /a HTTP/1.1\nHost: x\n\nbody", ["POST", "/a", "Host|x", "body"]],
  ["the version may be left out", "GET /a\nHost: x\n", ["GET", "/a", "Host|x", null]],
  ["a request may have no fields", "GET /a HTTP/1.1\r\n\r\n", ["GET", "/a", "", null]],
  ["an absolute target stays", "GET http://x/a HTTP/1.1\r\n\r\n", ["GET", "http://x/a", "", null]],
  ["what an editor added behind the length is not the body's", "POST /a HTTP/1.1\nContent-Length: 3\n\nabc\n", ["POST", "/a", "Content-Length|3", "abc"]],
  ["a length that is no longer true is passed over", "POST /a HTTP/1.1\nContent-Length: 99\n\nabc", ["POST", "/a", "Content-Length|99", "abc"]],
  ["chunks are put together", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", ["POST", "/a", "Transfer-Encoding|chunked", "abcde"]],
  ["chunks that are put together already stay", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{\"a\":1}", ["POST", "/a", "Transfer-Encoding|chunked", '{"a":1}']],
  ["a line that is no field is told", "POST /a HTTP/1.1\nHost x\n\n", "line 2: got 'Host x', want 'Name: value', or an empty line before the body"],
  ["bytes of a body stay as they are", "POST /a HTTP/1.1\n\n\u00ff\u0000", ["POST", "/a", "", "\u00ff\u0000"]],
  ["JSON is something else", '{"a":1}', "other"],
  ["XML is something else", "<a>GET /a HTTP/1.1</a>", "other"],
  ["a form is something else", "a=1&b=2", "other"],
  ["a text is something else", "Hello /world", "other"],
  ["nothing is something else", "", "other"],
] as const) {
  test(what, () => assert.deepEqual(shown(readRecorded(Buffer.from(text, "latin1"))), wanted));
}

const har = (...requests: readonly object[]): unknown => ({ log: { version: "1.2", entries: requests.map((request) => ({ request })) } });
const POSTED = { method: "POST", url: "https://x.example:8443/a?b=c", headers: [{ name: ":authority", value: "x.example" }, { name: "Content-Type", value: "application/json" }, { name: "Content-Length", value: "9" }, { name: "Content-Encoding", value: "gzip" }], postData: { mimeType: "application/json", text: '{"a":"é"}' } };

for (const [what, document, entry, wanted] of [
  ["an entry of a HAR file is a request, without what was only on the wire", har({}, POSTED), 2, ["POST", "/a?b=c", "Host|x.example:8443|Content-Type|application/json", Buffer.from('{"a":"é"}').toString("latin1")]],
  ["its parameters are a form", har({ method: "POST", url: "https://x/a", headers: [{ name: "host", value: "y" }], postData: { params: [{ name: "a b", value: "1&2" }] } }), 1, ["POST", "/a", "host|y", "a+b=1%262"]],
  ["an entry that is not there is told", har(POSTED), 2, "entry 2 of 1: it has no request with method and url"],
  ["an entry without a URL is told", har({ method: "GET" }), 1, "entry 1 of 1: it has no request with method and url"],
  ["other JSON is something else", { log: "x" }, 1, "other"],
  ["null is something else", null, 1, "other"],
] as const) {
  test(what, () => assert.deepEqual(shown(readHarEntry(document, entry)), wanted));
}
