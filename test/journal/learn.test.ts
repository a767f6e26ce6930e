import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, BY_KEY, hear, OPTIONS, stateOf, TAKEN_IN, takenIn } from "./learn-setup.ts";
import { answered, REFUSED, scripted, turn } from "./scripted-journal.ts";
import { WALL } from "./some-entry.ts";

describe("what the platform has taken in", () => {
  test("awaits its verdict, is replayed like an accepted one, and refuses another content", async () => {
    const self = await takenIn();
    assert.deepEqual(await stateOf(self), { kind: "provisional", how: "answered", reference: "T1", until: WALL + 3_600_000 });
    const again = await self.hear({ orderNo: "A", content: 1 });
    assert.deepEqual([(again as { kind: string }).kind, bodyOf(again)], ["replay", '{"ref":"T1"}']);
    assert.equal(((await self.hear({ orderNo: "A", content: 2 })) as { kind: string }).kind, "conflict");
    assert.equal(self.calls.length, 1);
  });

  test("is accepted with its final number beside the first one once the verdict passes by, and stays so", async () => {
    const self = await takenIn();
    hear(self, [{ ref: "T1", state: "working" }]);
    await turn();
    assert.equal((await stateOf(self)).kind, "provisional");
    hear(self, [{ ref: "T1", state: "ok", no: "N77" }]);
    await turn();
    const final = { kind: "accepted", how: "answered", reference: "T1", number: "N77", verdict: "passing" };
    assert.deepEqual(await stateOf(self), final);
    hear(self, [{ ref: "T1", state: "bad" }, { ref: "T1", state: "gone" }, { order: "A", ref: "T1", state: "bad" }]);
    hear(self, [{ order: "A", state: "bad" }], { rule: BY_KEY });
    await turn();
    assert.deepEqual(await stateOf(self), final);
    assert.equal(bodyOf(await self.hear({ orderNo: "A", content: 1 })), '{"ref":"T1"}');
  });

  test("is open for corrected content after a no, which the same content still gets for its time", async () => {
    const self = await takenIn();
    hear(self, [{ ref: "T1", state: "bad" }]);
    // In the same turn: nobody who has heard the no is told a conflict.
    const corrected = self.hear({ orderNo: "A", content: 2 });
    const same = self.hear({ orderNo: "A", content: 1 });
    assert.equal(((await corrected) as { kind: string }).kind, "answered");
    assert.deepEqual(await self.states(), { A: "rejected", "A/2": "provisional" });
    assert.equal(bodyOf(await same), '{"ref":"T1"}');
    assert.equal(self.calls.length, 2);
  });

  test("the same content is sent again once the time of the no is over", async () => {
    const self = await takenIn();
    hear(self, [{ ref: "T1", state: "bad" }]);
    await self.pass(599_000, 10_000);
    assert.equal(((await self.hear({ orderNo: "A", content: 1 })) as { kind: string }).kind, "replay");
    await self.pass(2000, 1000);
    await self.hear({ orderNo: "A", content: 1 });
    assert.deepEqual([await self.states(), self.calls.length], [{ A: "rejected", "A/2": "provisional" }, 2]);
  });

  test("may be sent again where it was not executed after all", async () => {
    const self = await takenIn();
    hear(self, [{ ref: "T1", state: "gone" }]);
    self.script = () => answered(202, { ref: "T2" });
    const again = await self.hear({ orderNo: "A", content: 1 });
    assert.equal(((again as { answer?: { body: Uint8Array } }).answer?.body ?? "").toString(), '{"ref":"T2"}');
    assert.deepEqual([await self.states(), self.calls.length, (await self.entry("A")).attempts], [{ A: "provisional" }, 2, 2]);
    // The first number means nothing any more.
    hear(self, [{ ref: "T1", state: "bad" }]);
    await turn();
    assert.equal((await stateOf(self)).kind, "provisional");
  });

  test("has no answer to show any more where it was not executed", async () => {
    const self = await takenIn();
    assert.notEqual((await self.store.read((await self.entry("A")).id))[0]?.answer, null);
    hear(self, [{ ref: "T1", state: "gone" }]);
    await turn();
    const [entry] = await self.store.read((await self.entry("A")).id);
    assert.deepEqual([entry?.state.kind, entry?.answer], ["unsent", null]);
  });

  test("that was accepted for later tells its webhook when it is taken in, and once more what came of it: the first verdict counts", async () => {
    const webhook = { url: "https://erp.example/taxgate", secret: "a secret of sixteen" };
    const self = scripted({ ...OPTIONS, onOutage: "defer", defer: { webhook } });
    self.script = () => REFUSED;
    self.journal.start();
    await self.hear({ orderNo: "A", content: 1 });
    self.script = () => TAKEN_IN;
    await self.pass(5000);
    hear(self, [{ ref: "T1", state: "bad" }, { ref: "T1", state: "ok" }]);
    await self.pass(5000);
    const told = self.notices.map(({ body }) => JSON.parse(body) as { readonly state: string; readonly reference: string | null });
    assert.deepEqual(told.map(({ state, reference }) => [state, reference]), [["provisional", "T1"], ["rejected", "T1"]]);
    assert.equal((await stateOf(self)).kind, "rejected");
  });

  test("counts as accepted once its time is over, however the wall jumps meanwhile", async () => {
    const self = await takenIn();
    self.clock.stepWall(7_200_000);
    await self.pass(3_540_000, 30_000);
    assert.equal((await stateOf(self)).kind, "provisional");
    await self.pass(120_000, 10_000);
    assert.deepEqual(await stateOf(self), { kind: "accepted", how: "answered", reference: "T1", number: null, verdict: "assumed" });
    assert.equal(self.journal.stats().provisional, 0);
  });

  test("is found again by the life that follows, and its time is over by the wall", async () => {
    const first = await takenIn();
    const second = first.crash();
    second.journal.start();
    await second.pass(100);
    assert.equal(second.journal.stats().provisional, 1);
    hear(second, [{ ref: "T1", state: "bad" }]);
    await second.pass(100);
    assert.equal((await stateOf(second)).kind, "rejected");
    const other = (await takenIn()).crash();
    other.clock.stepWall(3_600_001);
    other.journal.start();
    await other.pass(2000);
    assert.equal((await stateOf(other)).kind, "accepted");
  });

  test("a person decides about it: the number of the person is the final one, and callers keep what they were told", async () => {
    const self = await takenIn();
    const { id } = await self.entry("A");
    const decided = await self.journal.decide({ id, revision: 1, to: "accepted", reference: "N5", answer: null, reason: "seen in the portal", by: "ops" });
    assert.equal(decided.kind, "done");
    assert.deepEqual(await stateOf(self), { kind: "accepted", how: "by-hand", reference: "T1", number: "N5", why: "seen in the portal" });
    hear(self, [{ ref: "T1", state: "bad" }]);
    await turn();
    assert.equal((await stateOf(self)).kind, "accepted");
    assert.equal(bodyOf(await self.hear({ orderNo: "A", content: 1 })), '{"ref":"T1"}');
  });
});

