import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryTier } from "../../src/cache/memory.ts";
import { isEncodable, representationOf, variesByEncoding } from "../../src/cache/represent.ts";
import type { Resident } from "../../src/cache/resident.ts";
import { decode } from "../../src/cache/encodings.ts";
import { headerValue, headerValues } from "../../src/http/headers.ts";
import type { Headers } from "../../src/http/message.ts";
import { address, policy, resident, stored } from "./core-fixture.ts";

const TEXT = "tax code table; ".repeat(400);
const PLAIN = policy();

function setUp(body = TEXT, headers: Headers = ["Content-Type", "text/plain", "ETag", '"a"', "Digest", "x"], encodable = true) {
  const memory = createMemoryTier(1_000_000, () => undefined);
  const of = address("/a");
  const one = resident(of.key, stored(of, body, [], { headers }), encodable);
  memory.set(one);
  const shown = (accept: string | undefined) => representationOf(one, PLAIN, accept, memory);
  return { memory, one, shown };
}

const plainFor: readonly (readonly [what: string, accept: string | undefined])[] = [
  ["no Accept-Encoding", undefined], ["identity", "identity"], ["a coding that is not offered", "deflate"], ["all refused", "br;q=0, gzip;q=0, zstd;q=0"],
];

for (const [what, accept] of plainFor) {
  test(`a caller with ${what} gets the entry as it is, at once`, () => {
    const { one, shown } = setUp();
    assert.equal(shown(accept), one.plain);
  });
}

test("an entry that must not be encoded never is", () => {
  const { one, shown } = setUp(TEXT, [], false);
  assert.equal(shown("br"), one.plain);
});

for (const coding of ["br", "gzip", "zstd"] as const) {
  test(`${coding} holds the same bytes, says so, and vouches for them no longer byte by byte`, async () => {
    const { shown } = setUp();
    const { headers, bytes } = await shown(coding);
    assert.equal(Buffer.from((await decode(coding, bytes, 100_000)) ?? []).toString(), TEXT);
    assert.deepEqual([headerValues(headers, "content-encoding"), headerValues(headers, "content-length")], [[coding], [String(bytes.byteLength)]]);
    assert.deepEqual([headerValue(headers, "etag"), headerValue(headers, "digest"), headerValue(headers, "content-type")], ['W/"a"', undefined, "text/plain"]);
  });
}

test("an entry is encoded once, also for those who ask meanwhile, and counts with what it grew by", async () => {
  const { memory, one, shown } = setUp();
  const before = [memory.bytes, one.size];
  const [first, second] = await Promise.all([shown("br"), shown("br")]);
  assert.equal(first, second);
  assert.equal(shown("br"), first);
  assert.ok(one.size > (before[1] as number));
  assert.equal(memory.bytes - (before[0] as number), one.size - (before[1] as number));
  await shown("gzip");
  assert.equal(memory.bytes, one.size);
});

test("what does not get smaller goes out as it is, and is not tried again", async () => {
  const { one, shown } = setUp("x", ["Content-Type", "text/plain"]);
  assert.equal(await shown("br"), one.plain);
  assert.equal(shown("br"), one.plain);
});

test("an entry that went meanwhile does not come back by being encoded", async () => {
  const { memory, one, shown } = setUp();
  const coming = shown("br");
  memory.remove(one);
  await coming;
  assert.deepEqual([memory.bytes, memory.entries], [0, 0]);
});

const encodable: readonly (readonly [what: string, headers: Headers, size: number | null, cache: unknown, want: boolean])[] = [
  ["text", ["Content-Type", "text/plain"], 2000, {}, true],
  ["text of unknown size", ["Content-Type", "text/plain"], null, {}, true],
  ["small text", ["Content-Type", "text/plain"], 1023, {}, false],
  ["text just large enough", ["Content-Type", "text/plain"], 1024, {}, true],
  ["what is encoded already", ["Content-Type", "text/plain", "Content-Encoding", "gzip"], 2000, {}, false],
  ["a picture", ["Content-Type", "image/png"], 2000, {}, false],
  ["what has no type", [], 2000, {}, false],
  ["what must not be transformed", ["Content-Type", "text/plain", "Cache-Control", "max-age=1, No-Transform"], 2000, {}, false],
  ["text where the route offers nothing", ["Content-Type", "text/plain"], 2000, { compress: { codings: [] } }, false],
];

for (const [what, headers, size, cache, want] of encodable) {
  test(`${what} ${want ? "may" : "must not"} be encoded`, () => {
    assert.equal(isEncodable(headers, size, policy(cache)), want);
  });
}

test("whether an answer says by itself that Accept-Encoding chose it", () => {
  const said: readonly (readonly [Headers, boolean])[] = [[[], false], [["Vary", "accept"], false], [["Vary", "accept, Accept-Encoding"], true], [["Vary", "*"], true]];
  assert.deepEqual(said.map(([headers]) => variesByEncoding(headers)), said.map(([, want]) => want));
});

test("an entry's size counts what it costs at least", () => {
  const { one }: { readonly one: Resident } = setUp();
  assert.ok(one.size >= TEXT.length + one.plain.lines.length + one.key.length);
});
