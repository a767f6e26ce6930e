import { METHODS } from "node:http";
import { answered, arrivesGet, attack, bytes, either, forwarded, get, refused, type Expectation, type RequestCase } from "../attack-case.ts";

function line(name: string, requestLine: string, expect: Expectation): RequestCase {
  return attack(name, `${requestLine}\r\nHost: gate.example\r\n\r\n`, expect);
}

const BROKEN: Readonly<Record<string, string>> = {
  "tab after the method": "GET\t/ HTTP/1.1", "tab before the version": "GET /\tHTTP/1.1", "space after the version": "GET / HTTP/1.1 ",
  "space first": " GET / HTTP/1.1", "extra word": "GET / extra HTTP/1.1", "space in the target": "GET /a b HTTP/1.1",
  "no target": "GET HTTP/1.1", "empty target": "GET  HTTP/1.1", "lower-case protocol": "GET / http/1.1", "other protocol": "GET / FTP/1.1",
  "version 1.2": "GET / HTTP/1.2", "version 1.10": "GET / HTTP/1.10", "version 1": "GET / HTTP/1", "version 11": "GET / HTTP/11",
  "version 3.0": "GET / HTTP/3.0", "version 1,1": "GET / HTTP/1,1", "version 01.1": "GET / HTTP/01.1", "version x": "GET / HTTP/x.1",
  "version 2.0": "GET / HTTP/2.0", "version 0.9": "GET / HTTP/0.9", "no version": "GET /", "no version, space": "GET / ",
  "slash missing": "GET foo HTTP/1.1", "only a query": "GET ?a HTTP/1.1", "bare carriage return": "GET / HTTP/1.1\rX: y",
  "vertical tab": "GET\x0b/ HTTP/1.1", "form feed": "GET /\x0cHTTP/1.1", "NUL in the method": "GE\0T / HTTP/1.1", "NUL at the end": "GET / HTTP/1.1\0",
  "delimiter in the method": "G@T / HTTP/1.1", "empty method": " / HTTP/1.1", "no-break space": "GET\xa0/ HTTP/1.1",
  "smuggled second line": "GET / HTTP/1.1\nGET /smuggled HTTP/1.1",
};

const OWN_FATE = new Set(["CONNECT", "TRACE", "HEAD", "OPTIONS"]);

const ABSOLUTE: Readonly<Record<string, readonly [target: string, path: readonly string[]]>> = {
  "same host": ["http://gate.example/a?b", ["/a?b"]], "no path": ["http://gate.example", ["/"]], "no path, query": ["http://gate.example?a", ["/?a"]],
  "upper-case scheme": ["HTTP://gate.example/a", ["/a"]], "other port": ["http://gate.example:8080/a", ["/a"]],
};

