import { deepEqual, equal } from "node:assert/strict";
import { describe, test } from "node:test";
import type { Batch } from "../../src/journal/batch/batch.ts";
import { composeFrom } from "../../src/journal/batch/compose.ts";
import { answered, LOST, scripted, type Call, type Scripted } from "./scripted-journal.ts";

const LIST = { query: { path: "/docs" }, each: { json: "/all" }, match: [{ read: { json: "/no" }, is: "{key}" }], reference: { json: "/sub" }, itemReference: { json: "/id" }, every: "100ms", for: "1min", as: { status: 202, body: '{"sub":"{reference}","taken":[{items}]}', item: '{"no":"{key}","id":"{reference}"}' } };
const OUTCOMES = [{ each: { json: "/taken" }, index: { json: "/line" }, is: "accepted", reference: { json: "/id" } }, { each: { json: "/refused" }, index: { json: "/line" }, key: [{ json: "/no" }], is: "rejected" }];
const OPTIONS = { key: [], items: { each: { json: "/docs" }, key: [{ json: "/no" }], policy: "perItem", outcomes: OUTCOMES }, accepted: [{ status: 202 }], reference: { json: "/sub" }, resolve: [LIST] };

const batch = (...docs: readonly string[]): { readonly docs: readonly object[] } => ({ docs: docs.map((doc) => ({ no: doc[0], content: doc })) });
const numbersOf = ({ body }: Call): string[] => (JSON.parse(body) as { docs: { no: string }[] }).docs.map(({ no }) => no);
const takeAll = (call: Call): ReturnType<typeof answered> => answered(202, { taken: numbersOf(call).map((no, at) => ({ line: at + 1, id: `N-${no}` })) });

async function itemsOf(self: Scripted, item: string): Promise<string[]> {
  const entry = (await self.store.list({}, 100)).entries.findLast(({ key }) => key.includes(item));
  const items = entry === undefined ? [] : await self.store.items(entry.id, entry.revision);
  return [entry?.state.kind ?? "", ...items.map(({ key, outcome, reference }) => `${key[0]} ${outcome} ${reference}`)];
}

describe("an answer that counts the items of a batch", () => {
  const CASES: readonly (readonly [what: string, answer: object, wanted: readonly string[]])[] = [
    ["says of each what stands at its place", { taken: [{ line: 2, id: "N2" }, { line: "1", id: "N1" }], refused: [{ line: 3, no: "C" }] }, ["accepted", "A accepted N1", "B accepted N2", "C rejected null"]],
    ["says nothing of a place that nobody has", { taken: [{ line: 1 }, { line: 2 }, { line: 4 }] }, ["in-doubt", "A accepted null", "B accepted null", "C open null"]],
    ["says nothing of a place that is another item's than its key", { taken: [{ line: 1 }, { line: 2 }], refused: [{ line: 3, no: "A" }] }, ["in-doubt", "A accepted null", "B accepted null", "C open null"]],
    ["says nothing where two of its parts contradict each other", { taken: [{ line: 1 }, { line: 2 }, { line: 3 }], refused: [{ line: 3, no: "C" }] }, ["in-doubt", "A accepted null", "B accepted null", "C open null"]],
  ];
  for (const [what, answer, wanted] of CASES) {
    test(what, async () => {
      const self = scripted(OPTIONS);
      self.script = ({ kind }) => (kind === "submit" ? answered(202, answer) : null);
      void self.hear(batch("A", "B", "C"));
      await self.pass(50);
      deepEqual([await itemsOf(self, "A"), self.faults], [wanted, []]);
    });
  }

  test("counts what was sent where the batch was written with its new items alone, and is not composed with another", async () => {
    const self = scripted(OPTIONS);
    self.script = takeAll;
    await self.hear(batch("A", "B"));
    const entered = await self.enter(batch("A", "C", "D"));
    if (entered.kind === "composed" && entered.batch.fresh?.kind === "mine") self.journal.send(entered.batch.fresh.flight);
    await self.pass(20);
    deepEqual(await itemsOf(self, "D"), ["accepted", "C accepted N-C", "D accepted N-D"]);
    const composed = async (...names: readonly string[]): Promise<string | null> => {
      const identified = self.policy.identify({ headers: [], pathVariables: {}, query: "", body: Buffer.from(JSON.stringify(batch(...names))), contentType: "application/json" }, "/");
      const entries = (await self.store.list({}, 100)).entries;
      const whole = await Promise.all(entries.map(async ({ id }) => (await self.store.read(id)).at(-1) ?? null));
      const items = identified.kind === "identified" ? (identified.items?.list ?? []) : [];
      const answer = await composeFrom({ store: self.store, decode: () => Promise.resolve(null) }, self.policy.batch as Batch, items, whole.filter((one) => one !== null && items.some(({ key }) => one.key.includes(key[0] ?? ""))) as never);
      return answer === null ? null : Buffer.from(answer.body).toString();
    };
    // In the answer about C and D alone D is the second: a caller who sent three would take it for C.
    deepEqual([await composed("A", "C", "D"), await composed("C", "D")], [null, '{"taken":[{"line":1,"id":"N-C"},{"line":2,"id":"N-D"}]}']);
  });
});

describe("an item that a question shows", () => {
  test("has its own number, and its batch the one of all that was sent together", async () => {
    const self = scripted(OPTIONS);
    self.script = ({ kind }) => (kind === "submit" ? LOST : answered(200, { all: ["A", "B"].map((no) => ({ no, id: `N-${no}`, sub: "S1" })) }));
    const told = self.hear(batch("A", "B"));
    await self.pass(500);
    const entry = await self.entry("A");
    deepEqual([await itemsOf(self, "A"), entry.state.kind === "accepted" && entry.state.reference], [["accepted", "A accepted N-A", "B accepted N-B"], "S1"]);
    const ending = await told;
    equal(typeof ending === "object" && "answer" in ending && Buffer.from(ending.answer.body).toString(), '{"sub":"S1","taken":[{"no":"A","id":"N-A"},{"no":"B","id":"N-B"}]}');
  });

  test("has the number of the whole where the step says no other", async () => {
    const { itemReference: _, ...list } = LIST;
    const self = scripted({ ...OPTIONS, resolve: [list] });
    self.script = ({ kind }) => (kind === "submit" ? LOST : answered(200, { all: ["A", "B"].map((no) => ({ no, id: `N-${no}`, sub: "S1" })) }));
    void self.hear(batch("A", "B"));
    await self.pass(500);
    deepEqual(await itemsOf(self, "A"), ["accepted", "A accepted S1", "B accepted S1"]);
  });
});
