import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, LOST, scripted, type Scripted } from "./scripted-journal.ts";

const QUERY = { query: { path: "/q?orderNo={key}" }, found: { json: "/code", equals: 0 }, absent: { json: "/code", equals: 6904 }, notFoundValidAfter: "0ms", every: "1s", absentMeans: "closed" };
const GONE = answered(200, { code: 6904, msg: "use a new number" });

function life(step: Readonly<Record<string, unknown>> = {}): Scripted {
  const scene = scripted({ resolve: [{ ...QUERY, ...step }], rejectedFor: "1s" });
  scene.script = ({ kind }) => (kind === "poll" ? GONE : LOST);
  return scene;
}

/** Status and body of what a caller gets. */
async function got(scene: Scripted, order: Readonly<Record<string, unknown>>): Promise<readonly [string, number?, string?]> {
  const hearing = scene.hear(order);
  await scene.pass(5000);
  const heard = await hearing;
  if (typeof heard === "string") return [heard];
  const answer = heard.kind === "answered" ? heard.answer : heard.kind === "replay" ? heard.entry.answer : null;
  return answer === null ? [heard.kind] : [heard.kind, answer.status, Buffer.from(answer.body).toString()];
}

test("a number that must never be used again is a final no to every later try, for the retention, over a crash", async () => {
  const scene = life({ closedAs: { status: 200, body: '{"code":6904,"orderNo":"{key}"}' } });
  const no = '{"code":6904,"orderNo":"A"}';
  assert.deepEqual(await got(scene, { orderNo: "A" }), ["answered", 200, no]);
  await scene.pass(60_000, 1000);
  for (const next of [(): Scripted => scene, (): Scripted => scene.crash()]) {
    const later = next();
    assert.deepEqual(await got(later, { orderNo: "A" }), ["replay", 200, no]);
    assert.deepEqual(await got(later, { orderNo: "A", amount: 2 }), ["replay", 200, no], "another content must not use it either");
  }
  const { state } = await scene.crash().entry("A");
  assert.ok(state.kind === "rejected" && state.closed === true);
  assert.equal(scene.calls.filter(({ kind }) => kind === "submit").length, 1);
});

test("without a form its caller gets the platform's own words", async () => {
  assert.deepEqual(await got(life(), { orderNo: "A" }), ["answered", 200, '{"code":6904,"msg":"use a new number"}']);
});

test("the platform's word that a number is gone for good counts also where it had said that it knows it", async () => {
  const scene = scripted({ resolve: [QUERY], duplicate: [{ status: 409, means: "check" }] });
  scene.script = ({ kind }) => (kind === "poll" ? GONE : answered(409));
  assert.equal((await got(scene, { orderNo: "A" }))[0], "answered");
  assert.deepEqual(await scene.states(), { A: "rejected" });
  assert.equal(scene.calls.filter(({ kind }) => kind === "submit").length, 1);
});
