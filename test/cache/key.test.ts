import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { KeyPart } from "../../src/cache/options.ts";
import { bytes, options, policy, request } from "./core-fixture.ts";

type Request = Parameters<typeof request>[0];

/** The keys of two requests by the same rules: "same", "different", or "none" where one of them has no key. */
function compared(one: Request, other: Request, key: unknown, rest: { readonly keepsHost?: boolean; readonly credentials?: readonly string[]; readonly authorized?: boolean } = {}): string {
  const { authorized = false, ...place } = rest;
  const { keyOf } = policy({ key, authorized }, place);
  const [a, b] = [keyOf(request(one), "r1"), keyOf(request(other), "r1")];
  return a === null || b === null ? "none" : a === b ? "same" : "different";
}

const json = (text: string): Request => ({ method: "POST", body: bytes(text) });

const cases: readonly (readonly [what: string, one: Request, other: Request, key: unknown, want: string, rest?: Parameters<typeof compared>[3]])[] = [
  ["path", { path: "/a" }, { path: "/b" }, [], "different"],
  ["query", { query: "?a=1" }, { query: "?a=2" }, [], "different"],
  ["order in the query", { query: "?a=1&b=2" }, { query: "?b=2&a=1" }, [], "different"],
  ["an empty query and none", { query: "?" }, { query: "" }, [], "different"],
  ["host, which the platform does not see", { host: "a" }, { host: "b" }, [], "same"],
  ["host, which the platform sees", { host: "a" }, { host: "b" }, [], "different", { keepsHost: true }],
  ["case of a host", { host: "a" }, { host: "A" }, [], "same", { keepsHost: true }],
  ["GET and HEAD", {}, { method: "HEAD" }, [], "same"],

  ["members of the query that count", { query: "?a=1&b=1" }, { query: "?a=2&b=1" }, [{ query: ["a"] }], "different"],
  ["members that do not", { query: "?a=1&b=1" }, { query: "?b=2&a=1" }, [{ query: ["a"] }], "same"],
  ["members of a second list", { query: "?a=1&b=1" }, { query: "?a=1&b=2" }, [{ query: ["a"] }, { query: ["b"] }], "different"],
  ["a member that is missing and one that is empty", { query: "" }, { query: "?a=" }, [{ query: ["a"] }], "different"],
  ["a member that is empty and one without a sign", { query: "?a=" }, { query: "?a" }, [{ query: ["a"] }], "different"],
  ["a member that comes twice", { query: "?a=1&a=2" }, { query: "?a=1" }, [{ query: ["a"] }], "different"],
  ["names in GBK", { query: "?a=%D5%C5" }, { query: "?a=%C0%EE" }, [{ query: ["a"] }], "different"],
  ["bytes that are no UTF-8", { query: "?a=%B1" }, { query: "?a=%B2" }, [{ query: ["a"] }], "different"],
  ["space and plus", { query: "?a=%20" }, { query: "?a=+" }, [{ query: ["a"] }], "different"],
  ["a name in another spelling", { query: "?%61=1" }, { query: "?%61=2" }, [{ query: ["a"] }], "different"],
  ["members that change places with the path", { path: "/x", query: "?a=1" }, { path: '/x[["1"]]', query: "" }, [{ query: ["a"] }], "different"],

  ["a header", { headers: ["X-View", "1"] }, { headers: ["x-view", "2"] }, [{ header: "X-View" }], "different"],
  ["spelling of its name", { headers: ["X-View", "1"] }, { headers: ["x-view", "1"] }, [{ header: "X-View" }], "same"],
  ["a header that is missing and one that says -", {}, { headers: ["X-View", "-"] }, [{ header: "X-View" }], "different"],
  ["a header that is missing and one that is empty", {}, { headers: ["X-View", ""] }, [{ header: "X-View" }], "different"],
  ["a second line of a header", { headers: ["X-View", "1", "X-View", "2"] }, { headers: ["X-View", "1"] }, [{ header: "X-View" }], "different"],

  ["taxpayer", { taxpayer: "1" }, { taxpayer: "2" }, ["taxpayer"], "different"],
  ["no taxpayer", { taxpayer: "1" }, {}, ["taxpayer"], "none"],
  ["principal", { principal: "1" }, { principal: "2" }, ["principal"], "different"],
  ["no principal", { principal: "1" }, {}, ["principal"], "none"],
  ["principal and taxpayer that change places", { principal: "1", taxpayer: "2" }, { principal: "2", taxpayer: "1" }, ["principal", "taxpayer"], "different"],
  ["cookies of one principal", { principal: "1", headers: ["Cookie", "a=1"] }, { principal: "1", headers: ["Cookie", "a=2"] }, ["principal"], "different"],
  ["Authorization beside a principal from elsewhere", { principal: "1", headers: ["Authorization", "a"] }, { principal: "1", headers: ["Authorization", "b"] }, ["principal"], "different", { authorized: true }],
  ["another credential beside it", { principal: "1", headers: ["X-Key", "a"] }, { principal: "1", headers: ["X-Key", "b"] }, ["principal"], "different", { authorized: true, credentials: ["x-key"] }],

  ["bodies", json("1"), json("2"), ["body"], "different"],
  ["a body and none", json("1"), { method: "POST" }, ["body"], "different"],
  ["GET and POST without a body", {}, { method: "POST" }, ["body"], "different"],
  ["a body that is still to come", json("1"), { body: { kind: "source", source: { length: 1, read: () => null, cancel: () => undefined, trailers: () => [] } } }, ["body"], "none"],
  ["a member of a body", json('{"a":"1"}'), json('{"a":"2"}'), [{ json: "/a" }], "different"],
  ["what does not count in a body", json('{"a":"1","b":1}'), json('{"b":2,"a":"1"}'), [{ json: "/a" }], "same"],
  ["a text and a number", json('{"a":"1"}'), json('{"a":1}'), [{ json: "/a" }], "different"],
  ["numbers in two spellings", json('{"a":1.0}'), json('{"a":1}'), [{ json: "/a" }], "different"],
  ["a member that is missing", json('{"a":1}'), json("{}"), [{ json: "/a" }], "none"],
  ["a member that comes twice", json('{"a":1}'), json('{"a":1,"a":1}'), [{ json: "/a" }], "none"],
  ["a body that is no JSON", json('{"a":1}'), json("a"), [{ json: "/a" }], "none"],
  ["a line feed inside a member", json('{"a":"1\\n2","b":"3"}'), json('{"a":"1","b":"2\\n3"}'), [{ json: "/a" }, { json: "/b" }], "different"],
];

