import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, ISSUED, scripted } from "./scripted-journal.ts";

/*
 * Answers that say that nothing was done: those that another attempt of ours may change, and those that only the caller can.
 */

const OPTIONS = {
  notExecuted: [{ status: 400, json: "/code", equals: 21173, needs: "caller" }, { status: [400, 401] }],
  resendUnsent: "3s",
};

const cases: readonly (readonly [string, number, object, "once" | "again"])[] = [
  ["a condition says so", 400, { code: 21173 }, "once"],
  ["its credentials are not accepted", 401, {}, "once"],
  ["the platform only has no time", 400, { code: 21184 }, "again"],
];
for (const [what, status, body, wanted] of cases) {
  test(`what was not executed because ${what} is sent ${wanted} by us`, async () => {
    const self = scripted(OPTIONS);
    self.script = () => answered(status, body);
    const hearing = self.hear({ orderNo: "A" });
    await self.pass(50);
    const calls = self.calls.length;
    await self.pass(4000);
    const heard = await hearing;
    assert.deepEqual([calls, self.calls.length > 1], [1, wanted === "again"]);
    assert.ok(typeof heard === "object" && heard.kind === "answered" && !heard.executed && heard.answer.status === status);
    assert.deepEqual(await self.states(), { A: "unsent" });
  });
}

test("the caller's next try is sent, at once", async () => {
  const self = scripted(OPTIONS);
  self.script = () => answered(400, { code: 21173 });
  const first = self.hear({ orderNo: "A" });
  await self.pass(50);
  await first;
  self.script = () => ISSUED;
  const second = self.hear({ orderNo: "A" });
  await self.pass(50);
  const heard = await second;
  assert.ok(typeof heard === "object" && heard.kind === "answered" && heard.executed);
  assert.equal(self.calls.length, 2);
});