describe("a verdict that cannot be written", () => {
  test("is written again and again, and the entry stays what it was until then", async () => {
    const self = await takenIn();
    let full = true;
    self.storeFault = () => (full ? new Error("no room") : null);
    hear(self, [{ ref: "T1", state: "bad" }]);
    await self.pass(1000);
    assert.deepEqual([self.store.peek()[0]?.state.kind, self.journal.stats().unsettled], ["provisional", 1]);
    full = false;
    await self.pass(1000);
    assert.deepEqual([(await stateOf(self)).kind, self.journal.stats().unsettled, self.journal.stats().provisional], ["rejected", 0, 0]);
  });

  test("time that is over while nothing can be written is over later", async () => {
    const self = await takenIn();
    let full = true;
    self.storeFault = () => (full ? new Error("no room") : null);
    await self.pass(3_700_000, 20_000);
    full = false;
    await self.pass(120_000, 10_000);
    assert.equal((await stateOf(self)).kind, "accepted");
  });
});

describe("a comparison with the platform", () => {
  const QUERY = { query: { path: "/q/{key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s" };
  for (const [status, wanted] of [[200, []], [404, ["not-there"]]] as const) {
    test(`of what awaits its verdict finds ${wanted.length === 0 ? "nothing wrong where the platform has it" : "that the platform does not know it"}`, async () => {
      const self = await takenIn({ resolve: [QUERY, "hold"] });
      await self.pass(2000);
      self.script = () => answered(status, { ref: "T1" });
      const comparing = self.journal.reconcile({ from: 0, to: WALL * 2, filter: {}, after: 0, limit: 10, headers: [] });
      await self.pass(1000);
      assert.deepEqual((await comparing).differences.map(({ kind }) => kind), wanted);
    });
  }
});
