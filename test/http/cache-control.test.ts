import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseCacheControl, parseTargetedControl, type CacheControl } from "../../src/http/cache-control.ts";

const NONE = parseCacheControl([]);
const MOST = 2 ** 31;
type Told = Partial<CacheControl>;

test("without a line nothing is said", () => {
  assert.deepEqual(NONE, {
    any: false, noStore: false, noCache: false, isPrivate: false, isPublic: false, maxAge: null, sMaxage: null, minFresh: null,
    mustRevalidate: false, proxyRevalidate: false, mustUnderstand: false, staleWhileRevalidate: null, staleIfError: null,
    onlyIfCached: false, noTransform: false, immutable: false,
  });
  assert.deepEqual(parseCacheControl(["", " ,\t,"]), NONE);
});

const plain: readonly (readonly [what: string, values: readonly string[], told: Told])[] = [
  ["all directives of an answer", ["no-store, no-cache, private, public, max-age=1, s-maxage=2, must-revalidate, proxy-revalidate, must-understand, no-transform, immutable, stale-while-revalidate=3, stale-if-error=4"], {
    noStore: true, noCache: true, isPrivate: true, isPublic: true, maxAge: 1, sMaxage: 2, mustRevalidate: true, proxyRevalidate: true, mustUnderstand: true,
    noTransform: true, immutable: true, staleWhileRevalidate: 3, staleIfError: 4,
  }],
  ["all directives of a request", ["max-age=0, min-fresh=20, no-cache, no-store, no-transform, only-if-cached"], { maxAge: 0, minFresh: 20, noCache: true, noStore: true, noTransform: true, onlyIfCached: true }],
  ["max-stale says nothing", ["max-stale, max-stale=1000"], {}],
  ["an unknown directive says nothing", ["foobar, constructor=1, max-age=3600"], { maxAge: 3600 }],
  ["names know no case", ["MaX-aGe=3600, No-StOrE, No-CaChE"], { maxAge: 3600, noStore: true, noCache: true }],
  ["lines add up", ["max-age=3600", "s-maxage=1"], { maxAge: 3600, sMaxage: 1 }],
  ["empty members do not matter", [",, max-age=1 ,\t,no-store,"], { maxAge: 1, noStore: true }],
  ["zeros in front do not matter", ["max-age=003600"], { maxAge: 3600 }],
  ["2^31 - 1 stays", ["max-age=2147483647"], { maxAge: 2147483647 }],
  ["2^31 stays", ["max-age=2147483648"], { maxAge: MOST }],
  ["more is 2^31", ["max-age=2147483649, s-maxage=99999999999"], { maxAge: MOST, sMaxage: MOST }],
  ["hundreds of digits are 2^31", [`max-age=${"9".repeat(400)}`], { maxAge: MOST }],
  ["a quoted number counts", ['max-age="3600", stale-if-error="6\\0"'], { maxAge: 3600, staleIfError: 60 }],
  ["a directive inside quotes, before the real one", ['extension="max-age=3600", max-age=1'], { maxAge: 1 }],
  ["a directive inside quotes, after the real one", ['max-age=3600, extension="max-age=1, no-store"'], { maxAge: 3600 }],
  ["a directive behind an escaped quote", ['extension="a\\", no-store, \\"", max-age=1'], { maxAge: 1 }],
  ["of two the smaller counts, on one line", ["max-age=1800, max-age=1"], { maxAge: 1 }],
  ["of two the smaller counts, on two lines", ["s-maxage=1", "s-maxage=1800"], { sMaxage: 1 }],
  ["of two the smaller counts, for stale answers", ["stale-while-revalidate=5, stale-while-revalidate=2, stale-if-error=2, stale-if-error=5"], { staleWhileRevalidate: 2, staleIfError: 2 }],
  ["of two min-fresh the larger counts", ["min-fresh=5, min-fresh=20, min-fresh=x"], { minFresh: 20 }],
  ["fields that no-cache names", ['no-cache="A, b", no-cache="b,c"'], { noCache: ["a", "b", "c"] }],
  ["a field that private names without quotes", ["private=Set-Cookie"], { isPrivate: ["set-cookie"] }],
  ["a list and none at all", ['no-cache="a", no-cache', 'private, private="a"'], { noCache: true, isPrivate: true }],
  ["an empty list means everything", ['no-cache="", private=" , "'], { noCache: true, isPrivate: true }],
  ["a broken list means everything", ['no-cache="a b", private="a,b;c"'], { noCache: true, isPrivate: true }],
  ["a broken argument means everything", ["no-cache=a:b, private =a"], { noCache: true, isPrivate: true }],
  ["what restricts holds with an argument too", ["no-store=1, must-revalidate=x, proxy-revalidate = y, no-transform=, only-if-cached;"], { noStore: true, mustRevalidate: true, proxyRevalidate: true, noTransform: true, onlyIfCached: true }],
  ["what loosens holds without an argument only", ['public=1, immutable="", must-understand;x, public =1'], {}],
  ["max-age=60 once and nonsense once is nonsense", ["max-age=60, max-age"], { maxAge: 0 }],
];

