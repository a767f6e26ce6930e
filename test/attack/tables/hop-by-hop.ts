import { arrivesGet, arrivesPost, attack, bytes, either, forwarded, get, post, refused, type RequestCase } from "../attack-case.ts";

/** Fields of one hop, and those that tell the platform about the network behind Taxgate: none may pass. */
const STRIPPED: readonly string[] = [
  "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "Proxy-Connection: close", "Proxy-Authorization: Basic eDp5", "Proxy-Authenticate: Basic",
  "TE: trailers", "TE: gzip", "Trailer: X-Sum", "Upgrade: websocket", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk",
  "Forwarded: for=1.2.3.4", "X-Forwarded-For: 1.2.3.4", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: https", "X-Forwarded-Port: 443", "X-Real-IP: 1.2.3.4",
];

const NAMED = ["X-Secret", "Authorization", "Cookie", "X-Tax-No", "Accept", "Content-Type", "If-None-Match", "Range"];

const CONNECTION_LISTS = ["X-Secret, close", "close,X-Secret", "keep-alive, x-secret", " ,, X-SECRET ,", "X-Secret\r\nConnection: keep-alive", "keep-alive\r\nConnection: X-Secret"];

const UPGRADE = ["Connection: Upgrade", "Upgrade: websocket"];
const H2C = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"];

/** Fields that end at this hop, and what a client can do with Connection, Upgrade and Expect. */
export const HOP_BY_HOP: readonly RequestCase[] = [
  ...STRIPPED.map((line) => attack(`stripped: ${line}`, get("/", line), forwarded(arrivesGet("/", { lacks: [line.slice(0, line.indexOf(":"))] })))),
  ...NAMED.map((name) => attack(`named in Connection: ${name}`, get("/", `Connection: ${name}`, `${name}: 1`), forwarded(arrivesGet("/", { lacks: [name] })))),
  ...CONNECTION_LISTS.map((value) => attack(`connection list: ${JSON.stringify(value)}`, get("/", `Connection: ${value}`, "X-Secret: 1", "X-Kept: 1"), forwarded(arrivesGet("/", { lacks: ["x-secret"], has: { "x-kept": ["1"] } })))),
  attack("named in Connection: Host stays", get("/", "Connection: Host"), either(arrivesGet("/"))),
  attack("named in Connection: Content-Length stays true", post(["Connection: Content-Length", "Content-Length: 2"], "hi"), either(arrivesPost("hi"))),
  attack("named in Connection: Transfer-Encoding stays true", post(["Connection: Transfer-Encoding", "Transfer-Encoding: chunked"], "2\r\nhi\r\n0\r\n\r\n"), either(arrivesPost("hi"))),
  attack("named in Connection: Via stays ours", get("/", "Connection: Via"), either(arrivesGet("/"))),
  attack("connection: broken token", get("/", 'Connection: "x y", @'), either(arrivesGet("/"))),
  attack("upgrade: ordinary route", get("/", ...UPGRADE, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"), forwarded(arrivesGet("/", { lacks: ["upgrade"] }))),
  attack("upgrade: unknown protocol", get("/", "Connection: Upgrade", "Upgrade: foo/2"), forwarded(arrivesGet("/", { lacks: ["upgrade"] }))),
  attack("upgrade: h2c", get("/", ...H2C), forwarded(arrivesGet("/", { lacks: ["upgrade", "http2-settings"] }))),
  attack("upgrade: pipelined request behind it", get("/one", ...UPGRADE) + get("/two"), either(arrivesGet("/one", { lacks: ["upgrade"] }), arrivesGet("/two"))),
  attack("upgrade: with a length", post([...UPGRADE, "Content-Length: 2"], "hi"), refused("upgrade-with-body", { isPolicy: true })),
  attack("upgrade: with chunks", post([...UPGRADE, "Transfer-Encoding: chunked"], "2\r\nhi\r\n0\r\n\r\n"), refused("upgrade-with-body", { isPolicy: true })),
  attack("upgrade: h2c with a length", post([...H2C, "Content-Length: 2"], "hi"), either(arrivesPost("hi", { lacks: ["upgrade", "http2-settings"] }))),
  attack("upgrade: body that is a request", post([...UPGRADE, "Content-Length: 48"], get("/smuggled", "A: b")), { ...refused("upgrade-with-body", { isPolicy: true }) }),
  attack("expect: 100-continue", post(["Expect: 100-continue", "Content-Length: 2"], "hi"), forwarded(arrivesPost("hi", { lacks: ["expect"] }))),
  attack("expect: in other case", post(["expect: 100-Continue", "Content-Length: 2"], "hi"), forwarded(arrivesPost("hi", { lacks: ["expect"] }))),
  { ...attack("expect: body after a while", "", forwarded(arrivesPost("hi", { lacks: ["expect"] }))), pieces: [bytes(post(["Expect: 100-continue", "Content-Length: 2"], "")), bytes("hi")] },
  attack("expect: in HTTP/1.0 is ignored", "POST /post HTTP/1.0\r\nHost: gate.example\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi", forwarded(arrivesPost("hi", { lacks: ["expect"] }))),
  attack("expect: without a body", get("/", "Expect: 100-continue"), forwarded(arrivesGet("/", { lacks: ["expect"] }))),
  attack("expect: chunked", post(["Expect: 100-continue", "Transfer-Encoding: chunked"], "2\r\nhi\r\n0\r\n\r\n"), forwarded(arrivesPost("hi", { lacks: ["expect"] }))),
  ...["200-ok", "100-continue, 200-ok", "100-continuex", '"100-continue"'].map((value) => attack(`expect: ${value} is refused`, post([`Expect: ${value}`, "Content-Length: 2"], "hi"), refused("unsupported-expectation", { statuses: [417], isPolicy: true }))),
  attack("expect: two fields", post(["Expect: 100-continue", "Expect: other", "Content-Length: 2"], "hi"), refused("unsupported-expectation", { statuses: [417], isPolicy: true })),
  ...["Max-Forwards: 0", "Max-Forwards: 10"].map((line) => attack(`passes: ${line} on GET`, get("/", line), forwarded(arrivesGet("/")))),
  ...["X_Forwarded_For: 1", "Content_Length: 60", "Transfer_Encoding: chunked"].map((line) => attack(`passes: ${line}`, get("/", line), either(arrivesGet("/")))),
  ...["Authorization: Bearer a", "Cookie: a=b", "Range: bytes=0-1", "Accept-Encoding: gzip", "X-Request-Id: 1", "Origin: http://a.example", "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"].map((line) => attack(`passes: ${line}`, get("/", line), forwarded(arrivesGet("/")))),
];
