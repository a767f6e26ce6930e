import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BY_KEY, hear, OPTIONS, RULE, stateOf, takenIn, type Hears } from "./learn-setup.ts";
import { answered, LOST, scripted, turn, type Scripted, type Who } from "./scripted-journal.ts";

describe("a verdict that does not count", () => {
  const OWN: Who = { principal: "authorization:1", taxpayer: "91", changing: new Set(["authorization"]) };
  const cases: readonly (readonly [name: string, who: Who, all: readonly object[], hears: Hears, wanted: string])[] = [
    ["is another taxpayer's question", OWN, [{ ref: "T1", state: "bad" }], { asker: { principal: "authorization:2", taxpayer: "92" } }, "provisional"],
    ["is a stranger's question without a taxpayer", OWN, [{ ref: "T1", state: "gone" }], { asker: { principal: "authorization:2" } }, "provisional"],
    ["is a stranger's yes that names the platform's number, and counts", OWN, [{ ref: "T1", state: "ok" }], { asker: { principal: "authorization:2" } }, "accepted"],
    ["is a stranger's yes to an invoice of the same number", OWN, [{ order: "A", state: "ok" }], { rule: BY_KEY, asker: { principal: "authorization:2" } }, "provisional"],
    ["is a yes under its own key, and counts from the one that sent it", OWN, [{ order: "A", state: "ok" }], { rule: BY_KEY, asker: { principal: "authorization:1" } }, "accepted"],
    ["counts in the hand of the same taxpayer", OWN, [{ ref: "T1", state: "gone" }], { asker: { principal: "authorization:2", taxpayer: "91" } }, "unsent"],
    ["comes from another region", {}, [{ ref: "T1", state: "gone" }], { region: "guangdong" }, "provisional"],
    ["is about another number", {}, [{ ref: "T2", state: "bad" }], {}, "provisional"],
    ["is about another operation", {}, [{ ref: "T1", state: "bad" }], { rule: { ...RULE, of: "cancel" } }, "provisional"],
    ["names the number and another key", {}, [{ ref: "T1", order: "B", state: "bad" }], { rule: { ...RULE, key: [{ json: "/order" }] } }, "provisional"],
    ["names the number and its own key", {}, [{ ref: "T1", order: "A", state: "bad" }], { rule: { ...RULE, key: [{ json: "/order" }] } }, "rejected"],
    ["is another document's under the same key", {}, [{ ref: "T9", order: "A", state: "bad" }], { rule: { ...RULE, key: [{ json: "/order" }] } }, "provisional"],
    ["says another value where the rule compares", {}, [{ ref: "T1", whose: "B", state: "bad" }], { rule: { ...RULE, match: [{ read: { json: "/whose" }, is: "{key}" }] } }, "provisional"],
    ["says the value that the rule compares", {}, [{ ref: "T1", whose: "A", state: "bad" }], { rule: { ...RULE, match: [{ read: { json: "/whose" }, is: "{key}" }] } }, "rejected"],
    ["says the number that the rule compares", {}, [{ order: "A", of: "T1", state: "bad" }], { rule: { ...BY_KEY, match: [{ read: { json: "/of" }, is: "{reference}" }] } }, "rejected"],
    ["is a no under its own key that was asked for before", {}, [{ order: "A", state: "bad" }], { rule: BY_KEY, askedAt: -1 }, "provisional"],
    ["counts as a no under its own key where that was asked for after", {}, [{ order: "A", state: "bad" }], { rule: BY_KEY }, "rejected"],
    ["says too early that it is not there", {}, [{ ref: "T1", state: "gone" }], { rule: { ...RULE, notFoundValidAfter: "1min" } }, "provisional"],
  ];
  for (const [name, who, all, hears, wanted] of cases) {
    test(name, async () => {
      const self = await takenIn({}, who);
      hear(self, all, hears);
      await turn();
      assert.equal((await stateOf(self)).kind, wanted);
    });
  }

  test("counts as not there once that cannot be late any more", async () => {
    const self = await takenIn();
    await self.pass(60_000, 5000);
    hear(self, [{ ref: "T1", state: "gone" }], { rule: { ...RULE, notFoundValidAfter: "1min" } });
    await turn();
    assert.equal((await stateOf(self)).kind, "unsent");
  });

  test("under a key may be the no to an earlier revision", async () => {
    const self = await takenIn();
    hear(self, [{ ref: "T1", state: "bad" }]);
    self.script = () => answered(202, { ref: "T2" });
    await self.hear({ orderNo: "A", content: 2 });
    hear(self, [{ order: "A", state: "bad" }], { rule: BY_KEY });
    await turn();
    assert.deepEqual(await self.states(), { A: "rejected", "A/2": "provisional" });
    hear(self, [{ ref: "T2", state: "bad" }]);
    await turn();
    assert.deepEqual(await self.states(), { A: "rejected", "A/2": "rejected" });
  });

  test("is about one of two with the same number, and nobody can say which", async () => {
    const self = await takenIn();
    await self.hear({ orderNo: "B", content: 1 });
    hear(self, [{ ref: "T1", state: "bad" }]);
    await turn();
    assert.deepEqual(await self.states(), { A: "provisional", B: "provisional" });
    hear(self, [{ ref: "T1", order: "B", state: "bad" }], { rule: { ...RULE, key: [{ json: "/order" }] } });
    await turn();
    assert.deepEqual(await self.states(), { A: "provisional", B: "rejected" });
  });
});

