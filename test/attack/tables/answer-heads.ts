import { answer, BROKEN, ok, relayed, relayedOrBroken, type AnswerCase, type AnswerExpectation } from "../answer-case.ts";

const REST = "\r\nContent-Length: 2\r\n\r\nhi";
const HI = relayed(200, "hi");

const BAD_STATUS_LINES: Readonly<Record<string, string>> = {
  "status 99": "HTTP/1.1 99 X", "status 000": "HTTP/1.1 000 X", "status 1000": "HTTP/1.1 1000 X", "status 2xx": "HTTP/1.1 2xx X",
  "signed status": "HTTP/1.1 +20 X", "no status": "HTTP/1.1", "status missing": "HTTP/1.1 OK", "two spaces": "HTTP/1.1  200 OK",
  "tab": "HTTP/1.1\t200 OK", "lower case": "http/1.1 200 OK", "version 1.2": "HTTP/1.2 200 OK", "version 2": "HTTP/2 200 OK",
  "other protocol": "ICY 200 OK", "bare line feed": "HTTP/1.1 200 OK\nX: y", "bare carriage return": "HTTP/1.1 200 a\rb",
  "leading space": " HTTP/1.1 200 OK", html: "<html><body>hello</body></html>", "SSH banner": "SSH-2.0-OpenSSH_9.2", "NUL bytes": "\0\0\0\0",
};

const ODD_STATUS_LINES: Readonly<Record<string, readonly [line: string, expect: AnswerExpectation]>> = {
  "no reason": ["HTTP/1.1 200", HI], "empty reason": ["HTTP/1.1 200 ", HI], "high bytes in reason": ["HTTP/1.1 200 \xe9", HI],
  "UTF-8 reason": ["HTTP/1.1 200 \xe5\xa5\xbd", HI], "long reason": [`HTTP/1.1 200 ${"r".repeat(500)}`, HI], "NUL in reason": ["HTTP/1.1 200 O\0K",
  relayedOrBroken(200, "hi")], "DEL in reason": ["HTTP/1.1 200 O\x7fK", relayedOrBroken(200, "hi")],
  "version 2.0": ["HTTP/2.0 200 OK", relayedOrBroken(200, "hi")], "version 0.9": ["HTTP/0.9 200 OK", relayedOrBroken(200, "hi")],
  RTSP: ["RTSP/1.0 200 OK", relayedOrBroken(200, "hi")], "empty line first": ["\r\nHTTP/1.1 200 OK", relayedOrBroken(200, "hi")],
  "status 299": ["HTTP/1.1 299 Odd", relayed(299, "hi")], "status 418": ["HTTP/1.1 418 Teapot", relayed(418, "hi")],
  "status 451": ["HTTP/1.1 451 Law", relayed(451, "hi")],
};

const BAD_FIELDS: Readonly<Record<string, string>> = {
  "bare line feed": "X: a\nY: b", "bare line feed hiding a field": "X: a\nSet-Cookie: evil=1", "bare carriage return": "X: a\rb",
  "carriage return hiding a field": "Location: /\rSet-Cookie: evil=1", "folded": "X: a\r\n b", "folded with tab": "X: a\r\n\tb", NUL: "X: a\0b",
  SOH: "X: a\x01b", DEL: "X: a\x7fb", "space before colon": "X : a", "space in name": "X Y: a", "empty name": ": a", "no colon": "foo",
  "high byte in name": "X\xe9: a", "leading space": " X: a", "delimiter in name": "X(Y): a",
  "200 kB": `X: ${"a".repeat(200_000)}`, "twenty thousand fields": Array.from({ length: 20_000 }, () => "X-Filler: filler").join("\r\n"),
};

