import { arrivesPost, attack, bytes, either, forwarded, post, refused, type Expectation, type RequestCase } from "../attack-case.ts";

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: gate.example\r\n\r\n";
const END = "0\r\n\r\n";
const arrives = (body = "hi"): Expectation => forwarded(arrivesPost(body));
/** A client that stops half-way may be told so, or be taken for gone. */
const GONE = [400, 408, 499];
const broken = refused(["malformed-request", "framing-conflict", "body-too-large"], { statuses: [400, 413] });

function chunked(name: string, body: string, expect: Expectation): RequestCase {
  return attack(name, post(["Transfer-Encoding: chunked"], body), expect);
}

const BAD_SIZES: Readonly<Record<string, string>> = {
  "prefix 0x": "0x2", "plus sign": "+2", "minus sign": "-2", "leading space": " 2", "leading tab": "\t2", "space after": "2 ", "tab after": "2\t",
  empty: "", "not hexadecimal": "g", underscore: "0_2",
  "NUL after": "2\0", "NUL before": "\x002", quoted: '"2"', "vertical tab": "2\x0b", comma: "2,2", fraction: "2.0",
  "overflow of 64 bits": "10000000000000002", "overflow by zeros": "100000000000000000000002",
};

/** Sizes that no body has, yet that fit into 64 bits: refused, or waited for until the client leaves. */
const HUGE_SIZES: Readonly<Record<string, string>> = { "all bits": "ffffffffffffffff", "sign bit": "8000000000000000", "overflow of 32 bits": "100000002" };

const BAD_FRAMES: Readonly<Record<string, string>> = {
  "no CRLF after the data": `2\r\nhi${END}`,
  "line feed after the data": `2\r\nhi\n${END}`,
  "carriage return after the data": `2\r\nhi\r${END}`,
  "two other bytes after the data": `2\r\nhixx${END}`,
  "longer data than announced": `2\r\nhigher\r\n${END}`,
  "line feed after the size": `2\nhi\r\n${END}`,
  "carriage return after the size": `2\rhi\r\n${END}`,
  "two carriage returns after the size": `2\r\r\nhi\r\n${END}`,
  "line feed after the last size": `2\r\nhi\r\n0\n\r\n`,
  "line feeds at the end": `2\r\nhi\r\n0\n\n`,
  "empty line before a size": `\r\n2\r\nhi\r\n${END}`,
  "line feed inside an extension": `2;a\nb\r\nhi\r\n${END}`,
  "carriage return inside an extension": `2;a\rb\r\nhi\r\n${END}`,
  "line feed inside a quoted extension": `2;a="\n"\r\nhi\r\n${END}`,
  "NUL inside an extension": `2;a=\0\r\nhi\r\n${END}`,
  "size in an extension line feed": `2;\nxx\r\n${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n${END}`,
  "very long extension": `2;a=${"x".repeat(40_000)}\r\nhi\r\n${END}`,
  "unclosed quote": `2;a="b\r\nhi\r\n${END}`,
};

const EXTENSIONS: Readonly<Record<string, string>> = {
  name: ";a", "name and value": ";a=b", "quoted value": ';a="b c"', "quoted semicolon": ';a="b;c=d"', "escaped quote": ';a="\\""', several: ';a=b;c;d="e"',
};

const ODD_EXTENSIONS: Readonly<Record<string, string>> = {
  "no name": ";", "two semicolons": ";;", "spaces around": " ; a = b", "no value": ";a=", "high byte": ";a=\xe9", "no semicolon": "x", "digits after a space": " 60",
};

const BAD_TRAILERS: Readonly<Record<string, string>> = {
  length: "Content-Length: 60", encoding: "Transfer-Encoding: chunked", "space in the name": "X Y: 1", "space before the colon": "X : 1",
  "no colon": "foo", "request line": "GET /smuggled HTTP/1.1\r\nHost: gate.example",
  folded: "X: 1\r\n y", "bare line feed": "X: 1\nY: 2", "bare carriage return": "X: 1\rY: 2", NUL: "X: \0", "empty name": ": 1", "leading space": " X: 1",
};