for (const [what, values, told] of plain) test(`Cache-Control: ${what}`, () => assert.deepEqual(parseCacheControl(values), { ...NONE, any: true, ...told }));

const nonsense = ["", "=", "=-3600", "=+1", "=3600.0", "=3600.5", "=a3600", "=3600a", "='3600'", " =3600", "= 3600", "\t=\t3600", '= "3600"', '="3600 "', '="-1"', "=3600;x=y", "=3600 60", "=0x10", "=1e3", "=٣", "==1"];

for (const argument of nonsense) {
  test(`Cache-Control: a lifetime written ${JSON.stringify(argument)} is over at once`, () => {
    assert.deepEqual(parseCacheControl([`max-age${argument}, s-maxage${argument}, stale-while-revalidate${argument}, stale-if-error${argument}`]), {
      ...NONE, any: true, maxAge: 0, sMaxage: 0, staleWhileRevalidate: 0, staleIfError: 0,
    });
  });
}

const unreadable: readonly (readonly [what: string, values: readonly string[]])[] = [
  ["a quote that is never closed", ['max-age=60, extension="no-store']],
  ["a quote in the wrong place", ['foo bar"max-age=60, max-age=60"']],
  ["a quoted name", ['"no-store", max-age=60']],
  ["text behind a closing quote", ['extension="a, b"c, max-age=60']],
  ["an escape at the end", ['max-age=60, extension="a\\"']],
  ["such a line after must-understand", ["must-understand, max-age=60", 'extension="']],
  ["more than 8 KiB", [`max-age=60, ${"x".repeat(8192)}`]],
  ["more than 8 KiB in many lines", Array.from({ length: 2000 }, () => "a=b,c")],
];

for (const [what, values] of unreadable) test(`Cache-Control: ${what} reads as no-store and nothing else`, () => assert.deepEqual(parseCacheControl(values), { ...NONE, any: true, noStore: true }));

test("8 KiB are still read, by either reader", () => {
  const longest = `max-age=60, ${"x".repeat(8180)}`;
  assert.equal(longest.length, 8192);
  assert.equal(parseCacheControl([longest]).noStore, false);
  assert.equal(parseTargetedControl([longest])?.maxAge, 60);
  assert.deepEqual(parseTargetedControl([`${longest}x`]), { ...NONE, any: true, noStore: true });
});

