import { deepEqual, equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { composeFrom } from "../../src/journal/batch/compose.ts";
import type { Batch } from "../../src/journal/batch/batch.ts";
import { answered, LOST, scripted, type Call, type Scripted } from "./scripted-journal.ts";
import { jsonAnswer } from "./some-entry.ts";

const ABSENT = { query: { path: "/docs/{key}" }, found: { status: 200 }, match: [{ read: { json: "/no" }, is: "{key}" }], absent: { status: 404 }, notFoundValidAfter: "1s", every: "100ms", for: "1min", as: { status: 202, body: '{"taken":[{items}]}', item: '{"no":"{key}"}' } };
const OPTIONS = {
  key: [],
  items: { each: { json: "/docs" }, key: [{ json: "/no" }], policy: "perItem", outcomes: [{ each: { json: "/taken" }, key: [{ json: "/no" }], is: "accepted" }, { each: { json: "/refused" }, key: [{ json: "/no" }], is: "rejected" }] },
  accepted: [{ status: 202 }], notExecuted: [{ status: 503 }], resolve: [ABSENT],
};

const batch = (...docs: readonly string[]): { readonly docs: readonly object[] } => ({ docs: docs.map((doc) => ({ no: doc[0], content: doc })) });
const numbersOf = ({ body }: Call): string[] => (JSON.parse(body) as { docs: { no: string }[] }).docs.map(({ no }) => no);
const takeAll = (call: Call): ReturnType<typeof answered> => answered(202, { taken: numbersOf(call).map((no) => ({ no })) });
const sent = ({ calls }: Scripted): string[] => calls.filter(({ kind }) => kind === "submit").map((call) => numbersOf(call).join("+"));

/** How often each item reached the platform and was not refused there as not executed. */
function timesSent(self: Scripted, from = 0): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const call of self.calls.filter(({ kind }) => kind === "submit").slice(from)) for (const no of numbersOf(call)) counts[no] = (counts[no] ?? 0) + 1;
  return counts;
}

/** Tries a batch, and sends what of it is new. */
async function enter(self: Scripted, docs: readonly string[]): Promise<Awaited<ReturnType<Scripted["enter"]>>> {
  const entered = await self.enter(batch(...docs));
  if (entered.kind === "composed" && entered.batch.fresh?.kind === "mine") self.journal.send(entered.batch.fresh.flight);
  return entered;
}

describe("batches that share items", () => {
  for (const [what, tries, states] of [
    ["in other batches", ["AC", "AD", "BAE"], ["accepted", "released"]],
    ["in others and in itself", ["AB", "AC", "AD", "BAE"], ["accepted"]],
  ] as const) {
    test(`and take them over from one that was not executed, ${what}, at once: each item is sent once`, async () => {
      const self = scripted(OPTIONS);
      self.script = () => answered(503);
      await self.hear(batch("A", "B"));
      self.script = () => null;
      for (const docs of tries) void enter(self, docs.split(""));
      await self.pass(10);
      deepEqual(timesSent(self, 1), Object.fromEntries([...new Set(tries.join(""))].toSorted().map((no) => [no, 1])));
      for (const call of self.calls.slice(1)) call.answer(takeAll(call));
      await self.pass(10);
      deepEqual([new Set(Object.values(await self.states())), self.faults], [new Set(states), []]);
    });
  }

  test("and come at once in any order are sent so that each item is sent once", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const self = scripted(OPTIONS);
      self.script = takeAll;
      const shuffled = ["A", "B", "C", "D"].map((_, index, all) => [0, 1, 2].map((step) => all[(index + step * (seed % 3) + seed) % 4] as string)).map((docs) => [...new Set(docs)]);
      const entered = await Promise.all(shuffled.map((docs) => enter(self, docs)));
      await self.pass(50);
      deepEqual(new Set(Object.values(timesSent(self))), new Set([1]), `seed ${seed}: ${sent(self).join(" ")}`);
      deepEqual([Object.keys(timesSent(self)).length, entered.filter(({ kind }) => !["mine", "composed", "joined", "replay"].includes(kind))], [new Set(shuffled.flat()).size, []]);
    }
  });

  test("and come one a moment after the other, whatever the moment: each item is sent once, and nothing claimed is left lying", async () => {
    for (let ticks = 0; ticks < 80; ticks++) {
      const self = scripted(OPTIONS);
      self.script = takeAll;
      await self.hear(batch("A"));
      const first = enter(self, ["A", "B", "C"]);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      const second = enter(self, ["B", "D"]);
      const kinds = [(await first).kind, (await second).kind];
      await self.pass(20);
      deepEqual([timesSent(self), self.journal.stats().flights], [{ A: 1, B: 1, C: 1, D: 1 }, 0], `${ticks} ticks: ${kinds.join(" ")} ${sent(self).join(" ")}`);
    }
  });

  test("of which one waits for the journal: what fails before the claim leaves nothing claimed", async () => {
    const self = scripted(OPTIONS);
    self.script = takeAll;
    await self.hear(batch("A"));
    let writes = 0;
    self.storeFault = () => ((writes += 1) > 2 ? new Error("disk") : null);
    const entered = await self.enter(batch("A", "B"));
    self.storeFault = null;
    deepEqual([entered.kind, self.journal.stats().flights, sent(self)], ["unavailable", 0, ["A"]]);
    equal((await self.enter(batch("A", "B"))).kind, "composed");
  });

  test("are refused to a caller who may not hear of one of the items, whatever else is new", async () => {
    const self = scripted(OPTIONS);
    self.script = takeAll;
    await self.hear(batch("A", "B"), { principal: "certificate:CN=one" });
    equal((await self.enter(batch("B", "C"), { principal: "certificate:CN=two" })).kind, "stranger");
    self.script = () => answered(503);
    await self.hear(batch("U", "V"), { principal: "certificate:CN=one" });
    equal((await self.enter(batch("U", "W"), { principal: "certificate:CN=two" })).kind, "stranger");
    deepEqual([sent(self), (await self.entry("U")).state.kind], [["A+B", "U+V"], "unsent"]);
  });

  test("are told from each other as the policy that the earlier one was claimed under says", async () => {
    const self = scripted({ ...OPTIONS, items: { ...OPTIONS.items, fingerprint: { over: "fields", fields: [{ json: "/no" }] } } });
    self.script = takeAll;
    await self.hear(batch("A1", "B1"));
    const now = scripted(OPTIONS).policy;
    self.policy = now;
    equal((await self.enter(batch("A2", "C1"))).kind, "composed");
    equal((await self.enter(batch("C2"))).kind, "conflict");
  });
});

