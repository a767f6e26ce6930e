import assert from "node:assert/strict";
import { test } from "node:test";
import { hostTable } from "../../src/pipeline/generation.ts";
import { matchRoute } from "../../src/pipeline/match-route.ts";
import { routeOptions } from "../../src/pipeline/options.ts";
import { compileRoute, type Site } from "../../src/pipeline/site.ts";

const route = (name: string, match: object) => compileRoute(routeOptions.parse({ name, class: "read", match }));

const routes = [
  route("exact", { path: "/a" }),
  route("one", { path: "/a/{id}" }),
  route("between", { path: "/a/{id}/b", methods: ["GET"] }),
  route("deep", { path: "/deep/**" }),
  route("deep-one", { path: "/x/{id}/**" }),
  route("by-header", { path: "/h", header: { "X-Kind": "b" } }),
  route("by-query", { path: "/q", query: { kind: "b" } }),
  route("posts", { path: "/m", methods: ["POST"] }),
  route("puts", { path: "/m", methods: ["PUT"] }),
];

const cases: readonly (readonly [what: string, want: string | readonly string[], headers?: readonly string[]])[] = [
  ["GET /a", "exact"],
  ["GET /a/", []],
  ["GET /a/1", "one"],
  ["GET /a/1/b", "between"],
  ["POST /a/1/b", ["GET", "HEAD"]],
  ["HEAD /a/1/b", "between"],
  ["GET /a//b", []],
  ["GET /a/1/c", []],
  ["GET /A", []],
  ["GET /deep", "deep"],
  ["GET /deep/", "deep"],
  ["GET /deep/a/b", "deep"],
  ["GET /deeper", []],
  ["GET /x/1", "deep-one"],
  ["GET /x/1/2/3", "deep-one"],
  ["GET /x/", []],
  ["GET /x", []],
  ["GET /h", [], []],
  ["GET /h", [], ["X-Kind", "a"]],
  ["GET /h", "by-header", ["x-kind", "b"]],
  ["GET /q", []],
  ["GET /q?kind=a", []],
  ["GET /q?other=1&kind=b", "by-query"],
  ["GET /m", ["POST", "PUT"]],
  ["PUT /m", "puts"],
];

for (const [what, want, headers = []] of cases) {
  test(`${what} ${headers.join(" ")} leads to ${JSON.stringify(want)}`, () => {
    const [method = "", target = ""] = what.split(" ");
    const [path = "", query = ""] = target.split(/(?=\?)/);
    const found = matchRoute(routes, method, path, query, headers);
    assert.deepEqual(found.route === null ? found.methods : found.route.name, want);
  });
}

test("the first of two routes that match decides", () => {
  const both = [route("first", { path: "/**" }), route("second", { path: "/a" })];
  const found = matchRoute(both, "GET", "/a", "", []);
  assert.equal(found.route?.name, "first");
});

const hosts: readonly (readonly [host: string, site: string | null])[] = [
  ["tax.example", "one"],
  ["a.example", "two"],
  ["a.b.example", "two"],
  ["example", "three"],
  ["xexample", "three"],
];

for (const [host, want] of hosts) {
  test(`the host '${host}' leads to site '${want}'`, () => {
    const site = (name: string, patterns: string[]) => ({ site: { name } as Site, patterns });
    const table = hostTable([site("one", ["TAX.example"]), site("two", ["*.example"]), site("three", ["*"])]);
    assert.equal(table.find(host)?.name ?? null, want);
  });
}
