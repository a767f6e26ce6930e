import { deepEqual, equal } from "node:assert/strict";
import { describe, test } from "node:test";
import { compileLearns } from "../../src/journal/verdicts/rules.ts";
import { learnsOptions, submissionOptions } from "../../src/journal/options.ts";
import { itemState } from "../../src/journal/batch/items.ts";
import { answered, scripted, turn, type Scripted } from "./scripted-journal.ts";

const OPTIONS = {
  key: [],
  items: {
    each: { json: "/docs" }, key: [{ json: "/no" }], policy: "perItem",
    outcomes: [{ each: { json: "/taken" }, key: [{ json: "/no" }], is: "accepted", reference: { json: "/id" } }, { each: { json: "/refused" }, key: [{ json: "/no" }], is: "rejected" }],
  },
  accepted: [{ status: 202 }], provisional: { for: "1h" }, rejectedFor: "10min",
};
const RULE = { of: "issue", each: { json: "/all" }, key: [{ json: "/no" }], number: { json: "/id" }, accepted: [{ json: "/state", equals: "ok" }], rejected: [{ json: "/state", equals: "bad" }], unsent: [{ json: "/state", equals: "gone" }] };

const batch = (...docs: readonly string[]): { readonly docs: readonly object[] } => ({ docs: docs.map((doc) => ({ no: doc[0], content: doc })) });

/** An answer about items passes by. */
function hear({ journal, clock }: Scripted, all: readonly object[], region = "beijing", askedAt = clock.now()): void {
  const request = { headers: [], pathVariables: {}, query: "", body: null, contentType: undefined };
  journal.overhear(compileLearns(learnsOptions.parse([RULE])), {
    site: "china", region, askedAt, by: "passing", asker: { principal: null, taxpayer: null, changing: new Set(), entitled: null }, headers: () => [],
    overheard: { request, status: 200, headers: ["content-type", "application/json"], contentType: "application/json", body: Buffer.from(JSON.stringify({ all })) },
  });
}

/** A journal in which the platform has taken a batch of A, B and C in. */
async function takenIn(): Promise<Scripted> {
  submissionOptions.parse(OPTIONS);
  const self = scripted(OPTIONS);
  self.script = ({ body }) => answered(202, { taken: (JSON.parse(body) as { docs: { no: string }[] }).docs.map(({ no }) => ({ no, id: `T${no}` })) });
  self.journal.start();
  await self.hear(batch("A", "B", "C"));
  await self.pass(10);
  return self;
}

const itemsOf = async (self: Scripted): Promise<string> => {
  const entry = await self.entry("A");
  const items = await self.store.items(entry.id, entry.revision);
  return `${entry.state.kind}: ${items.map((item) => `${item.key[0]} ${itemState(item, entry.state).kind} ${item.reference}`).join(", ")}`;
};

describe("the items of a batch that was taken in", () => {
  test("follow their batch until a verdict on each passes by; then the batch has its own", async () => {
    const self = await takenIn();
    equal(await itemsOf(self), "provisional: A provisional TA, B provisional TB, C provisional TC");
    hear(self, [{ no: "A", state: "ok", id: "NA" }, { no: "B", state: "bad" }, { no: "C", state: "working" }, { no: "Z", state: "bad" }]);
    await turn();
    equal(await itemsOf(self), "provisional: A accepted NA, B rejected TB, C provisional TC");
    hear(self, [{ no: "A", state: "bad" }, { no: "B", state: "ok" }, { no: "C", state: "ok", id: "NC" }]);
    await turn();
    equal(await itemsOf(self), "accepted: A accepted NA, B rejected TB, C accepted NC");
    deepEqual([(await self.entry("A")).state.kind === "accepted" && (await self.entry("A")).state, self.faults], [{ kind: "accepted", how: "answered", reference: null, number: null, verdict: "passing", items: { accepted: 2, rejected: 1, unsent: 0, until: self.clock.wall() + 600_000 } }, []]);
  });

  test("that is refused is free for a correction at once, also for one that comes in the same turn", async () => {
    const self = await takenIn();
    hear(self, [{ no: "B", state: "bad" }]);
    const entered = await self.enter(batch("A", "B2"));
    equal(entered.kind, "composed");
    deepEqual(entered.kind === "composed" && [entered.batch.fresh?.kind, entered.batch.known.length], ["mine", 1]);
  });

  test("that is refused stays taken for another content until the verdict is heard", async () => {
    const self = await takenIn();
    equal((await self.enter(batch("A", "B2"))).kind, "conflict");
  });

  test("of which none was accepted make the batch a refused one", async () => {
    const self = await takenIn();
    hear(self, ["A", "B", "C"].map((no) => ({ no, state: "bad" })));
    await turn();
    equal(await itemsOf(self), "rejected: A rejected TA, B rejected TB, C rejected TC");
  });

  test("that were not executed may be sent again alone, and the others are not", async () => {
    const self = await takenIn();
    await self.pass(1000);
    hear(self, [{ no: "A", state: "ok" }, { no: "B", state: "gone" }, { no: "C", state: "ok" }]);
    await turn();
    const entered = await self.enter(batch("A", "B", "C"));
    equal(entered.kind, "composed");
    await self.pass(10);
    deepEqual([self.calls.length, entered.kind === "composed" && entered.batch.fresh?.kind], [1, "mine"]);
  });

  const IGNORED: readonly (readonly [what: string, region: string, late: number])[] = [["of another region's answer", "shanghai", 0], ["of an answer whose question came before it was taken in", "beijing", 1000]];
  for (const [what, region, late] of IGNORED) {
    test(`hear nothing ${what}`, async () => {
      const self = await takenIn();
      hear(self, [{ no: "A", state: "bad" }], region, self.clock.now() - late);
      await turn();
      equal(await itemsOf(self), "provisional: A provisional TA, B provisional TB, C provisional TC");
    });
  }

  test("are as they were after a crash, and count as accepted once the time is over, but for those that were refused", async () => {
    const self = await takenIn();
    hear(self, [{ no: "B", state: "bad" }]);
    await turn();
    const next = self.crash();
    next.journal.start();
    await next.pass(10);
    equal(await itemsOf(next), "provisional: A provisional TA, B rejected TB, C provisional TC");
    await next.pass(3_700_000, 50_000);
    equal(await itemsOf(next), "accepted: A accepted TA, B rejected TB, C accepted TC");
  });
});
