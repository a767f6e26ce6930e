import { deepEqual, equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { itemState } from "../../src/journal/batch/items.ts";
import type { Asker } from "../../src/journal/verdicts/may-tell.ts";
import { compileLearns } from "../../src/journal/verdicts/rules.ts";
import { learnsOptions } from "../../src/journal/options.ts";
import { answered, scripted, turn, type Scripted, type Who } from "./scripted-journal.ts";

const OPTIONS = {
  key: [], reference: { json: "/ref" },
  items: { each: { json: "/docs" }, key: [{ json: "/no" }], policy: "perItem", outcomes: [{ each: { json: "/taken" }, key: [{ json: "/no" }], is: "accepted", reference: { json: "/id" } }] },
  accepted: [{ status: 202 }], provisional: { for: "1h" }, rejectedFor: "10min",
};
const SAYS = { of: "issue", each: { json: "/all" }, number: { json: "/final" }, accepted: [{ json: "/state", equals: "ok" }], rejected: [{ json: "/state", equals: "bad" }], unsent: [{ json: "/state", equals: "gone" }] };
const KEY = { key: [{ json: "/no" }] };
const BY_PATH = { reference: { path: "ref" } };
const MATCHED = { match: [{ read: { json: "/id" }, is: "{reference}" }] };
const INDEX = { index: { json: "/line" } };

const ONE = "authorization:1";
const NOBODY: Asker = { principal: null, taxpayer: null, changing: new Set(["authorization"]), entitled: null };

interface Heard {
  readonly rule?: object;
  /** The variable of the question's path. */
  readonly path?: string;
  readonly principal?: string;
  readonly askedAt?: number;
}

const batch = (...docs: readonly string[]): { readonly docs: readonly object[] } => ({ docs: docs.map((doc) => ({ no: doc[0], content: doc })) });

/** An answer about items passes by, and what it says is written. */
async function hear({ journal, clock }: Scripted, all: readonly object[], { rule = KEY, path = "", principal, askedAt = clock.now() }: Heard = {}): Promise<void> {
  const body = Buffer.from(JSON.stringify({ all }));
  journal.overhear(compileLearns(learnsOptions.parse([{ ...SAYS, ...rule }])), {
    site: "china", region: "beijing", askedAt, by: "passing", asker: principal === undefined ? NOBODY : { ...NOBODY, principal }, headers: () => [],
    overheard: { request: { headers: [], pathVariables: { ref: path }, query: "", body: null, contentType: undefined }, status: 200, headers: ["content-type", "application/json"], contentType: "application/json", body },
  });
  await turn();
}

/** A journal whose platform takes every batch in: as R1 with the items' own numbers A1, B1 …, then as R2 with A2 …. */
async function takenIn(docs: readonly string[], who: Who = {}, options: object = {}): Promise<Scripted> {
  const self = scripted({ ...OPTIONS, ...options });
  let sent = 0;
  self.script = ({ body }) => answered(202, { ref: `R${++sent}`, taken: (JSON.parse(body) as { docs: { no: string }[] }).docs.map(({ no }) => ({ no, id: `${no}${sent}` })) });
  self.journal.start();
  await self.hear(batch(...docs), who);
  await self.pass(10);
  return self;
}

/** How the items of the newest batch with this item stand. */
async function itemsOf(self: Scripted, item = "A"): Promise<string> {
  const entry = (await self.store.list({}, 100)).entries.findLast(({ key }) => key.includes(item));
  const items = entry === undefined ? [] : await self.store.items(entry.id, entry.revision);
  return items.map((one) => `${one.key[0]} ${itemState(one, entry?.state ?? { kind: "sending" }).kind} ${one.reference}`).join(", ");
}

const OPEN = "A provisional A1, B provisional B1";

describe("whoever may not hear of a batch", () => {
  const WHO: Who = { principal: ONE, changing: new Set(["authorization"]) };
  const CASES: readonly (readonly [what: string, part: object, heard: Heard, wanted: string])[] = [
    ["says nothing of its items by showing another document of their number", { no: "A", id: "X9", final: "X9", state: "ok" }, {}, OPEN],
    ["says nothing by showing one whose number it compares with the key alone", { no: "A", id: "X9", state: "ok" }, { rule: { ...KEY, match: [{ read: { json: "/no" }, is: "{key}" }] } }, OPEN],
    ["says nothing by asking with the number of the batch", { no: "A", id: "X9", state: "ok" }, { rule: { ...KEY, ...BY_PATH }, path: "R1" }, OPEN],
    ["says nothing by asking with the number of the item", { no: "A", id: "X9", state: "ok" }, { rule: { ...KEY, ...BY_PATH }, path: "A1" }, OPEN],
    ["says yes where the answer itself says the platform's number of the item", { no: "A", id: "A1", final: "N1", state: "ok" }, { rule: { ...KEY, ...MATCHED } }, "A accepted N1, B provisional B1"],
    ["says yes where the answer itself says it as the reference", { no: "A", id: "A1", state: "ok" }, { rule: { ...KEY, reference: { json: "/id" } } }, "A accepted A1, B provisional B1"],
    ["says yes where the answer itself says the platform's number of the batch", { no: "A", ref: "R1", state: "ok" }, { rule: { ...KEY, reference: { json: "/ref" } } }, "A accepted A1, B provisional B1"],
    ["never says no", { no: "A", id: "A1", state: "bad" }, { rule: { ...KEY, ...MATCHED } }, OPEN],
    ["never says that it was not executed", { no: "A", ref: "R1", state: "gone" }, { rule: { ...KEY, reference: { json: "/ref" } } }, OPEN],
  ];
  for (const [what, part, heard, wanted] of CASES) {
    test(what, async () => {
      const self = await takenIn(["A", "B"], WHO);
      await hear(self, [part], { principal: "authorization:2", ...heard });
      equal(await itemsOf(self), wanted);
    });
  }

  test("is told from the one that sent it, whose every word counts", async () => {
    const self = await takenIn(["A", "B"], WHO);
    await hear(self, [{ no: "A", state: "bad" }], { principal: ONE });
    equal(await itemsOf(self), "A rejected A1, B provisional B1");
  });
});

describe("the items of the batch that the reference finds", () => {
  const rule = { ...KEY, ...BY_PATH };

  test("have verdicts of their own by their keys, and the batch has its own once all have", async () => {
    const self = await takenIn(["A", "B"]);
    await hear(self, [{ no: "A", state: "bad" }, { no: "Z", state: "bad" }], { rule, path: "R1" });
    equal(await itemsOf(self), "A rejected A1, B provisional B1");
    await hear(self, [{ no: "B", state: "ok" }], { rule, path: "R1" });
    deepEqual([await itemsOf(self), await self.states()], ["A rejected A1, B accepted B1", { "A,B": "accepted" }]);
  });

  test("are not those of another batch of which the same number came later", async () => {
    const self = await takenIn(["A", "B"]);
    await hear(self, [{ no: "A", state: "bad" }], { rule, path: "R1" });
    await self.hear(batch("Ax", "C"));
    await hear(self, [{ no: "A", state: "ok" }], { rule, path: "R1" });
    equal(await itemsOf(self, "C"), "A provisional A2, C provisional C2");
    await hear(self, [{ no: "B", state: "ok" }], { rule, path: "R1" });
    // The first batch has its verdict: its number finds nothing any more, and its key is another one's.
    for (const state of ["bad", "ok"]) await hear(self, [{ no: "A", state }], { rule, path: "R1" });
    equal(await itemsOf(self, "C"), "A provisional A2, C provisional C2");
  });

  test("do not have the verdict of a part that does not say which of them it is about", async () => {
    const self = await takenIn(["A", "B"]);
    await hear(self, [{ state: "bad" }, { state: "bad" }], { rule: BY_PATH, path: "R1" });
    deepEqual([await itemsOf(self), await self.states()], [OPEN, { "A,B": "provisional" }]);
    const alone = await takenIn(["A"]);
    await hear(alone, [{ state: "bad" }], { rule: BY_PATH, path: "R1" });
    deepEqual(await alone.states(), { A: "rejected" });
  });

  test("have the verdict of a part that itself says the number of the batch, which is about all of them", async () => {
    const self = await takenIn(["A", "B"]);
    await hear(self, [{ ref: "R1", state: "ok" }], { rule: { reference: { json: "/ref" } } });
    deepEqual(await self.states(), { "A,B": "accepted" });
  });
});

describe("an item that was refused twice", () => {
  const REVISED: readonly (readonly [what: string, rule: object, part: (revision: number) => object, wanted: string])[] = [
    ["is free for a third content where the batch's reference says which is meant", { ...KEY, ...BY_PATH }, () => ({ no: "A", state: "bad" }), "mine"],
    ["is free for a third content where the item's own number is compared", { ...KEY, ...MATCHED }, (revision) => ({ no: "A", id: `A${revision}`, state: "bad" }), "mine"],
    ["is free for a third content where the reference is the item's own number", { ...KEY, reference: { json: "/id" } }, (revision) => ({ no: "A", id: `A${revision}`, state: "bad" }), "mine"],
    ["is free for a third content though the refusals before it stand in the same list, after it", { ...KEY, ...MATCHED }, (revision) => ({ no: "A", id: `A${revision}`, state: "bad" }), "mine"],
    ["is not believed to be where the key alone is said: the first one may be meant", KEY, () => ({ no: "A", state: "bad" }), "conflict"],
  ];
  for (const [what, rule, part, wanted] of REVISED) {
    test(what, async () => {
      const self = await takenIn(["A"]);
      await hear(self, [part(1)], { rule, path: "R1" });
      await self.hear(batch("Ax"));
      equal(await itemsOf(self), "A provisional A2");
      await hear(self, what.includes("same list") ? [part(2), part(1)] : [part(2)], { rule, path: "R2" });
      deepEqual([(await self.enter(batch("Ay"))).kind, self.faults], [wanted, []]);
    });
  }
});

describe("items that the answer counts", () => {
  const rule = { ...BY_PATH, ...INDEX };

  test("have the verdict of their place", async () => {
    const self = await takenIn(["A", "B", "C"]);
    await hear(self, [{ line: 3, state: "bad" }, { line: "1", state: "ok", final: "N" }], { rule, path: "R1" });
    equal(await itemsOf(self), "A accepted N, B provisional B1, C rejected C1");
  });

  const NOBODYS: readonly (readonly [what: string, part: object, rule: object])[] = [
    ["is none of those that were sent", { line: 3, state: "bad" }, rule],
    ["is no number", { line: "first", state: "bad" }, rule],
    ["is counted from 0", { line: 0, state: "bad" }, rule],
    ["is not there", { state: "bad" }, rule],
    ["is not there, and the answer is no list", { state: "bad" }, { ...BY_PATH, each: undefined, index: { json: "/all/0/line" }, rejected: [{ json: "/all/0/state", equals: "bad" }] }],
    ["is another one's than the key", { line: 1, no: "B", state: "bad" }, { ...rule, ...KEY }],
  ];
  for (const [what, part, own] of NOBODYS) {
    test(`have no verdict by a place that ${what}`, async () => {
      const self = await takenIn(["A", "B"]);
      await hear(self, [part], { rule: own, path: "R1" });
      deepEqual([await itemsOf(self), await self.states()], [OPEN, { "A,B": "provisional" }]);
    });
  }

  test("are counted as they were sent, not as the caller had them", async () => {
    const self = await takenIn(["A"]);
    const entered = await self.enter(batch("A", "B", "C"));
    if (entered.kind === "composed" && entered.batch.fresh?.kind === "mine") self.journal.send(entered.batch.fresh.flight);
    await self.pass(10);
    await hear(self, [{ line: 1, state: "bad" }], { rule, path: "R2" });
    deepEqual([await itemsOf(self, "C"), await itemsOf(self)], ["B rejected B2, C provisional C2", "A provisional A1"]);
  });
});

describe("a verdict that an item was not executed", () => {
  const rule = { ...KEY, ...BY_PATH, notFoundValidAfter: "5s" };

  test("counts only so long after its batch was taken in, whatever was learnt of others meanwhile", async () => {
    const self = await takenIn(["A", "B", "C"]);
    await self.pass(4900);
    await hear(self, [{ no: "A", state: "gone" }, { no: "B", state: "ok" }], { rule, path: "R1" });
    equal(await itemsOf(self), "A provisional A1, B accepted B1, C provisional C1");
    await self.pass(200);
    await hear(self, [{ no: "A", state: "gone" }], { rule, path: "R1" });
    equal(await itemsOf(self), "A released A1, B accepted B1, C provisional C1");
  });
});
