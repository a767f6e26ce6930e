import assert from "node:assert/strict";
import { test } from "node:test";
import type { Headers } from "../../src/http/message.ts";
import { answered, bytes, exchange, run, setUp, streamed } from "./setup.ts";

const TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** Pairs without those that every request of these tests has. */
async function sent(line: string, headers: Headers, own: { readonly authority?: string; readonly body?: Parameters<typeof exchange>[2] } = {}) {
  const parts = setUp(() => answered(200), { hosts: ["*"] });
  await run(parts, exchange(line, headers, own.body, own.authority));
  return parts.calls[0]?.call;
}

const cases: readonly (readonly [what: string, headers: Headers, want: Headers])[] = [
  ["a request carries Via with a pseudonym and nothing else of ours", [], ["via", "1.1 taxgate"]],
  ["Via goes on from what came before", ["Via", "1.0 a", "via", "1.1 b"], ["via", "1.0 a, 1.1 b, 1.1 taxgate"]],
  ["what tells of the network behind us stays behind", ["X-Forwarded-For", "1.2.3.4", "Forwarded", "for=1.2.3.4", "X-Real-IP", "1.2.3.4", "X-Forwarded-Host", "a", "X-Forwarded-Proto", "https", "X-Forwarded-Port", "1", "X-Forwarded-Server", "a"], ["via", "1.1 taxgate"]],
  ["traces stay behind unless the route asks", ["traceparent", TRACE, "tracestate", "a=b"], ["via", "1.1 taxgate"]],
  ["hop-by-hop fields and those that Connection names stay behind", ["Connection", "x-own", "X-Own", "1", "Upgrade", "h2c", "TE", "trailers", "Expect", "100-continue", "Proxy-Authorization", "a"], ["via", "1.1 taxgate"]],
  ["other fields keep order and spelling", ["Authorization", "Bearer a", "X-B", "1", "x-b", "2"], ["Authorization", "Bearer a", "X-B", "1", "x-b", "2", "via", "1.1 taxgate"]],
];

for (const [what, headers, want] of cases) test(what, async () => assert.deepEqual((await sent("GET /invoices/1", headers))?.headers, want));

test("a length is stated anew for a streamed body alone: bytes are measured where they are sent", async () => {
  assert.deepEqual((await sent("POST /pass/x", ["Content-Length", "3"], { body: streamed(["abc"], 3) }))?.headers, ["via", "1.1 taxgate", "content-length", "3"]);
  assert.deepEqual((await sent("POST /pass/x", ["Content-Length", "3"], { body: bytes("abc") }))?.headers, ["via", "1.1 taxgate"]);
  assert.deepEqual((await sent("POST /pass/x", ["Transfer-Encoding", "chunked"], { body: streamed(["abc"]) }))?.headers, ["via", "1.1 taxgate"]);
});

test("a route that asks tells who called, continues the trace and keeps Host", async () => {
  const call = await sent("GET /told", ["X-Forwarded-For", "203.0.113.9, 10.0.0.3", "traceparent", TRACE, "tracestate", "a=b"], { authority: "tax.example:8443" });
  assert.equal(call?.host, "tax.example:8443");
  const told = new Map((call?.headers ?? []).flatMap((name, i, all) => (i % 2 === 0 ? [[name, all[i + 1] ?? ""] as const] : [])));
  assert.equal(told.get("x-forwarded-for"), "203.0.113.9");
  assert.equal(told.get("x-forwarded-host"), "tax.example:8443");
  assert.equal(told.get("forwarded"), "for=203.0.113.9;proto=http");
  assert.match(told.get("traceparent") ?? "", /^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
  assert.equal(told.get("tracestate"), "a=b");
});

test("the host of an absolute-form target outranks Host in everything that is told on", async () => {
  const call = await sent("GET http://real.example:81/told", [], { authority: "spoofed.example" });
  assert.equal(call?.host, "real.example:81");
  assert.equal(call?.headers[call.headers.indexOf("x-forwarded-host") + 1], "real.example:81");
  assert.equal(call?.target, "/told");
});

test("a caller without a host leaves the endpoint's own", async () => {
  assert.equal((await sent("GET /told", [], { authority: "" }))?.host, null);
});

test("what is judged is what is sent", async () => {
  assert.equal((await sent("GET /invoices/../invoices/%41?q=<a>", []))?.target, "/invoices/A?q=%3Ca%3E");
});

const back: readonly (readonly [what: string, line: string, status: number, headers: Headers, want: Headers])[] = [
  ["an answer carries Via and the request's id", "GET /invoices/1", 200, [], ["Via", "1.1 taxgate", "X-Request-Id", "id-1"]],
  ["the platform's own id, error code and hop-by-hop fields stay behind", "GET /invoices/1", 200, ["X-Request-Id", "theirs", "Taxgate-Error", "open", "Connection", "x-a", "X-A", "1", "Keep-Alive", "timeout=5", "Content-Length", "2", "Via", "1.1 p"], ["Via", "1.1 p, 1.1 taxgate", "X-Request-Id", "id-1"]],
  ["cookies keep apart", "GET /invoices/1", 200, ["Set-Cookie", "a=1", "Set-Cookie", "b=2"], ["Set-Cookie", "a=1", "Set-Cookie", "b=2", "Via", "1.1 taxgate", "X-Request-Id", "id-1"]],
  ["the length of what HEAD asks about is kept", "HEAD /invoices/1", 200, ["Content-Length", "2"], ["Content-Length", "2", "Via", "1.1 taxgate", "X-Request-Id", "id-1"]],
  ["the length of what 304 stands for is kept", "GET /invoices/1", 304, ["Content-Length", "2"], ["Content-Length", "2", "Via", "1.1 taxgate", "X-Request-Id", "id-1"]],
];

for (const [what, line, status, headers, want] of back) {
  test(what, async () => {
    const answer = await run(setUp(() => answered(status, "", headers)), exchange(line));
    assert.deepEqual(answer?.headers, want);
  });
}
