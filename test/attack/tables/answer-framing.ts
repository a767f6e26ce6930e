import { answer, BROKEN, ok, relayed, relayedOrBroken, type AnswerCase, type AnswerExpectation } from "../answer-case.ts";

const CHUNKS = "2\r\nhi\r\n0\r\n\r\n";
const HI = relayed(200, "hi");

const CONFLICTS: Readonly<Record<string, readonly [lines: readonly string[], body: string]>> = {
  "length and chunked": [["Content-Length: 12", "Transfer-Encoding: chunked"], CHUNKS],
  "chunked and length": [["Transfer-Encoding: chunked", "Content-Length: 12"], CHUNKS],
  "short length and chunked": [["Content-Length: 2", "Transfer-Encoding: chunked"], CHUNKS],
  "two lengths": [["Content-Length: 2", "Content-Length: 3"], "hi!"],
  "two lengths, larger first": [["Content-Length: 3", "Content-Length: 2"], "hi!"], "list of lengths": [["Content-Length: 2, 3"], "hi!"],
  "length with plus": [["Content-Length: +2"], "hi"], "negative length": [["Content-Length: -2"], "hi"],
  "hexadecimal length": [["Content-Length: 0x2"], "hi"], "empty length": [["Content-Length:"], "hi"],
  "word as length": [["Content-Length: two"], "hi"], "two numbers": [["Content-Length: 2 2"], "hi"],
  "length beyond 64 bits": [["Content-Length: 18446744073709551618"], "hi"], "length beyond 2^53": [["Content-Length: 9007199254740993"], "hi"],
  "vertical tab before chunked": [["Transfer-Encoding: \x0bchunked"], CHUNKS], "xchunked": [["Transfer-Encoding: xchunked"], CHUNKS],
  "chunked then gzip": [["Transfer-Encoding: chunked, gzip"], CHUNKS], "gzip then chunked": [["Transfer-Encoding: gzip, chunked"], CHUNKS],
  gzip: [["Transfer-Encoding: gzip"], "hi"], "identity and length": [["Transfer-Encoding: identity", "Content-Length: 2"], "hi"],
  "identity then chunked in two fields": [["Transfer-Encoding: identity", "Transfer-Encoding: chunked"], CHUNKS],
  "chunked twice": [["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], CHUNKS], "leading comma": [["Transfer-Encoding: ,chunked"], CHUNKS],
  "empty coding": [["Transfer-Encoding:"], CHUNKS], "quoted coding": [['Transfer-Encoding: "chunked"'], CHUNKS],
  "space before the colon of the length": [["Content-Length : 2"], "hi"],
  "space before the colon of the coding": [["Transfer-Encoding : chunked"], CHUNKS], "folded coding": [["Transfer-Encoding:\r\n chunked"], CHUNKS],
};

/** White space after a value is no part of it; what a parser takes for another coding must not pass as a body of other bytes. */
const TOLERATED: Readonly<Record<string, readonly [lines: readonly string[], body: string, expect: AnswerExpectation]>> = {
  "chunked and a tab": [["Transfer-Encoding: chunked\t"], CHUNKS, relayedOrBroken(200, "hi")],
  "chunked and a space": [["Transfer-Encoding: chunked "], CHUNKS, relayedOrBroken(200, "hi")],
  "length and a space": [["Content-Length: 2 "], "hi", relayedOrBroken(200, "hi")],
  "two equal lengths": [["Content-Length: 2", "Content-Length: 2"], "hi", relayedOrBroken(200, "hi")],
  "list of equal lengths": [["Content-Length: 2, 2"], "hi", relayedOrBroken(200, "hi")],
  "identity": [["Transfer-Encoding: identity"], "hi", relayedOrBroken(200, "hi")], "leading zeros": [["Content-Length: 02"], "hi", HI],
  "upper-case coding": [["Transfer-Encoding: CHUNKED"], CHUNKS, HI],
};

const BAD_CHUNKS: Readonly<Record<string, string>> = {
  "junk as size": "2\r\nhi\r\nzz\r\n\r\n", "space in size": "2 \r\nhi\r\n0\r\n\r\n", "prefixed size": "0x2\r\nhi\r\n0\r\n\r\n",
  "negative size": "-2\r\nhi\r\n0\r\n\r\n", "empty size": "\r\nhi\r\n0\r\n\r\n", "size overflow": "10000000000000002\r\nhi\r\n0\r\n\r\n",
  "bare line feed after size": "2\nhi\r\n0\r\n\r\n", "bare line feed after data": "2\r\nhi\n0\r\n\r\n", "no CRLF after data": "2\r\nhi0\r\n\r\n",
  "longer data": "2\r\nhigher\r\n0\r\n\r\n", "bare line feeds at the end": "2\r\nhi\r\n0\n\n",
  "bare line feed in an extension": "2;a\nb\r\nhi\r\n0\r\n\r\n", "plain text instead of chunks": "hello world",
  "length in the trailer": "2\r\nhi\r\n0\r\nContent-Length: 5\r\n\r\n", "space in a trailer name": "2\r\nhi\r\n0\r\nX Y: 1\r\n\r\n",
};

/** Lengths, codings and chunks of answers: a proxy that picks one reading hands the other to an attacker. */
export const ANSWER_FRAMING: readonly AnswerCase[] = [
  ...Object.entries(CONFLICTS).map(([name, [lines, body]]) => answer(`conflict: ${name}`, ok(lines, body), "fin", BROKEN)),
  ...Object.entries(TOLERATED).map(([name, [lines, body, expect]]) => answer(`tolerated: ${name}`, ok(lines, body), "keep", expect)),
  ...Object.entries(BAD_CHUNKS).map(([name, body]) => answer(`chunk: ${name}`, ok(["Transfer-Encoding: chunked"], body), "fin", BROKEN)),
  ...Object.entries(BAD_CHUNKS).map(([name, body]) => answer(`chunk with close: ${name}`, ok(["Connection: close", "Transfer-Encoding: chunked"], body), "fin", BROKEN)),
  // RFC 9112 section 6.1: faulty framing, but the message may still be processed.
  answer("tolerated: HTTP/1.0 with chunked", `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`, "fin", relayedOrBroken(200, "hi")),
  answer("legal: chunked", ok(["Transfer-Encoding: chunked"], CHUNKS), "keep", HI),
  answer("legal: chunk extension", ok(["Transfer-Encoding: chunked"], '2;a="b;c"\r\nhi\r\n0;d\r\n\r\n'), "keep", HI),
  answer("legal: trailer", ok(["Trailer: X-Sum", "Transfer-Encoding: chunked"], "2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"), "keep", HI),
  answer("legal: coding in the trailer goes no further", ok(["Transfer-Encoding: chunked"], "2\r\nhi\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n"), "keep", relayedOrBroken(200, "hi")),
  answer("legal: length", ok(["Content-Length: 2"], "hi"), "keep", HI),
  answer("legal: empty", ok(["Content-Length: 0"], ""), "keep", relayed(200, "")),
  answer("legal: until close", ok([], "hi"), "fin", HI),
  answer("legal: until close in HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhi", "fin", HI),
  answer("legal: HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "fin", HI),
  answer("extra: text after the length", ok(["Content-Length: 2"], "hi and more"), "keep", relayedOrBroken(200, "hi")),
  answer("extra: an answer after the length", ok(["Content-Length: 2"], `hi${ok(["X-Seen: /probe", "Content-Length: 4"], "evil")}`), "keep", relayedOrBroken(200, "hi")),
  answer("extra: an answer after the chunks", ok(["Transfer-Encoding: chunked"], `${CHUNKS}${ok(["Content-Length: 4"], "evil")}`), "keep", relayedOrBroken(200, "hi")),
  answer("extra: an answer after an empty one", ok(["Content-Length: 0"], ok(["Content-Length: 4"], "evil")), "keep", relayedOrBroken(200, "")),
  { ...answer("extra: an answer in a later segment", ok(["Content-Length: 2"], "hi"), "keep", relayedOrBroken(200, "hi")), unasked: true, pieces: [ok(["Content-Length: 2"], "hi"), ok(["Content-Length: 4"], "evil")].map((text) => Buffer.from(text)) },
];