const STRIPPED_TRAILERS: Readonly<Record<string, string>> = {
  host: "Host: evil.example", authorization: "Authorization: evil", cookie: "Cookie: evil=1", connection: "Connection: close",
  "x-forwarded-for": "X-Forwarded-For: 1.2.3.4", "content-type": "Content-Type: text/evil",
};

const WHOLE = post(["Transfer-Encoding: chunked"], `3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n`);
const HEAD_LENGTH = WHOLE.indexOf("\r\n\r\n") + 4;
const CUTS = [HEAD_LENGTH + 1, HEAD_LENGTH + 4, HEAD_LENGTH + 7, HEAD_LENGTH + 9, WHOLE.length - 15, WHOLE.length - 14, WHOLE.length - 12, WHOLE.length - 4, WHOLE.length - 2, WHOLE.length - 1];

/** Chunk sizes, extensions, trailers, and bodies cut off or handed over byte by byte. */
export const CHUNKED: readonly RequestCase[] = [
  ...Object.entries(BAD_SIZES).map(([name, size]) => chunked(`size: ${name}`, `${size}\r\nhi\r\n${END}${SMUGGLED}`, broken)),
  ...Object.entries(HUGE_SIZES).map(([name, size]) => chunked(`size: ${name}`, `${size}\r\nhi\r\n${END}${SMUGGLED}`, either())),
  ...Object.entries(BAD_FRAMES).map(([name, body]) => chunked(`frame: ${name}`, body + SMUGGLED, broken)),
  ...Object.entries(EXTENSIONS).map(([name, text]) => chunked(`extension: ${name}`, `2${text}\r\nhi\r\n0${text}\r\n\r\n`, arrives())),
  ...Object.entries(ODD_EXTENSIONS).map(([name, text]) => chunked(`odd extension: ${name}`, `2${text}\r\nhi\r\n${END}`, either(arrivesPost("hi")))),
  ...Object.entries(BAD_TRAILERS).map(([name, line]) => chunked(`trailer: ${name}`, `2\r\nhi\r\n0\r\n${line}\r\n\r\n`, broken)),
  ...Object.entries(STRIPPED_TRAILERS).map(([name, line]) => chunked(`trailer: ${name} does not become a header`, `2\r\nhi\r\n0\r\n${line}\r\n\r\n`,
    either(arrivesPost("hi", { lacks: ["host", "connection"].includes(name) ? [] : [name] })))),
  chunked("legal: leading zeros", `0000002\r\nhi\r\n000\r\n\r\n`, arrives()),
  chunked("legal: many leading zeros", `${"0".repeat(40)}2\r\nhi\r\n${END}`, either(arrivesPost("hi"))),
  chunked("legal: upper case", `A\r\n0123456789\r\n${END}`, arrives("0123456789")),
  chunked("legal: lower case", `a\r\n0123456789\r\n${END}`, arrives("0123456789")),
  chunked("legal: empty body", END, arrives("")),
  chunked("legal: several chunks", `1\r\nh\r\n1\r\ni\r\n${END}`, arrives()),
  chunked("legal: body that looks like a request", `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n${END}`, arrives(SMUGGLED)),
  chunked("legal: body that looks like the end", `5\r\n0\r\n\r\n\r\n${END}`, arrives("0\r\n\r\n")),
  chunked("legal: trailer", `2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n`, arrives()),
  ...CUTS.map((cut): RequestCase => ({ ...chunked(`cut at byte ${cut - HEAD_LENGTH} of the body`, "", refused([], { statuses: GONE })), pieces: [bytes(WHOLE.slice(0, cut))], afterwards: "half-close" })),
  ...CUTS.map((cut): RequestCase => ({ ...chunked(`reset at byte ${cut - HEAD_LENGTH} of the body`, "", refused([])), pieces: [bytes(WHOLE.slice(0, cut))], afterwards: "reset" })),
  ...Array.from({ length: WHOLE.length - HEAD_LENGTH + 1 }, (_, index): RequestCase => ({
    ...chunked(`split at byte ${index} of the body`, "", arrives("abcde")),
    pieces: [bytes(WHOLE.slice(0, HEAD_LENGTH + index)), bytes(WHOLE.slice(HEAD_LENGTH + index))],
  })),
];