describe("a batch in doubt", () => {
  test("is not sent again for an absence that was asked for before it was still", async () => {
    const self = scripted(OPTIONS);
    self.script = ({ kind }) => (kind === "submit" ? LOST : null);
    const caller = self.hear(batch("A", "B"));
    await self.pass(100);
    // The first question was put at once; its answer comes after the time in which an absence does not count.
    await self.pass(1200);
    const [question] = self.calls.filter(({ kind }) => kind === "poll");
    question?.answer(answered(404));
    await self.pass(60);
    const polls = (): number => self.calls.filter(({ kind }) => kind === "poll").length;
    deepEqual([sent(self), polls()], [["A+B"], 2]);
    self.calls.at(-1)?.answer(answered(404));
    await self.pass(300);
    deepEqual([sent(self), polls()], [["A+B"], 3]);
    self.script = (call) => (call.kind === "submit" ? takeAll(call) : answered(404));
    self.calls.at(-1)?.answer(answered(404));
    await self.pass(1000);
    deepEqual(sent(self), ["A+B", "A+B"]);
    await caller;
  });

  test("is asked about in a list once a round, whatever the number of its items", async () => {
    const list = { ...ABSENT, query: { path: "/docs" }, each: { json: "/all" }, found: { json: "/no", exists: true }, as: ABSENT.as, next: { read: { json: "/more" }, query: "page" } };
    const self = scripted({ ...OPTIONS, resolve: [{ ...list, absent: { status: 200 } }] });
    const all: string[] = [];
    self.script = ({ kind, target }) => (kind === "submit" ? LOST : answered(200, target.includes("page=2") ? { all: all.slice(2).map((no) => ({ no })) } : { all: all.slice(0, 2).map((no) => ({ no })), more: "2" }));
    void self.hear(batch("A", "B", "C", "D"));
    await self.pass(90, 10);
    const polls = (): string[] => self.calls.filter(({ kind }) => kind === "poll").map(({ target }) => target);
    deepEqual(polls(), ["/docs", "/docs?page=2"]);
    all.push("A", "B", "C", "D");
    await self.pass(300, 10);
    deepEqual([polls(), await self.states()], [["/docs", "/docs?page=2", "/docs", "/docs?page=2"], { "A,B,C,D": "accepted" }]);
  });

  test("that is taken up by the next life knows what was learnt of its items before", async () => {
    const self = scripted(OPTIONS);
    self.script = ({ kind }) => (kind === "submit" ? answered(202, { taken: [{ no: "A" }] }) : answered(500));
    void self.hear(batch("A", "B"));
    await self.pass(300);
    const next = self.crash();
    const asked: string[] = [];
    next.script = ({ target }) => {
      asked.push(target);
      return answered(200, { no: target.at(-1) });
    };
    next.journal.start();
    await next.pass(500);
    deepEqual([await next.states(), asked], [{ "A,B": "accepted" }, ["/docs/B"]]);
  });
});

test("an answer is composed of the parts about this content, not of those about a later one", async () => {
  const self = scripted(OPTIONS);
  self.script = (call) => answered(202, numbersOf(call).includes("Y") ? { taken: [{ no: "X", v: 2 }, { no: "Y" }] } : { refused: [{ no: "X", v: 1 }] });
  await self.hear(batch("X1"));
  await self.hear(batch("X2", "Y"));
  const entered = await self.enter(batch("X1", "Y"));
  const { batch: compiled } = self.policy;
  const items = entered.kind === "composed" ? entered.batch.items : [];
  const entries = entered.kind === "composed" ? entered.batch.known.flatMap((one) => ("entry" in one ? [one.entry] : [])) : [];
  const answer = await composeFrom({ store: self.store, decode: () => Promise.resolve(null) }, compiled as Batch, items, entries);
  deepEqual(JSON.parse(Buffer.from((answer ?? jsonAnswer(0, null)).body).toString()), { taken: [{ no: "Y" }], refused: [{ no: "X", v: 1 }] });
});
