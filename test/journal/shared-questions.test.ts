import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { createSharedQuestions, type Turn } from "../../src/journal/shared-questions.ts";
import { answered, ISSUED, LOST, scripted, turn, type Call, type Scripted } from "./scripted-journal.ts";

/*
 * Questions that several doubts put alike: to a platform that answers few lists a minute they are put once.
 */

const LIST = {
  query: { path: "/list" }, each: { json: "/items" }, match: [{ read: { json: "/no" }, is: "{key}" }], absent: { status: 200, json: "/done", equals: true },
  as: { status: 200, body: '{"n":"{/no}"}' }, notFoundValidAfter: "4s", every: "1s", for: "60s",
};
const PACED = { resolve: [LIST], resolvePace: "1/s" };
const polls = ({ calls }: Scripted): readonly Call[] => calls.filter(({ kind }) => kind === "poll");
const field = ({ headers }: Call, name: string): string => headers[headers.indexOf(name) + 1] ?? "";

/** A platform that loses the first answer about each order, and then has those of `listed` in its list. */
function lossy(self: Scripted, listed: readonly string[]): void {
  const seen = new Set<string>();
  self.script = (call) => {
    if (call.kind === "poll") return answered(200, { items: listed.map((no) => ({ no })), done: true });
    if (seen.has(call.body)) return ISSUED;
    seen.add(call.body);
    return LOST;
  };
}

describe("doubts that ask alike", () => {
  test("share one question, and each reads its answer for itself", async () => {
    const self = scripted(PACED);
    lossy(self, ["A1", "A3"]);
    const heard = Promise.all([1, 2, 3, 4].map((no) => self.hear({ orderNo: `A${no}` })));
    await self.pass(900);
    assert.equal(polls(self).length, 1, "the first of them, for all");
    await self.pass(12_000);
    assert.deepEqual((await heard).map((one) => (typeof one === "object" && one.kind === "answered" ? `${one.how} ${Buffer.from(one.answer.body).toString()}` : one)), ['confirmed {"n":"A1"}', 'fresh {"invoiceNo":"N1"}', 'confirmed {"n":"A3"}', 'fresh {"invoiceNo":"N1"}']);
    assert.ok(polls(self).length <= 7, `${polls(self).length} questions in the four seconds before absence counts, not twice that`);
  });

  test("do not share it where their credentials differ, or their taxpayers", async () => {
    const self = scripted(PACED);
    lossy(self, ["A1", "A2", "A3", "A4"]);
    const who = [{ headers: ["authorization", "one"] }, { headers: ["authorization", "two"] }, { headers: ["authorization", "two"], taxpayer: "T" }, { headers: ["authorization", "one"] }];
    const heard = Promise.all(who.map((one, index) => self.hear({ orderNo: `A${index + 1}` }, one)));
    await self.pass(6000);
    assert.deepEqual(polls(self).map((call) => field(call, "authorization")), ["one", "two", "two"]);
    assert.ok((await heard).every((one) => typeof one === "object" && one.kind === "answered" && one.how === "confirmed"));
  });

  test("take it for absence only where it left after they had been still for long enough", async () => {
    const self = scripted(PACED);
    lossy(self, []);
    void self.hear({ orderNo: "A1" });
    await self.pass(3000);
    void self.hear({ orderNo: "A2" });
    await self.pass(30_000);
    const submits = self.calls.filter(({ kind }) => kind === "submit");
    const sentAt = (order: string): number[] => submits.filter(({ body }) => body.includes(order)).map(({ at }) => at);
    const [[, first = 0], [lost = 0, second = 0]] = [sentAt("A1"), sentAt("A2")];
    assert.ok(first >= 4000 && first < second, `A1 was sent again at ${first}`);
    assert.ok(polls(self).some(({ at }) => at >= lost + 4000 && at <= second), `A2 was lost at ${lost} and sent again at ${second}, and the list was asked for at ${polls(self).map(({ at }) => at).join(", ")}`);
  });

  test("turn the pages of a list together too", async () => {
    const self = scripted({ resolve: [{ ...LIST, next: { read: { json: "/next" }, query: "page" } }], resolvePace: "1/s" });
    self.script = (call) => {
      if (call.kind === "submit") return LOST;
      return call.target === "/list" ? answered(200, { items: [{ no: "A0" }], next: "2" }) : answered(200, { items: [{ no: "A1" }, { no: "A2" }] });
    };
    const heard = Promise.all(["A1", "A2"].map((orderNo) => self.hear({ orderNo })));
    await self.pass(4000);
    assert.deepEqual(polls(self).map(({ target }) => target), ["/list", "/list?page=2"]);
    assert.deepEqual((await heard).map((one) => typeof one === "object" && one.kind), ["answered", "answered"]);
  });

  test("do not join one that has left", async () => {
    const self = scripted({ resolve: [LIST], resolvePace: "50/s" });
    self.script = (call) => (call.kind === "submit" ? LOST : null);
    void self.hear({ orderNo: "A1" });
    await self.pass(100);
    assert.equal(polls(self).length, 1);
    void self.hear({ orderNo: "A2" });
    await self.pass(100);
    assert.equal(polls(self).length, 2);
  });
});

