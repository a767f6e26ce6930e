import { arrivesGet, bytes, either, forwarded, refused, type Expectation } from "../attack-case.ts";

/** One request as HTTP/2 fields and data; `ends: false` leaves the stream open after the data and resets it. */
export interface Http2Case {
  readonly name: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly data: string;
  readonly trailers: readonly (readonly [name: string, value: string])[];
  readonly ends: boolean;
  readonly expect: Expectation;
}

type Fields = Http2Case["fields"];

const PSEUDO: Readonly<Record<string, string>> = { ":method": "GET", ":scheme": "https", ":authority": "gate.example", ":path": "/" };

function fieldsWith(changes: Readonly<Record<string, string | undefined>>, extra: Fields = []): Fields {
  return [...Object.entries({ ...PSEUDO, ...changes }).flatMap(([name, value]) => value === undefined ? [] : [[name, value] as const]), ...extra];
}

function over2(name: string, fields: Fields, expect: Expectation, data = ""): Http2Case {
  return { name, fields, data, trailers: [], ends: true, expect };
}

const REFUSED = refused([], { statuses: [] });
const POST = { ":method": "POST", ":path": "/post" };
const arrivesPost = (body: string): Expectation => forwarded({ method: "POST", target: "/post", body: bytes(body) });

const BAD_FIELDS: Fields = [
  ["connection", "close"], ["connection", "keep-alive"], ["keep-alive", "timeout=5"], ["proxy-connection", "close"], ["upgrade", "websocket"],
  ["upgrade", "h2c"], ["transfer-encoding", "chunked"], ["transfer-encoding", "identity"], ["te", "gzip"],
  ["X-Upper", "1"], [":unknown", "1"], [":status", "200"], [":path", "/second"],
];

/** Malformed fields that nghttp2 drops without telling anybody: the request may go on, never they themselves. */
const DROPPED_FIELDS: Fields = [
  ["x upper", "1"], ["x-a ", "1"], ["", "1"], ["x:a", "1"], ["x\r\na", "1"], ["x\0a", "1"], ["x\xe9", "1"], ["x-a", "a\r\nx-evil: 1"],
  ["x-a", "a\nb"], ["x-a", "a\rb"], ["x-a", "a\0b"], ["x-a\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a", "1"],
];

const BAD_PSEUDO: readonly (readonly [name: string, value: string | undefined])[] = [
  [":path", undefined], [":path", ""], [":path", "a"], [":path", "/a b"], [":path", "/a\r\nx-evil: 1"],
  [":path", "/ HTTP/1.1\r\nhost: evil.example\r\n\r\nGET /smuggled"], [":path", "/a\0"], [":path", "/\xe9"], [":path", "/a#b"], [":path", "/a%2fb"],
  [":path", "/a%00"], [":path", "/..%2fa"], [":path", "/%zz"], [":path", "/a\\b"], [":path", "*"], [":path", "http://evil.example/"],
  [":path", "/a\t"],
  [":method", undefined], [":method", ""], [":method", "GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\nGET"], [":method", "G T"], [":method", "get\r\n"], [":method", "G@T"],
  [":scheme", undefined], [":authority", "user@gate.example"], [":authority", "gate.example/a"], [":authority", "gate example"],
  [":authority", "gate.example\r\nx-evil: 1"], [":authority", "a, b"], [":authority", ""],
];