describe("a submission in doubt", () => {
  const FORM = { status: 200, body: '{"order":"{key}","no":"{/no}"}' };
  async function inDoubt(): Promise<Scripted> {
    const self = scripted({ ...OPTIONS, resolve: [{ wait: "1h" }, "hold"] });
    self.script = () => LOST;
    self.journal.start();
    return self;
  }

  test("is accepted where an answer shows it under its key, with the rule's form as its answer", async () => {
    const self = await inDoubt();
    const told = self.hear({ orderNo: "A", content: 1 });
    await self.pass(100);
    hear(self, [{ order: "A", state: "ok", no: "N3" }], { rule: { ...BY_KEY, as: FORM } });
    const ending = (await told) as { kind: string; how: string; answer: { body: Uint8Array } };
    assert.deepEqual([ending.kind, ending.how, Buffer.from(ending.answer.body).toString()], ["answered", "confirmed", '{"order":"A","no":"N3"}']);
    assert.deepEqual(await stateOf(self), { kind: "accepted", how: "learnt", reference: null, number: "N3", verdict: "passing" });
    assert.equal(self.calls.length, 1);
  });

  const left: readonly (readonly [name: string, one: object, hears: Hears])[] = [
    ["without a form", { order: "A", state: "ok" }, { rule: BY_KEY }],
    ["on a no", { order: "A", state: "bad" }, { rule: { ...BY_KEY, as: FORM } }],
    ["where it was not executed", { order: "A", state: "gone" }, { rule: { ...BY_KEY, as: FORM } }],
    ["in another's answer", { order: "A", state: "ok" }, { rule: { ...BY_KEY, as: FORM }, asker: { taxpayer: "92" } }],
    ["of another region", { order: "A", state: "ok" }, { rule: { ...BY_KEY, as: FORM }, region: "guangdong" }],
    ["in the answer of one that cannot be told from a stranger", { order: "A", state: "ok" }, { rule: { ...BY_KEY, as: FORM }, asker: { principal: "authorization:2" } }],
  ];
  for (const [name, one, hears] of left) {
    test(`is left to its plan ${name}`, async () => {
      const self = await inDoubt();
      void self.hear({ orderNo: "A", content: 1 }, { taxpayer: "91", ...("asker" in hears && hears.asker?.principal !== undefined ? { principal: "authorization:1" } : {}) });
      await self.pass(100);
      hear(self, [one], hears);
      await self.pass(100);
      assert.equal((await stateOf(self)).kind, "in-doubt");
    });
  }
});