const BODILESS: readonly AnswerCase[] = [
  answer("204 with a body", "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nhi", "keep", relayedOrBroken(204, "")),
  answer("204 with chunks", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "keep", relayedOrBroken(204, "")),
  answer("204", "HTTP/1.1 204 No Content\r\n\r\n", "keep", relayed(204, "")),
  answer("304 with a length and no body", 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 2\r\n\r\n', "keep", relayed(304, "", { has: { etag: ['"a"'] } })),
  answer("304 with a body", "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nhi", "keep", relayedOrBroken(304, "")),
  answer("304 with chunks", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "keep", relayedOrBroken(304, "")),
  ...["Content-Length: 5", "Transfer-Encoding: chunked", "X-A: 1"].map((line): AnswerCase => ({ ...answer(`HEAD with ${line}`, ok([line], ""), line === "X-A: 1" ? "fin" : "keep", relayed(200, "")), method: "HEAD" })),
  { ...answer("HEAD with a body", ok(["Content-Length: 2"], "hi"), "keep", relayedOrBroken(200, "")), method: "HEAD" },
  { ...answer("HEAD with an answer as body", ok(["Content-Length: 40"], ok(["Content-Length: 4"], "evil")), "keep", relayedOrBroken(200, "")), method: "HEAD" },
  answer("205 with a body", "HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nhi", "keep", relayedOrBroken(205, "hi")),
];

const interim = (status: number, times = 1): string => `HTTP/1.1 ${status} Interim\r\nLink: </a>\r\n\r\n`.repeat(times);
const OK = ok(["Content-Length: 2"], "hi");

const INTERIM: readonly AnswerCase[] = [
  answer("103 before the answer", interim(103) + OK, "keep", HI),
  answer("102 before the answer", interim(102) + OK, "keep", HI),
  answer("199 before the answer", interim(199) + OK, "keep", relayedOrBroken(200, "hi")),
  answer("100 without Expect", `HTTP/1.1 100 Continue\r\n\r\n${OK}`, "keep", relayedOrBroken(200, "hi")),
  answer("flood of 103", interim(103, 2000) + OK, "keep", relayedOrBroken(200, "hi")),
  answer("103 with a length", `HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\n${OK}`, "keep", relayedOrBroken(200, "hi")),
  answer("103 with chunked", `HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n${OK}`, "keep", relayedOrBroken(200, "hi")),
  answer("103 and nothing else", interim(103), "fin", BROKEN),
  answer("101 uninvited", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\nhi", "keep", BROKEN),
  answer("101 uninvited, websocket", "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhi", "keep", BROKEN),
  answer("101 without Upgrade", "HTTP/1.1 101 Switching Protocols\r\n\r\nhi", "keep", BROKEN),
  answer("101 then an answer", `HTTP/1.1 101 Switching Protocols\r\n\r\n${OK}`, "fin", BROKEN),
];

const FIELDS: readonly AnswerCase[] = [
  answer("two Set-Cookie stay two", ok(["Set-Cookie: a=1; Expires=Mon, 01 Jan 2035 00:00:00 GMT", "Set-Cookie: b=2", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { has: { "set-cookie": ["a=1; Expires=Mon, 01 Jan 2035 00:00:00 GMT", "b=2"] } })),
  answer("splitting behind triplets stays a value", ok(["Location: /%0d%0aSet-Cookie:%20evil=1", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { has: { location: ["/%0d%0aSet-Cookie:%20evil=1"] }, lacks: ["set-cookie"] })),
  answer("high bytes in a value", ok(["X-A: a\xe9b", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { has: { "x-a": ["a\xe9b"] } })),
  answer("UTF-8 in a value", ok(["X-A: \xe5\x8c\x97", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { has: { "x-a": ["\xe5\x8c\x97"] } })),
  answer("tab in a value", ok(["X-A: a\tb", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { has: { "x-a": ["a\tb"] } })),
  answer("empty value", ok(["X-A:", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { has: { "x-a": [""] } })),
  answer("odd name", ok(["__proto__: 1", "!#$%&'*+-.^_`|~: 1", "Content-Length: 2"], "hi"), "keep", HI),
  answer("hop-by-hop fields", ok(["Connection: keep-alive, X-Hop", "Keep-Alive: timeout=77", "Proxy-Connection: keep-alive", "Upgrade: h2c", "X-Hop: 1", "X-Kept: 1", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { has: { "x-kept": ["1"] }, lacks: ["x-hop", "upgrade", "proxy-connection"] })),
  answer("length named in Connection", ok(["Connection: Content-Length", "Content-Length: 2"], "hi"), "keep", relayedOrBroken(200, "hi")),
  answer("forged Taxgate-Error is not ours", ok(["Taxgate-Error: no-route", "Content-Length: 2"], "hi"), "keep", relayed(200, "hi", { lacks: ["taxgate-error"] })),
  answer("two Dates and a Server", ok(["Date: Mon, 01 Jan 2035 00:00:00 GMT", "Server: x", "Content-Length: 2"], "hi"), "keep", HI),
  answer("content coding is not touched", ok(["Content-Encoding: gzip", "Content-Length: 2"], "\x1f\x8b"), "keep", relayed(200, "\x1f\x8b", { has: { "content-encoding": ["gzip"] } })),
];

/** Status lines, fields, interim answers, and answers without a body. */
export const ANSWER_HEADS: readonly AnswerCase[] = [
  ...Object.entries(BAD_STATUS_LINES).map(([name, line]) => answer(`status line: ${name}`, line + REST, "fin", BROKEN)),
  ...Object.entries(ODD_STATUS_LINES).map(([name, [line, expect]]) => answer(`odd status line: ${name}`, line + REST, "keep", expect)),
  ...Object.entries(BAD_FIELDS).map(([name, line]) => answer(`field: ${name}`, ok([line, "Content-Length: 2"], "hi"), "fin", BROKEN)),
  answer("field: bare line feed at the end", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nhi", "fin", BROKEN),
  ...BODILESS.map((one) => ({ ...one, name: `bodiless: ${one.name}` })),
  ...INTERIM.map((one) => ({ ...one, name: `interim: ${one.name}` })),
  ...FIELDS.map((one) => ({ ...one, name: `legal: ${one.name}` })),
];
