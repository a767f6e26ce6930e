import assert from "node:assert/strict";
import { test } from "node:test";
import { answerFraming, requestFraming, type BodyLength } from "../../src/http/framing.ts";

function body(length: BodyLength): string {
  return length.kind === "length" ? `length ${length.length}` : length.kind;
}

type Version = "1.0" | "1.1" | "2";
const HOST = ["Host", "tax.example"];

const requests: readonly (readonly [headers: readonly string[], want: string, version?: Version])[] = [
  [HOST, "none"],
  [[...HOST, "Content-Length", "0"], "none"],
  [[...HOST, "content-length", "12"], "length 12"],
  [[...HOST, "Content-Length", "012"], "length 12"],
  [[...HOST, "Content-Length", "999999999999999"], "length 999999999999999"],
  [[...HOST, "Content-Length", "9999999999999999"], "framing-conflict"],
  [[...HOST, "Content-Length", "+1"], "framing-conflict"],
  [[...HOST, "Content-Length", "-1"], "framing-conflict"],
  [[...HOST, "Content-Length", "0x1"], "framing-conflict"],
  [[...HOST, "Content-Length", "1,1"], "framing-conflict"],
  [[...HOST, "Content-Length", "1 1"], "framing-conflict"],
  [[...HOST, "Content-Length", ""], "framing-conflict"],
  [[...HOST, "Content-Length", "1", "Content-Length", "1"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "chunked"], "chunked"],
  [[...HOST, "TRANSFER-ENCODING", "Chunked"], "chunked"],
  [[...HOST, "Transfer-Encoding", "chunked\t"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "gzip, chunked"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "chunked, chunked"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "identity"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "xchunked"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", ""], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "chunked", "Content-Length", "1"], "framing-conflict"],
  [[...HOST, "Transfer-Encoding", "chunked"], "framing-conflict", "1.0"],
  [["Host", "a", "Host", "a"], "bad-host"],
  [["Host", "a", "HOST", "b"], "bad-host"],
  [[], "bad-host"],
  [[], "none", "1.0"],
  [[], "none", "2"],
  [["Host", ""], "none"],
  [["Host", "tax.example:8080"], "none"],
  [["Host", "[2001:db8::1]:443"], "none"],
  [["Host", "a b"], "bad-host"],
  [["Host", "user@tax.example"], "bad-host"],
  [["Host", "tax.example/x"], "bad-host"],
  [["Host", "tax.example:port"], "bad-host"],
  [["Host", "a,b"], "none"],
  [[...HOST, "Expect", "100-continue"], "none continue"],
  [[...HOST, "Expect", "100-Continue"], "none continue"],
  [[...HOST, "Expect", "100-continue"], "none", "1.0"],
  [[...HOST, "Expect", "200-maybe"], "unsupported-expectation"],
  [[...HOST, "Expect", "100-continue", "Expect", "x"], "unsupported-expectation"],
  [[...HOST, "Upgrade", "websocket"], "none upgrade websocket"],
  [[...HOST, "X", "a\u0000b"], "malformed-request"],
  [[...HOST, "X", "a\rb"], "malformed-request"],
  [[...HOST, "X", "a\nb"], "malformed-request"],
  [[...HOST, "X", "a\u007fb"], "malformed-request"],
  [[...HOST, "X", "a\tb\u00ff"], "none"],
];

for (const [headers, want, version = "1.1"] of requests) {
  test(`a request of HTTP/${version} with ${JSON.stringify(headers)} is '${want}'`, () => {
    const result = requestFraming(headers, version);
    const told = result.ok
      ? [body(result.framing.body), ...(result.framing.expectsContinue ? ["continue"] : []), ...(result.framing.upgrade === null ? [] : ["upgrade", result.framing.upgrade])].join(" ")
      : result.code;
    assert.equal(told, want);
  });
}

const answers: readonly (readonly [headers: readonly string[], want: string, method?: string, status?: number])[] = [
  [[], "until-close"],
  [["Content-Length", "0"], "none"],
  [["Content-Length", "7"], "length 7"],
  [["Transfer-Encoding", "CHUNKED"], "chunked"],
  [["Content-Length", "7"], "none", "HEAD"],
  [["Transfer-Encoding", "chunked"], "none", "HEAD"],
  [["Content-Length", "7"], "none", "GET", 304],
  [[], "none", "GET", 204],
  [["Content-Length", "7", "Content-Length", "7"], "malformed-answer"],
  [["Content-Length", "7", "Content-Length", "7"], "malformed-answer", "HEAD"],
  [["Content-Length", "7,7"], "malformed-answer"],
  [["Content-Length", "-7"], "malformed-answer"],
  [["Content-Length", "7", "Transfer-Encoding", "chunked"], "malformed-answer"],
  [["Transfer-Encoding", "chunked\t"], "malformed-answer"],
  [["Transfer-Encoding", "gzip, chunked"], "malformed-answer"],
  [["Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked"], "malformed-answer"],
  [["X", "a\u0000"], "malformed-answer"],
  [[], "malformed-answer", "GET", 600],
  [[], "malformed-answer", "GET", 99],
];

for (const [headers, want, method = "GET", status = 200] of answers) {
  test(`an answer of ${status} to ${method} with ${JSON.stringify(headers)} is '${want}'`, () => {
    const result = answerFraming(headers, method, status);
    assert.equal(result.ok ? body(result.framing) : result.code, want);
  });
}
