import assert from "node:assert/strict";
import { test } from "node:test";
import zlib from "node:zlib";
import fc from "fast-check";
import { compressible, decode, encode } from "../../src/cache/encodings.ts";
import type { Coding } from "../../src/http/accept-encoding.ts";

const CODINGS: readonly Coding[] = ["br", "zstd", "gzip"];

const types: readonly (readonly [type: string, want: boolean])[] = [
  ["text/html", true],
  ["text/plain; charset=utf-8", true],
  ["TEXT/CSV", true],
  ["application/json", true],
  ["Application/JSON;charset=utf-8", true],
  [" application/json ; x=y", true],
  ["application/problem+json", true],
  ["application/xml", true],
  ["application/soap+xml; action=\"a\"", true],
  ["application/javascript", true],
  ["image/svg+xml", true],
  ["application/x-www-form-urlencoded", true],
  ["application/x-ndjson", true],
  ["text/event-stream", false],
  ["text/event-stream; charset=utf-8", false],
  ["application/pdf", false],
  ["application/ofd", false],
  ["application/zip", false],
  ["application/gzip", false],
  ["application/octet-stream", false],
  ["application/octet-stream; name=\"text/json+xml\"", false],
  ["image/png", false],
  ["image/jpeg", false],
  ["multipart/form-data; boundary=x", false],
  ["application/jsonx", false],
  ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", false],
  ["json", false],
  ["", false],
];

for (const [type, want] of types) test(`'${type}' is ${want ? "" : "not "}worth encoding`, () => assert.equal(compressible(type), want));

const BODY = Buffer.from(JSON.stringify({ codes: Array.from({ length: 2000 }, (_, code) => ({ code, name: "增值税" })) }));
const INVERSE = { br: zlib.brotliDecompressSync, zstd: zlib.zstdDecompressSync, gzip: zlib.gunzipSync };

for (const coding of CODINGS) {
  test(`${coding}: what is encoded is smaller, always the same, and read by others`, async () => {
    const encoded = await encode(coding, BODY);
    assert.ok(encoded.byteLength < BODY.byteLength / 5);
    assert.deepEqual(INVERSE[coding](encoded), BODY);
    assert.deepEqual(await encode(coding, BODY), encoded);
  });

  test(`${coding}: any body comes back`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (body) => {
        assert.deepEqual(Buffer.from((await decode(coding, await encode(coding, body), 300)) ?? []), Buffer.from(body));
      }),
      { numRuns: 30 },
    );
  });

  test(`${coding}: the bound holds to the byte`, async () => {
    const encoded = await encode(coding, BODY);
    assert.deepEqual(await decode(coding, encoded, BODY.byteLength), BODY);
    assert.equal(await decode(coding, encoded, BODY.byteLength - 1), null);
  });

  test(`${coding}: a bomb is refused without being unpacked`, async () => {
    const bomb = await encode(coding, Buffer.alloc(64 * 1024 * 1024));
    assert.ok(bomb.byteLength < 100_000);
    const before = process.memoryUsage().arrayBuffers;
    assert.equal(await decode(coding, bomb, 100_000), null);
    assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024);
  });

  test(`${coding}: what is cut off, broken or followed by something else is refused`, async () => {
    const encoded = Buffer.from(await encode(coding, BODY));
    for (const length of [0, 1, encoded.byteLength >> 1, encoded.byteLength - 1]) assert.equal(await decode(coding, encoded.subarray(0, length), 1e6), null, `${length} bytes`);
    assert.equal(await decode(coding, Buffer.from("neither of them"), 1e6), null);
    assert.equal(await decode(coding, Buffer.concat([encoded, Buffer.from("more")]), 1e6), null);
  });

  test(`${coding}: a bound that is none is a fault of the caller`, async () => {
    const encoded = await encode(coding, BODY);
    await assert.rejects(decode(coding, encoded, 0), RangeError);
    await assert.rejects(decode(coding, encoded, Infinity), RangeError);
  });
}

test("gzip of several members is one body", async () => {
  const members = Buffer.concat([zlib.gzipSync("ab"), zlib.gzipSync("cd")]);
  assert.deepEqual(await decode("gzip", members, 100), Buffer.from("abcd"));
});

test("zstd that asks for a window beyond 8 MiB is refused", async () => {
  const compressed = (windowLog: number): Buffer => zlib.zstdCompressSync(Buffer.alloc(20 * 1024 * 1024), { params: { [zlib.constants.ZSTD_c_windowLog]: windowLog } });
  assert.equal(await decode("zstd", compressed(24), 32e6), null);
  assert.equal((await decode("zstd", compressed(23), 32e6))?.byteLength, 20 * 1024 * 1024);
});
