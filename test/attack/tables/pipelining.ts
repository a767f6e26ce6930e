import { arrivesGet, arrivesPost, attack, bytes, forwarded, get, post, refused, type RequestCase } from "../attack-case.ts";

const BAD: Readonly<Record<string, readonly [text: string, ...codes: string[]]>> = {
  "space before a colon": [get("/bad", "X : 1"), "malformed-request"],
  "length and chunked": [post(["Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n"), "framing-conflict"],
  "no Host": ["GET /bad HTTP/1.1\r\n\r\n", "bad-host", "malformed-request"],
  "bare line feed": ["GET /bad HTTP/1.1\nHost: gate.example\n\n", "malformed-request"],
  "unknown version": ["GET /bad HTTP/1.7\r\nHost: gate.example\r\n\r\n", "malformed-request"],
  "encoded slash": [get("/a%2fb"), "encoded-slash"],
  garbage: ["\0\x01\x02\x03\r\n\r\n", "malformed-request", "unknown-method"],
};

/** Bad ones whose end is beyond doubt: what follows them may be served. */
const FRAMED = new Set(["encoded slash", "no Host"]);

/** Several requests in one write: answers in order, and nothing after a bad one is served. */
export const PIPELINING: readonly RequestCase[] = [
  attack("two", get("/one") + get("/two"), forwarded(arrivesGet("/one"), arrivesGet("/two"))),
  attack("twenty", Array.from({ length: 20 }, (_, index) => get(`/n${index}`)).join(""), forwarded(...Array.from({ length: 20 }, (_, index) => arrivesGet(`/n${index}`)))),
  attack("post then get", post(["Content-Length: 2"], "hi") + get("/two"), forwarded(arrivesPost("hi"), arrivesGet("/two"))),
  attack("chunked then get", post(["Transfer-Encoding: chunked"], "2\r\nhi\r\n0\r\n\r\n") + get("/two"), forwarded(arrivesPost("hi"), arrivesGet("/two"))),
  attack("post without a length then get", post([], "") + get("/two"), forwarded(arrivesPost(""), arrivesGet("/two"))),
  attack("body that is a request", post([`Content-Length: ${get("/inner").length}`], get("/inner")), forwarded(arrivesPost(get("/inner")))),
  attack("get with a body that is a request", `GET /outer HTTP/1.1\r\nHost: gate.example\r\nContent-Length: ${get("/inner").length}\r\n\r\n${get("/inner")}`, forwarded({ method: "GET", target: "/outer", body: bytes(get("/inner")) })),
  attack("head then get", "HEAD /one HTTP/1.1\r\nHost: gate.example\r\n\r\n" + get("/two"), forwarded({ method: "HEAD", target: "/one" }, arrivesGet("/two"))),
  attack("head with a body then get", "HEAD /one HTTP/1.1\r\nHost: gate.example\r\nContent-Length: 2\r\n\r\nhi" + get("/two"), forwarded({ method: "HEAD", target: "/one", body: bytes("hi") }, arrivesGet("/two"))),
  attack("empty lines between", `${get("/one")}\r\n${get("/two")}`, forwarded(arrivesGet("/one"), arrivesGet("/two"))),
  attack("nothing after close", get("/one", "Connection: close") + get("/two"), forwarded(arrivesGet("/one"))),
  attack("nothing after HTTP/1.0", `GET /one HTTP/1.0\r\nHost: gate.example\r\n\r\n${get("/two")}`, forwarded(arrivesGet("/one"))),
  { ...attack("split inside the second", "", forwarded(arrivesGet("/one"), arrivesGet("/two"))), pieces: [bytes(`${get("/one")}GET /tw`), bytes(get("/two").slice(7))] },
  ...Object.entries(BAD).map(([name, [text, ...codes]]) => attack(`good then bad: ${name}`, get("/good") + text, refused(codes, { before: [arrivesGet("/good")] }))),
  ...Object.entries(BAD).map(([name, [text, ...codes]]) => attack(`two good then bad: ${name}`, get("/one") + get("/two") + text, refused(codes, { before: [arrivesGet("/one"), arrivesGet("/two")] }))),
  ...Object.entries(BAD).filter(([name]) => !FRAMED.has(name)).map(([name, [text, ...codes]]) => attack(`bad then good: ${name}`, text + get("/smuggled"), refused(codes))),
  { ...attack("good then half a request", `${get("/good")}GET /ha`, forwarded(arrivesGet("/good"))) },
];
