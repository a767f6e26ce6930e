import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, LOST, scripted, type Scripted } from "./scripted-journal.ts";

const QUERY = { method: "POST", path: "/fetch", body: '{"no":"{key}"}', prompt: { method: "POST", path: "/look-up", body: '{"no":"{key}","days":"1"}' } };
const STEP = { query: QUERY, found: { json: "/code", equals: 0 }, every: "1s" };

function polls({ calls }: Scripted): readonly string[] {
  return calls.filter(({ kind }) => kind === "poll").map(({ target, body }) => `${target} ${body}`);
}

test("a platform that looks only when told is told after each question that showed nothing, and not after the last", async () => {
  const scene = scripted({ resolve: [STEP] });
  let lookUps = 0;
  scene.script = ({ kind, target }) => {
    if (kind === "submit") return LOST;
    if (target === "/look-up") lookUps++;
    return answered(200, target === "/fetch" && lookUps === 2 ? { code: 0 } : { code: 1 });
  };
  const heard = await Promise.all([scene.hear({ orderNo: "A" }), scene.pass(10_000, 100)]);
  assert.ok(typeof heard[0] !== "string" && heard[0].kind === "answered");
  const [fetch, lookUp] = ['/fetch {"no":"A"}', '/look-up {"no":"A","days":"1"}'];
  assert.deepEqual(polls(scene), [fetch, lookUp, fetch, lookUp, fetch]);
});

const NUMBERED = { reference: { json: "/no" }, accepted: [{ status: 200 }], provisional: { for: "1h", unlessNumbered: true } };
for (const [what, body, state] of [["gives the number", { no: "N1" }, "accepted"], ["gives none", {}, "provisional"]] as const) {
  test(`an answer that accepts and ${what} leaves it ${state}`, async () => {
    const scene = scripted(NUMBERED);
    scene.script = () => answered(200, body);
    await scene.hear({ orderNo: "A" });
    assert.deepEqual(await scene.states(), { A: state });
  });
}
