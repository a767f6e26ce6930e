import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { OperatorError } from "../../src/base/errors.ts";
import { redisOptions } from "../../src/cache/options.ts";
import { redisAddress } from "../../src/redis/address.ts";
import type { RedisAddress } from "../../src/redis/address.ts";

const read = (url: string | string[], ca?: string): RedisAddress => redisAddress(redisOptions.parse({ url, ...(ca !== undefined && { ca }) }));

describe("addresses of Redis", () => {
  const good: readonly [string | string[], RedisAddress][] = [
    ["redis://cache", { cluster: false, nodes: [{ host: "cache", port: 6379 }], login: {} }],
    ["redis://u%40x:p%2Fw@cache:7000/3", { cluster: false, nodes: [{ host: "cache", port: 7000 }], login: { db: 3, username: "u@x", password: "p/w" } }],
    ["redis://:p@[::1]:7000/", { cluster: false, nodes: [{ host: "::1", port: 7000 }], login: { password: "p" } }],
    ["rediss://cache", { cluster: false, nodes: [{ host: "cache", port: 6379 }], login: { tls: { servername: "cache" } } }],
    ["rediss://10.0.0.1", { cluster: false, nodes: [{ host: "10.0.0.1", port: 6379 }], login: { tls: {} } }],
    [["rediss://a", "rediss://b:1"], { cluster: true, nodes: [{ host: "a", port: 6379 }, { host: "b", port: 1 }], login: { tls: {} } }],
  ];
  for (const [url, address] of good) test(`${JSON.stringify(url)} is understood`, () => assert.deepEqual(read(url), address));

  const bad: readonly [string | string[], RegExp][] = [
    ["redis://:secret@cache:99999", /no valid address/],
    ["redis://:secret@cache:0", /no valid address/],
    ["redis://:secret@", /no valid address/],
    ["redis://:secret@cache?family=6", /no options behind/],
    ["redis://:sec#ret@cache", /no (options behind|valid address)/],
    ["redis://:secret@cache/x", /the database is no number; percent-encode '\/'/],
    ["redis://user:12/secret@cache", /the database is no number; percent-encode '\/'/],
    ["redis://:pass/secret@cache", /no valid address; percent-encode '\/'/],
    [["redis://user:12/secret@cache"], /a cluster has no databases.*percent-encode '\/'/],
    [["redis://:secret@cache/1"], /a cluster has no databases/],
    [["redis://:secret@a", "rediss://:secret@b"], /the same scheme/],
    [["redis://:secret@a", "redis://:other@b"], /the same scheme/],
  ];
  for (const [url, why] of bad) {
    test(`${JSON.stringify(url)} is refused without quoting it`, () => {
      assert.throws(() => read(url), (fault) => fault instanceof OperatorError && why.test(fault.message) && !fault.message.includes("secret"));
    });
  }

  test("a file that holds no certificate is refused when it is read", () => {
    assert.throws(() => read("rediss://cache", import.meta.filename), /it is not valid PEM/);
    assert.throws(() => read("rediss://cache", `${import.meta.filename}.none`), /no such file/);
  });
});
