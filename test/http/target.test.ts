import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalTarget } from "../../src/http/target.ts";

/** What a target becomes: path and query and what is unusual in it, or the code of the refusal. */
function told(target: string): string {
  const result = canonicalTarget(target);
  if (!result.ok) return `refused ${result.code}`;
  const { path, query, unusual, authority } = result.target;
  return [...(authority === null ? [] : [`(${authority})`]), path + query, ...unusual].join(" ");
}

const cases: readonly (readonly [target: string, want: string])[] = [
  ["/", "/"],
  ["/api/invoices?a=1&b=2", "/api/invoices?a=1&b=2"],
  ["/a//b/", "/a//b/"],
  ["//", "//"],
  ["/?", "/?"],
  ["/a?b?c/../d", "/a?b?c/../d"],
  ["/%7euser/%41%2d%2E%5f", "/~user/A-._"],
  ["/caf%c3%a9", "/caf%C3%A9"],
  ["/a%20b", "/a%20b"],
  ["/a/./b/../c", "/a/c"],
  ["/a/..", "/"],
  ["/a/.", "/a/"],
  ["/../../etc", "/etc"],
  ["/a/b/../../../c", "/c"],
  ["/.well-known/x", "/.well-known/x"],
  ["/a/...", "/a/..."],
  ["/a/..b", "/a/..b"],
  ["/a/%2e%2e/b", "refused encoded-dot-segment"],
  ["/a/.%2E/b", "refused encoded-dot-segment"],
  ["/a/%2e", "refused encoded-dot-segment"],
  ["/a/..%2fb", "refused encoded-dot-segment"],
  ["/a%2f..%2fb", "refused encoded-dot-segment"],
  ["/a%5c..", "refused encoded-dot-segment"],
  ["/a/..;x/b", "refused encoded-dot-segment"],
  ["/a/.;", "refused encoded-dot-segment"],
  ["/a%2Fb", "/a%2Fb encoded-slash"],
  ["/a%2fb", "/a%2Fb encoded-slash"],
  ["/a%5cb", "/a%5Cb encoded-slash"],
  ["/a%252fb", "/a%252fb encoded-percent"],
  ["/100%25", "/100%25 encoded-percent"],
  ["/a;jsessionid=1", "/a;jsessionid=1 path-parameters"],
  ["/a;b%2Fc%25", "/a;b%2Fc%25 encoded-slash encoded-percent path-parameters"],
  ["/a%00", "refused encoded-nul"],
  ["/a#b", "refused fragment"],
  ["/a?b#c", "refused fragment"],
  ["/a\\b", "refused malformed-target"],
  ["/a b", "refused malformed-target"],
  ["/a%", "refused malformed-target"],
  ["/a%4", "refused malformed-target"],
  ["/a%zz", "refused malformed-target"],
  ["/é", "refused malformed-target"],
  ["/a\u0001", "refused malformed-target"],
  ["/a\"b", "refused malformed-target"],
  ["/a<b>", "refused malformed-target"],
  ["/a?q=%", "refused malformed-target"],
  ["/a?q=é", "refused malformed-target"],
  ["/a?q=\"<[{|}]>\\^`", "/a?q=%22%3C%5B%7B%7C%7D%5D%3E%5C%5E%60"],
  ["/a?q=%2f%00%25", "/a?q=%2f%00%25"],
  ["http://Tax.Example:8080/a?b", "(Tax.Example:8080) /a?b"],
  ["HTTPS://tax.example", "(tax.example) /"],
  ["http://tax.example?b", "(tax.example) /?b"],
  ["http://[::1]:80/a/../b", "([::1]:80) /b"],
  ["http://user@tax.example/", "refused malformed-target"],
  ["http://user:secret@tax.example/", "refused malformed-target"],
  ["http:///a", "refused malformed-target"],
  ["http://tax.example:x/", "refused malformed-target"],
  ["http://tax.example#x", "refused fragment"],
  ["ftp://tax.example/", "refused malformed-target"],
  ["tax.example:443", "refused malformed-target"],
  ["*", "refused malformed-target"],
  ["a/b", "refused malformed-target"],
  ["", "refused malformed-target"],
];

for (const [target, want] of cases) test(`the target '${target}' becomes '${want}'`, () => assert.equal(told(target), want));

const PIECES = ["/", "/", ".", "..", "a", "B", "~", "%7e", "%7E", "%41", "%2e", "%2E", "%2f", "%5C", "%25", "%c3", ";", ":", "@", "%20", "%00", "\\", "?", "=", "&", "[", "\"", "%"];
const target = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((parts) => `/${parts.join("")}`);

test("a canonical form is its own canonical form, holds no dot segment, and follows RFC 3986", () => {
  fc.assert(fc.property(target, (text) => {
    const once = canonicalTarget(text);
    if (!once.ok) return;
    const { path, query } = once.target;
    assert.match(path, /^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-F]{2})*$/);
    assert.match(query, /^(?:\?(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$/);
    assert.equal(path.split("/").some((segment) => segment === "." || segment === ".."), false);
    // What was unusual may have gone with a dot segment: it is refused all the same, on the safe side.
    assert.equal(told(path + query).split(" ")[0], path + query);
  }), { numRuns: 3000 });
});

test("no reader that decodes once more finds a dot segment, whatever separates its segments", () => {
  fc.assert(fc.property(target, (text) => {
    const once = canonicalTarget(text);
    if (!once.ok || once.target.unusual.includes("encoded-percent")) return;
    const decoded = once.target.path.replace(/%(2[Ff]|5[Cc]|2[Ee])/g, (triplet) => decodeURIComponent(triplet));
    assert.equal(decoded.split(/[/\\]/).some((segment) => /^\.{1,2}(;|$)/.test(segment)), false);
  }), { numRuns: 3000 });
});

test("two spellings of one path have one form", () => {
  const spelled = (character: string, how: number): string =>
    how === 0 ? character : `%${character.charCodeAt(0).toString(16)[how === 1 ? "toUpperCase" : "toLowerCase"]()}`;
  const character = fc.constantFrom("a", "b", "z", "X", "Y", "0", "9", "-", "_", "~");
  fc.assert(fc.property(fc.array(fc.tuple(character, fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: 12 }), (letters) => {
    const one = canonicalTarget(`/${letters.map(([letter, how]) => spelled(letter, how)).join("")}`);
    const other = canonicalTarget(`/x/../${letters.map(([letter, , how]) => spelled(letter, how)).join("")}`);
    assert.deepEqual(one, other);
  }));
});