describe("a shared question", () => {
  const always = (): boolean => true;
  const calm = { urgent: false, isWanted: always };
  const urgent = { urgent: true, isWanted: always };

  /** Puts `b` after `a` has got as far as `upTo`, and says how often the platform is asked. */
  async function asked(a: typeof calm, b: typeof calm, upTo: "waits" | "slotted" | "left"): Promise<number> {
    const shared = createSharedQuestions<string>(manualClock());
    let count = 0;
    const put = async ({ slotted, left }: Turn): Promise<string> => {
      count++;
      if (upTo !== "waits") slotted();
      if (upTo === "left") left();
      await turn();
      left();
      return "answer";
    };
    const first = shared.put("q", a, put);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.all([first, shared.put("q", b, put)]);
    assert.equal(shared.count(), 0);
    return count;
  }

  const cases: readonly (readonly [string, typeof calm, typeof calm, "waits" | "slotted" | "left", number])[] = [
    ["is joined while it waits", calm, calm, "waits", 1],
    ["is joined by one that nobody waits for", urgent, calm, "waits", 1],
    ["is not joined by one that somebody waits for, while nobody waits for it", calm, urgent, "waits", 2],
    ["is joined by one that somebody waits for once it has its slot", calm, urgent, "slotted", 1],
    ["is not joined after it has left", calm, calm, "left", 2],
  ];
  for (const [what, a, b, upTo, wanted] of cases) test(what, async () => assert.equal(await asked(a, b, upTo), wanted));

  test("is wanted as long as one of those that share it wants it", async () => {
    const shared = createSharedQuestions<boolean>(manualClock());
    const put = async ({ isWanted }: Turn): Promise<boolean> => turn().then(isWanted);
    const never = { urgent: false, isWanted: () => false };
    assert.equal((await shared.put("q", never, put)).answer, false);
    const [one, other] = await Promise.all([shared.put("q", never, put), shared.put("q", calm, put)]);
    assert.deepEqual([one.answer, other.answer], [true, true]);
  });

  test("that fails fails for all, and the next one is put anew", async () => {
    const shared = createSharedQuestions<string>(manualClock());
    const failing = (): Promise<string> => Promise.reject(new Error("no"));
    const both = await Promise.allSettled([shared.put("q", calm, failing), shared.put("q", calm, failing)]);
    assert.deepEqual(both.map(({ status }) => status), ["rejected", "rejected"]);
    assert.equal((await shared.put("q", calm, () => Promise.resolve("yes"))).answer, "yes");
  });

  test("is joined by a bounded number", async () => {
    const shared = createSharedQuestions<string>(manualClock());
    let count = 0;
    const put = async (): Promise<string> => turn().then(() => `answer ${++count}`);
    await Promise.all(Array.from({ length: 2001 }, () => shared.put("q", calm, put)));
    assert.equal(count, 3);
    await Promise.all(Array.from({ length: 1500 }, (_, index) => shared.put(`q${index}`, calm, put)));
    assert.equal(shared.count(), 0);
  });
});