for (const [what, one, other, key, want, rest] of cases) {
  test(`two requests that differ in ${what} have ${want === "none" ? "no two keys" : `${want === "same" ? "the" : ""} ${want} key${want === "same" ? "" : "s"}`} by ${JSON.stringify(key)}`, () => {
    assert.equal(compared(one, other, key, rest), want);
  });
}

test("each home region, route, site and set of rules has keys of its own", () => {
  const keys = [policy().keyOf(request(), "r1"), policy().keyOf(request(), "r2"), policy({ override: true }).keyOf(request(), "r1"), policy({ scope: "national" }).keyOf(request(), "r1")];
  assert.equal(new Set(keys).size, 4);
});

test("a change of how long something is kept finds what was stored before", () => {
  const [before, after] = [policy({ ttl: "1h", staleIfError: "1h" }), policy({ ttl: "2h", staleIfError: "5h", tags: ["codes"] })];
  assert.equal(before.keyOf(request(), "r1"), after.keyOf(request(), "r1"));
});

test("an address counts as a principal only where the configuration says so", () => {
  const asked = request({ principal: "address:10.0.0.7" });
  assert.equal(policy({ key: ["principal"] }, { trustsAddress: false }).keyOf(asked, "r1"), null);
  assert.notEqual(policy({ key: ["principal"] }, { trustsAddress: true }).keyOf(asked, "r1"), null);
  assert.notEqual(policy({ key: ["principal"] }, { trustsAddress: false }).keyOf(request({ principal: "authorization:x" }), "r1"), null);
});

