import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Headers } from "../../src/http/message.ts";
import { ask, caching, fresh, type Parts } from "./recall-setup.ts";
import { answered, bytes, streamed, type Serve } from "./setup.ts";

/** Reads are kept for a minute; everything else is answered with this status. */
const changing = (status: number, headers: Headers = []): Serve => ({ method }) => (method === "GET" ? fresh("stored") : answered(status, "done", headers));

const others = [{ name: "pass", class: "pass", match: { path: "/pass/**" } }];

async function filled(serve: Serve, paths: readonly string[] = ["/codes"]): Promise<Parts> {
  const parts = caching({}, serve, { others });
  for (const path of paths) await ask(parts, `GET ${path}`);
  return parts;
}

async function still(parts: Parts, path = "/codes"): Promise<boolean> {
  return (await ask(parts, `GET ${path}`)).cached === "hit";
}

for (const method of ["POST", "PUT", "PATCH", "DELETE", "M-SEARCH"]) {
  test(`a ${method} that succeeds voids what is stored under its URL`, async () => {
    const parts = await filled(changing(200));
    await ask(parts, `${method} /codes`);
    assert.equal(await still(parts), false);
  });
}

for (const method of ["HEAD", "OPTIONS", "TRACE"]) {
  test(`${method} voids nothing`, async () => {
    const parts = await filled(changing(200));
    await ask(parts, `${method} /codes`);
    assert.equal(await still(parts), true);
  });
}

for (const [status, kept] of [[200, false], [201, false], [204, false], [303, false], [400, true], [404, true], [409, true], [500, true], [503, true]] as const) {
  test(`a POST that is answered ${status} ${kept ? "leaves what is stored" : "voids it"}`, async () => {
    const parts = await filled(changing(status));
    await ask(parts, "POST /codes");
    assert.equal(await still(parts), kept);
  });
}

test("only the very URL is voided: other queries and paths stay", async () => {
  const parts = await filled(changing(200), ["/codes", "/codes?x=1", "/codes/1"]);
  await ask(parts, "POST /codes");
  assert.deepEqual([await still(parts, "/codes?x=1"), await still(parts, "/codes/1"), await still(parts)], [true, true, false]);
});

const pointed: readonly (readonly [name: string, value: string, voided: boolean])[] = [
  ["Location", "/codes/1", true], ["Location", "1", false], ["Location", "codes/1", true], ["Content-Location", "/codes/1", true],
  ["Location", "http://tax.example/codes/1", true], ["Location", "http://other.example/codes/1", false], ["Location", "http://", false], ["Location", "/codes/1?x=1", false],
];

for (const [name, value, voided] of pointed) {
  test(`${name}: ${value} ${voided ? "voids" : "does not void"} /codes/1 too`, async () => {
    const parts = await filled(changing(201, [name, value]), ["/codes/1"]);
    await ask(parts, "POST /codes");
    assert.equal(await still(parts, "/codes/1"), !voided);
  });
}

test("a read that is made by POST voids nothing, and a DELETE on the same route does", async () => {
  const parts = caching({ ttl: "1min", key: ["body"] }, ({ method }) => answered(200, method));
  await ask(parts, "POST /codes", [], bytes("a"));
  await ask(parts, "POST /codes", [], bytes("b"));
  assert.equal((await ask(parts, "POST /codes", [], bytes("a"))).cached, "hit");
  await ask(parts, "DELETE /codes");
  assert.equal((await ask(parts, "POST /codes", [], bytes("a"))).cached, "miss");
});

test("a change through a route that keeps nothing voids what another route has stored", async () => {
  const parts = caching({}, changing(200), { others: [{ name: "write", class: "pass", match: { methods: ["PUT"], path: "/codes/**" } }] });
  await ask(parts);
  await ask(parts, "PUT /codes");
  assert.equal(await still(parts), false);
});

/** Route `codes` is voided by what `write` (any POST below /write) is answered. */
function voidedBy(when: readonly unknown[], answer: Serve): Parts {
  return caching({ invalidateOn: [{ route: "write", when }] }, (call, ...rest) => (call.method === "GET" ? fresh("stored") : answer(call, ...rest)), {
    others: [{ name: "write", class: "control", match: { path: "/write/**" } }],
  });
}

const JSON_TYPE: Headers = ["Content-Type", "application/json"];
const code0 = [{ status: 200, json: "/code", equals: 0 }];

const codes: readonly (readonly [what: string, when: readonly unknown[], answer: ReturnType<Serve>, voided: boolean])[] = [
  ["its code", code0, answered(200, '{"code":0}', JSON_TYPE), true],
  ["another code", code0, answered(200, '{"code":1}', JSON_TYPE), false],
  ["its code under another status", code0, answered(500, '{"code":0}', JSON_TYPE), false],
  ["no JSON", code0, answered(200, "code 0"), false],
  ["one of several conditions", [{ status: 202 }, { json: "/code", in: [7, 8] }], answered(200, '{"code":8}'), true],
  ["its status, whatever the body", [{ status: 200 }], answered(200, ""), true],
];

for (const [what, when, answer, voided] of codes) {
  test(`an answer with ${what} ${voided ? "voids" : "leaves"} what another route has stored`, async () => {
    const parts = voidedBy(when, () => answer);
    await ask(parts);
    await ask(parts, "POST /write");
    assert.equal(await still(parts), !voided);
  });
}

/** The same answer with a body in pieces. */
function inPieces(pieces: readonly string[], headers: Headers = []): ReturnType<Serve> {
  return { ...answered(200), answer: { status: 200, headers, body: streamed(pieces) } } as ReturnType<Serve>;
}

test("a code in a body that comes in pieces is seen, and its caller gets the same bytes", async () => {
  const parts = voidedBy(code0, () => inPieces(['{"co', 'de":', "0}"]));
  await ask(parts);
  assert.equal((await ask(parts, "POST /write")).text, '{"code":0}');
  assert.equal(await still(parts), false);
});

test("a body too large to be looked into goes through whole, and voids, for it may hold the code", async () => {
  const filler = " ".repeat(600_000);
  const parts = voidedBy(code0, () => inPieces(['{"code":0}', filler, filler]));
  await ask(parts);
  assert.equal((await ask(parts, "POST /write")).text.length, 1_200_010);
  assert.equal(await still(parts), false);
});

test("a code in an encoded body is seen", async () => {
  const encoded = { ...answered(200), answer: { status: 200, headers: [...JSON_TYPE, "Content-Encoding", "gzip"], body: { kind: "bytes", bytes: gzipSync('{"code":0}') } } } as ReturnType<Serve>;
  const parts = voidedBy(code0, () => encoded);
  await ask(parts);
  await ask(parts, "POST /write");
  assert.equal(await still(parts), false);
});