/** Request lines: syntax, methods, versions, the four forms of the target. */
export const REQUEST_LINE: readonly RequestCase[] = [
  ...Object.entries(BROKEN).map(([name, text]) => line(`broken: ${name}`, text, refused(["malformed-request", "malformed-target", "unknown-method"], { statuses: [400, 414, 501, 505] }))),
  attack("broken: HTTP/0.9", "GET /\r\n\r\n", refused(["malformed-request", "bad-host"], { statuses: [400, 505] })),
  attack("broken: bare line feed after the request line", "GET / HTTP/1.1\nHost: gate.example\r\n\r\n", refused("malformed-request")),
  attack("broken: bare line feeds everywhere", "GET / HTTP/1.1\nHost: gate.example\n\n", refused("malformed-request")),
  attack("broken: bare line feed at the end", "GET / HTTP/1.1\r\nHost: gate.example\r\n\n", refused("malformed-request")),
  attack("broken: HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused(["malformed-request", "unknown-method", "bad-host", "malformed-target"], { statuses: [400, 501, 505] })),
  attack("broken: TLS handshake", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", refused("malformed-request")),
  line("lenient: two spaces before the target", "GET  / HTTP/1.1", either(arrivesGet("/"))),
  line("lenient: two spaces before the version", "GET /  HTTP/1.1", either(arrivesGet("/"))),
  line("lenient: RTSP", "GET / RTSP/1.0", either(arrivesGet("/"))),
  ...["\r\n", "\r\n\r\n"].map((blank) => attack(`legal: ${blank.length / 2} empty lines first`, blank + get("/"), forwarded(arrivesGet("/")))),
  ...["\n", "\r"].map((blank) => attack(`lenient: ${JSON.stringify(blank)} first`, blank + get("/"), either(arrivesGet("/")))),
  ...["FOO", "get", "Get", "GETT", "X-METHOD", "M!", "BREW"].map((method) => line(`method: ${method}`, `${method} / HTTP/1.1`, { ...refused(["unknown-method", "malformed-request", "method-not-allowed"], { statuses: [400, 405, 501], isPolicy: true }), kind: "either", requests: [{ method, target: "/" }] })),
  ...METHODS.filter((method) => !OWN_FATE.has(method)).map((method) => line(`method: ${method} passes`, `${method} /m HTTP/1.1`, forwarded({ method, target: "/m" }))),
  line("method: HEAD passes", "HEAD /m HTTP/1.1", forwarded({ method: "HEAD", target: "/m" })),
  line("method: OPTIONS passes", "OPTIONS /m HTTP/1.1", forwarded({ method: "OPTIONS", target: "/m" })),
  line("method: TRACE is refused", "TRACE / HTTP/1.1", refused(["method-not-allowed", "unknown-method"], { statuses: [405, 501], isPolicy: true })),
  ...["gate.example:443", "/x", "127.0.0.1:22"].map((target) => line(`method: CONNECT ${target} is refused`, `CONNECT ${target} HTTP/1.1`, refused(["method-not-allowed", "unknown-method", "malformed-target", "malformed-request"], { statuses: [400, 405, 501], isPolicy: true }))),
  line("asterisk: OPTIONS", "OPTIONS * HTTP/1.1", { ...answered(200, 204), kind: "either", requests: [{ method: "OPTIONS", target: "*" }], isPolicy: false }),
  line("asterisk: GET", "GET * HTTP/1.1", refused(["malformed-target", "malformed-request"])),
  line("authority form: GET", "GET gate.example:80 HTTP/1.1", refused(["malformed-target", "malformed-request"])),
  ...Object.entries(ABSOLUTE).map(([name, [target, path]]) => line(`absolute: ${name}`, `GET ${target} HTTP/1.1`, either(arrivesGet(path)))),
  line("absolute: same host is served", "GET http://gate.example/served HTTP/1.1", forwarded(arrivesGet("/served"))),
  line("absolute: differing host", "GET http://other.example/a HTTP/1.1", either(arrivesGet("/a"))),
  ...["http://user:pass@gate.example/", "http://user@gate.example/", "http://gate.example\\@evil.example/", "http:///a", "http:/a", "http:a", "http://", "ftp://gate.example/", "file:///etc/passwd", "javascript://gate.example/", "http://gate.example#a", "http://[::1", "http://gate.example:port/"]
    .map((target) => line(`absolute: ${target} is refused`, `GET ${target} HTTP/1.1`, refused(["malformed-target", "malformed-request", "bad-host", "misdirected", "fragment"], { statuses: [400, 421], isPolicy: true }))),
  attack("HTTP/1.0: without Host", "GET /old HTTP/1.0\r\n\r\n", forwarded(arrivesGet("/old"))),
  attack("HTTP/1.0: keep-alive", "GET /old HTTP/1.0\r\nHost: gate.example\r\nConnection: keep-alive\r\n\r\n", forwarded(arrivesGet("/old"))),
  attack("HTTP/1.0: with a length", "POST /old HTTP/1.0\r\nHost: gate.example\r\nContent-Length: 2\r\n\r\nhi", forwarded({ method: "POST", target: "/old", body: bytes("hi") })),
  { ...attack("segments: one byte each", "", forwarded({ method: "POST", target: "/post", body: bytes("hi") })), pieces: [...bytes("POST /post HTTP/1.1\r\nHost: gate.example\r\nContent-Length: 2\r\n\r\nhi")].map((byte) => Buffer.of(byte)) },
];