const targeted: readonly (readonly [what: string, values: readonly string[], told: Told | null])[] = [
  ["no line", [], null],
  ["an empty line", [""], null],
  ["a line of spaces", ["  "], null],
  ["a lifetime", ["max-age=3600"], { maxAge: 3600 }],
  ["2^31 and more", ["max-age=2147483648, s-maxage=99999999999"], { maxAge: MOST, sMaxage: MOST }],
  ["all directives", ["no-store, no-cache, private, public, max-age=1, s-maxage=2, must-revalidate, proxy-revalidate, must-understand, no-transform, immutable, stale-while-revalidate=3, stale-if-error=4"], {
    noStore: true, noCache: true, isPrivate: true, isPublic: true, maxAge: 1, sMaxage: 2, mustRevalidate: true, proxyRevalidate: true, mustUnderstand: true,
    noTransform: true, immutable: true, staleWhileRevalidate: 3, staleIfError: 4,
  }],
  ["directives of requests say nothing", ["only-if-cached, min-fresh=5"], {}],
  ["unknown directives say nothing", ["none, constructor=1, foo=(a \"b\";c=1 2.5  :YQ==: );d, bar=?0, baz=@12, qux=%\"%c3%a9\", max-age=60"], { maxAge: 60 }],
  ["parameters say nothing", ["max-age=60;max-age=1; x;y=\"z, no-store\", no-store=?0"], { maxAge: 60 }],
  ["lists of fields", ['no-cache="a, B", private=Set-Cookie'], { noCache: ["a", "b"], isPrivate: ["set-cookie"] }],
  ["true written out, and false", ["no-store=?1, must-revalidate=?0"], { noStore: true }],
  ["a negative lifetime", ["max-age=-1"], { maxAge: 0 }],
  ["a string for a number", ['max-age="10000"'], {}],
  ["a fraction for a number", ["max-age=60.0"], {}],
  ["true for a number", ["max-age"], {}],
  ["a list for a number", ["max-age=(60)"], {}],
  ["a number for true", ["no-store=1, private=1, public=1"], {}],
  ["of two the last counts", ["max-age=1, max-age=60"], { maxAge: 60 }],
  ["of two the last counts, on two lines", ["max-age=60", "max-age=1"], { maxAge: 1 }],
  ["of two the last counts, of the wrong type", ["max-age=60, max-age=x"], {}],
  ["tabs around commas", [" max-age=1\t,\tno-store  "], { maxAge: 1, noStore: true }],
];

for (const [what, values, told] of targeted) {
  test(`CDN-Cache-Control: ${what}`, () => assert.deepEqual(parseTargetedControl(values), told === null ? null : { ...NONE, any: true, ...told }));
}

const broken = [
  "max-age=10000, &&&&&", "MaX-aGe=3600", "max-age =100", "max-age= 100", "max-age=", "max-age=1,", "max-age=1,,no-store", ",max-age=1", "max-age=1 no-store", "max-age=60s",
  "max-age=1234567890123456", "max-age=1.2345", "max-age=1.", "max-age=--1", "max-age=+1", "a=\"b", 'a="\\n"', 'a="é"', "a=(b", "a=(b,c)", "a=(b(c))", "a=(\"b\"c)", "a=:YQ", "a=:Y.Q:",
  "a=?2", "a=@1.5", "a=%\"%C3\"", "a=1;", "a=1;B", "a=1 ;b", "a=1;b=", "\tmax-age=1", "max-age='60'", "é",
];

for (const text of broken) test(`CDN-Cache-Control: ${JSON.stringify(text)} is ignored altogether`, () => assert.equal(parseTargetedControl([text]), null));

test("no text makes either reader throw, and no-store among readable members is never missed", () => {
  const unit = fc.constantFrom("max-age", "=", "60", ",", " ", '"', "\\", ";", "(", ")", "private", "\u00a0", "?0", ":", "%", "must-understand");
  const text = fc.string({ unit, maxLength: 20 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { maxAge, any } = parseCacheControl([before]);
      assert.ok(maxAge === null || Number.isInteger(maxAge));
      assert.equal(any, /[^ \t,]/.test(before));
      parseTargetedControl([before]);
      assert.equal(parseCacheControl([before, "no-store", after]).noStore, true);
      if (!before.includes('"')) assert.equal(parseCacheControl([`${before},no-store,${after}`]).noStore, true);
    }),
    { numRuns: 5000 },
  );
});

test("hostile lines take linear time", () => {
  for (const unit of [" ", "\t=", "a ", 'a="', 'a="",', 'a="b"c,', 'a="\\"', "a=1;", ';a="', "a=(", "( ", "x;x", "no-cache=a,", "1", '"\\']) {
    const hostile = unit.repeat(Math.floor(8000 / unit.length));
    for (const line of [hostile, `a=${hostile}`, `a="${hostile}`, `a=(${hostile}`, `a${hostile}x`]) {
      const start = performance.now();
      for (let round = 0; round < 20; round++) {
        parseCacheControl([line]);
        parseTargetedControl([line]);
      }
      // It takes 2 ms where each character is read a few times, and more than a second where each is read thousands of times.
      assert.ok(performance.now() - start < 500, line.slice(0, 20));
    }
  }
});