// Texts that would end a part early, or look like another one, if anything were joined carelessly.
const hostile = fc.oneof(
  fc.constantFrom("", "-", "=", "\n", "\n-", "\n=", '"', '","', '\\"', "\\", "\\n", "]", '"]', "[[]]", "null", "1", "?a=1", "é", "\u2028", "POST"),
  fc.string({ maxLength: 6 }),
);
const fieldValue = hostile.map((text) => text.replaceAll(/[\r\n\0]/g, " "));
const queryText = hostile.map((text) => encodeURIComponent(text));
const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });

interface Told {
  readonly path: string;
  readonly a: string | null;
  readonly b: string | null;
  readonly x: string | null;
  readonly y: string | null;
  readonly taxpayer: string;
  readonly principal: string;
  readonly one: string | number | boolean | null;
  readonly two: string | number | boolean | null;
}

const scalar = fc.oneof(hostile, fc.integer({ min: -2, max: 2 }), fc.boolean(), fc.constant(null));
const told: fc.Arbitrary<Told> = fc.record({
  path: queryText.map((text) => `/${text}`), a: optional(queryText), b: optional(queryText), x: optional(fieldValue), y: optional(fieldValue),
  taxpayer: hostile, principal: hostile, one: scalar, two: scalar,
});

function requestOf({ path, a, b, x, y, taxpayer, principal, one, two }: Told): ReturnType<typeof request> {
  const members = [...(a === null ? [] : [`a=${a}`]), ...(b === null ? [] : [`b=${b}`])];
  return request({
    method: "POST", path, query: members.length === 0 ? "" : `?${members.join("&")}`, taxpayer, principal,
    headers: [...(x === null ? [] : ["X-A", x]), ...(y === null ? [] : ["X-B", y])],
    body: bytes(JSON.stringify({ one, two })),
  });
}

const everything: readonly KeyPart[] = ["taxpayer", { header: "x-a" }, { header: "x-b" }, { json: "/one" }, { json: "/two" }, "principal"];

for (const parts of [everything, everything.toReversed(), [...everything, { query: ["a"] }, { query: ["b"] }] as const]) {
  test(`two requests that differ in anything never have one key by ${JSON.stringify(parts)}`, () => {
    const { keyOf } = policy({ key: options({ key: parts }).key }, { keepsHost: true });
    fc.assert(fc.property(told, told, fc.subarray(Object.keys({ path: 0, a: 0, b: 0, x: 0, y: 0, taxpayer: 0, principal: 0, one: 0, two: 0 })), (left, other, taken) => {
      // Most differences are small: all but some fields are those of the first.
      const right: Told = { ...left, ...Object.fromEntries(taken.map((name) => [name, other[name as keyof Told]])) };
      const same = JSON.stringify(left) === JSON.stringify(right);
      assert.equal(keyOf(requestOf(left), "r1") === keyOf(requestOf(right), "r1"), same);
    }), { numRuns: 2000 });
  });
}

test("texts that only change places between neighbouring parts never have one key", () => {
  const { keyOf } = policy({ key: ["taxpayer", { header: "x-a" }, { json: "/one" }, "principal"] });
  fc.assert(fc.property(fc.array(hostile, { minLength: 2, maxLength: 2 }), ([first = "", second = ""]) => {
    const of = (taxpayer: string, one: string, principal: string): string | null => keyOf(requestOf({ path: "/", a: null, b: null, x: null, y: null, taxpayer, principal, one, two: 0 }), "r1");
    const keys = [of(first, second, ""), of("", first, second), of(second, first, ""), of(`${first}\n${second}`, "", ""), of("", `${first}\n${second}`, "")];
    const inputs = [[first, second, ""], ["", first, second], [second, first, ""], [`${first}\n${second}`, "", ""], ["", `${first}\n${second}`, ""]].map((parts) => JSON.stringify(parts));
    assert.equal(new Set(keys).size, new Set(inputs).size);
  }), { numRuns: 500 });
});
