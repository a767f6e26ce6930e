import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { encodeRecord } from "../../../src/cache/redis/codec.ts";
import { createEnvelope } from "../../../src/cache/redis/envelope.ts";
import type { Envelope } from "../../../src/cache/redis/envelope.ts";
import { createFind } from "../../../src/cache/redis/find.ts";
import type { Find } from "../../../src/cache/redis/find.ts";
import { redisKeys } from "../../../src/cache/redis/keys.ts";
import type { RedisLink } from "../../../src/redis/link.ts";
import type { TierState } from "../../../src/cache/shared-tier.ts";
import { address, answer } from "./fixture.ts";

const clock = manualClock();
const keys = redisKeys("t");
const of = address("/found");
const standing = ["base", "", "", ""];

/** A find over a link on which `value` stands under every key, and that is in `state` when the reply has come. */
function findOver(value: Buffer, envelope: Envelope, state: TierState = "up"): Find {
  const link = { state, ask: async () => ({ ok: true, value: [value, standing] }), distrust() {}, stop() {} } as RedisLink;
  return createFind({ keys, link, envelope, clock, timeout: 15, marksFor: () => [] });
}

describe("finding in the shared tier", () => {
  const plain = createEnvelope(10_000, null);
  const written = plain.wrap(encodeRecord({ kind: "answer", answer: answer(of), marks: standing }), keys.entry(of), { compress: false, encrypt: false });

  for (const [state, result] of [["up", "hit"], ["down", "down"]] as const) {
    test(`an answer that arrives when the link is ${state} is a ${result}`, async () => {
      const { found, result: seen } = await findOver(await written, plain, state)(of, () => null, false);
      assert.deepEqual([seen, found.answer !== null, found.ticket !== null], [result, state === "up", state === "up"]);
    });
  }

  test("unwrapping counts toward the timeout", async () => {
    const unwrapping = Promise.withResolvers<void>();
    const endless: Envelope = { wrap: plain.wrap, unwrap: () => (unwrapping.resolve(), new Promise(() => {})) };
    const finding = findOver(await written, endless)(of, () => null, false);
    await unwrapping.promise;
    await new Promise(setImmediate); // by now it waits
    clock.advance(15);
    const { found, result } = await finding;
    assert.deepEqual([result, found.answer], ["timeout", null]);
    assert.equal(clock.pending(), 0);
  });

  test("an envelope that fails is an error and no fault", async () => {
    const broken: Envelope = { wrap: plain.wrap, unwrap: () => Promise.reject(new Error("no memory")) };
    assert.equal((await findOver(await written, broken)(of, () => null, false)).result, "error");
  });
});