/** HTTP/2 requests that must not become something else in HTTP/1.1 (RFC 9113 sections 8.2 and 10.3). */
export const HTTP2: readonly Http2Case[] = [
  over2("legal: get", fieldsWith({ ":path": "/a?b" }), forwarded(arrivesGet("/a?b"))),
  over2("legal: post with a length", fieldsWith(POST, [["content-length", "2"]]), arrivesPost("hi"), "hi"),
  over2("legal: post without a length", fieldsWith(POST), arrivesPost("hi"), "hi"),
  over2("legal: empty post", fieldsWith(POST), arrivesPost("")),
  over2("legal: body that is a request", fieldsWith(POST), arrivesPost("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"), "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"),
  over2("legal: split cookies are joined", fieldsWith({}, [["cookie", "a=1"], ["cookie", "b=2"], ["cookie", "c=3"]]), forwarded(arrivesGet("/", { has: { cookie: ["a=1; b=2; c=3"] } }))),
  over2("legal: te trailers is not passed on", fieldsWith({}, [["te", "trailers"]]), forwarded(arrivesGet("/", { lacks: ["te"] }))),
  over2("legal: host instead of authority", fieldsWith({ ":authority": undefined }, [["host", "gate.example"]]), forwarded(arrivesGet("/"))),
  over2("legal: host equal to authority", fieldsWith({}, [["host", "gate.example"]]), either(arrivesGet("/"))),
  over2("legal: empty value", fieldsWith({}, [["x-a", ""]]), forwarded(arrivesGet("/", { has: { "x-a": [""] } }))),
  over2("legal: high bytes", fieldsWith({}, [["x-a", "a\xe9b"]]), either(arrivesGet("/"))),
  over2("legal: long path", fieldsWith({ ":path": `/${"p".repeat(6000)}` }), forwarded(arrivesGet(`/${"p".repeat(6000)}`))),
  over2("legal: expect is answered and not passed on", fieldsWith(POST, [["expect", "100-continue"]]), forwarded({ method: "POST", target: "/post", body: bytes("hi"), lacks: ["expect"] }), "hi"),
  over2("stripped: forwarded fields", fieldsWith({}, [["x-forwarded-for", "1.2.3.4"], ["forwarded", "for=1.2.3.4"], ["x-real-ip", "1.2.3.4"]]), forwarded(arrivesGet("/", { lacks: ["x-forwarded-for", "forwarded", "x-real-ip"] }))),
  ...BAD_FIELDS.map(([name, value]) => over2(`field: ${JSON.stringify(name)} ${JSON.stringify(value)}`, fieldsWith({}, [[name, value]]), name === "te" ? either(arrivesGet("/", { lacks: ["te"] })) : REFUSED)),
  ...DROPPED_FIELDS.map(([name, value]) => over2(`dropped field: ${JSON.stringify(name)} ${JSON.stringify(value)}`, fieldsWith({}, [[name, value]]), either(arrivesGet("/", { lacks: ["x-a", "x-evil", "x", "x upper"] })))),
  ...BAD_PSEUDO.map(([name, value]) => over2(`pseudo: ${name} ${JSON.stringify(value)}`, fieldsWith({ [name]: value }), REFUSED)),
  over2("pseudo: after a field", [["x-a", "1"], ...fieldsWith({})], REFUSED),
  over2("pseudo: host differs from authority", fieldsWith({}, [["host", "evil.example"]]), either(arrivesGet("/"))),
  over2("pseudo: two hosts", fieldsWith({ ":authority": undefined }, [["host", "gate.example"], ["host", "evil.example"]]), REFUSED),
  over2("length: larger than the data", fieldsWith(POST, [["content-length", "20"]]), REFUSED, "hi"),
  over2("length: smaller than the data", fieldsWith(POST, [["content-length", "2"]]), REFUSED, "hiGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"),
  over2("length: zero with data", fieldsWith(POST, [["content-length", "0"]]), REFUSED, "hi"),
  over2("length: two different", fieldsWith(POST, [["content-length", "2"], ["content-length", "20"]]), REFUSED, "hi"),
  over2("length: two equal", fieldsWith(POST, [["content-length", "2"], ["content-length", "2"]]), REFUSED, "hi"),
  over2("length: list", fieldsWith(POST, [["content-length", "2, 2"]]), REFUSED, "hi"),
  over2("length: sign", fieldsWith(POST, [["content-length", "+2"]]), REFUSED, "hi"),
  over2("length: empty", fieldsWith(POST, [["content-length", ""]]), REFUSED, "hi"),
  { ...over2("trailers: plain", fieldsWith(POST), arrivesPost("hi"), "hi"), trailers: [["x-sum", "1"]] },
  { ...over2("trailers: host and authorization do not become headers", fieldsWith(POST), either({ method: "POST", target: "/post", body: bytes("hi"), lacks: ["authorization"] }), "hi"), trailers: [["host", "evil.example"], ["authorization", "evil"]] },
  { ...over2("trailers: pseudo field", fieldsWith(POST), REFUSED, "hi"), trailers: [[":path", "/evil"]] },
  { ...over2("reset inside the body", fieldsWith(POST), REFUSED, "hi"), ends: false },
  { ...over2("reset inside a counted body", fieldsWith(POST, [["content-length", "20"]]), REFUSED, "hi"), ends: false },
];
