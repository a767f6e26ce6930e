import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EntryFacts } from "../../src/journal/entry.ts";
import { createNewestCredentials, type Passer } from "../../src/journal/newest-credentials.ts";
import { answered, ISSUED, LOST, scripted, type Call, type Scripted } from "./scripted-journal.ts";
import { someFacts } from "./some-entry.ts";

const FIELDS = ["authorization", "new"];
const FACTS = someFacts({ site: "s", region: "r", taxpayer: "T", principal: "certificate:erp" });
const passer = (who: Partial<Passer> = {}): Passer => ({ site: "s", region: "r", taxpayer: "T", principal: "certificate:erp", isProven: false, ...who });

const cases: readonly (readonly [string, Partial<EntryFacts>, Partial<Passer>, boolean])[] = [
  ["the same caller's, about the same taxpayer", {}, {}, true],
  ["another caller's that say the same taxpayer themselves", {}, { principal: "authorization:2", isProven: true }, true],
  ["an address's that say the same taxpayer themselves", {}, { principal: "address:10.0.0.1", isProven: true }, true],
  ["another caller's that only claim the same taxpayer", {}, { principal: "authorization:2" }, false],
  ["another taxpayer's", {}, { taxpayer: "U", isProven: true }, false],
  ["the same caller's, about another taxpayer", {}, { taxpayer: "U" }, false],
  ["the same caller's, of whom no taxpayer is known", {}, { taxpayer: null, isProven: true }, false],
  ["those of another region", {}, { region: "q", isProven: true }, false],
  ["those of another site", {}, { site: "t", isProven: true }, false],
  ["the same caller's, where no taxpayer is known", { taxpayer: null }, { taxpayer: null }, true],
  ["another caller's, where no taxpayer is known", { taxpayer: null }, { taxpayer: null, principal: "certificate:other" }, false],
  ["somebody's of whom nothing is known", { taxpayer: null, principal: null }, { taxpayer: null, principal: null }, false],
  ["an address's: many may have one", { taxpayer: null, principal: "address:10.0.0.1" }, { taxpayer: null, principal: "address:10.0.0.1" }, false],
];
for (const [what, facts, who, wanted] of cases) {
  test(`questions about a doubt are ${wanted ? "" : "not "}put with ${what}`, () => {
    const credentials = createNewestCredentials();
    const doubt = { ...FACTS, ...facts };
    credentials.wait(doubt);
    credentials.passed(passer(who), () => FIELDS);
    assert.deepEqual(credentials.of(doubt), wanted ? FIELDS : null);
    credentials.leave(doubt);
    assert.equal(credentials.size, 0);
  });
}

describe("credentials that passed", () => {
  test("are kept only while somebody is in doubt, and read only then", () => {
    const credentials = createNewestCredentials();
    credentials.passed(passer(), () => assert.fail("nobody wants them"));
    credentials.wait(FACTS);
    credentials.wait(FACTS);
    credentials.passed(passer(), () => FIELDS);
    credentials.leave(FACTS);
    assert.deepEqual(credentials.of(FACTS), FIELDS);
    credentials.leave(FACTS);
    assert.deepEqual([credentials.of(FACTS), credentials.size], [null, 0]);
  });

  test("are the newest ones, without what is about one request", () => {
    const credentials = createNewestCredentials();
    credentials.wait(FACTS);
    credentials.passed(passer({ isProven: true }), () => ["authorization", "one"]);
    credentials.passed(passer(), () => ["authorization", "two", "content-type", "application/json"]);
    assert.deepEqual(credentials.of(FACTS), ["authorization", "two"]);
    credentials.passed(passer({ isProven: true }), () => ["authorization", "three"]);
    assert.deepEqual(credentials.of(FACTS), ["authorization", "three"]);
  });

  test("are dropped once refused, and those that came meanwhile are not", () => {
    const credentials = createNewestCredentials();
    credentials.wait(FACTS);
    credentials.passed(passer(), () => ["authorization", "one"]);
    const one = credentials.of(FACTS) ?? [];
    credentials.passed(passer(), () => ["authorization", "two"]);
    credentials.refused(FACTS, one);
    const two = credentials.of(FACTS) ?? [];
    assert.deepEqual(two, ["authorization", "two"]);
    credentials.refused(FACTS, two);
    assert.deepEqual([credentials.of(FACTS), credentials.size], [null, 0]);
  });

  test("are bounded all together", () => {
    const credentials = createNewestCredentials();
    for (let index = 0; index < 20; index++) {
      const taxpayer = `T${index}`;
      credentials.wait({ ...FACTS, taxpayer });
      credentials.passed(passer({ taxpayer }), () => ["authorization", "x".repeat(1_000_000)]);
    }
    assert.ok(credentials.size <= 16_000_000, `${credentials.size} characters`);
    assert.ok(credentials.size > 14_000_000);
  });
});

describe("a doubt that outlives its token", () => {
  const STEP = { query: { path: "/q?no={key}" }, found: { status: 200 }, every: "1s", for: "10min" };
  const field = ({ headers }: Call): string => headers[headers.indexOf("authorization") + 1] ?? "";
  const WHO = { taxpayer: "T", principal: "authorization:1", headers: ["authorization", "old"] };

  /** A platform that lets in one token alone. */
  function doubted(good: () => string): Scripted {
    const self = scripted({ resolve: [STEP] });
    self.script = (call) => {
      if (call.kind === "submit") return LOST;
      return field(call) === good() ? ISSUED : answered(401);
    };
    return self;
  }

  test("is asked about with one that passed on any route", async () => {
    const self = doubted(() => "new");
    void self.hear({ orderNo: "A" }, WHO);
    await self.pass(5000);
    assert.deepEqual(await self.states(), { A: "in-doubt" });
    self.journal.letIn({ site: "china", region: "beijing", taxpayer: "T", principal: "authorization:2", isProven: true }, () => ["authorization", "new"]);
    await self.pass(15_000);
    assert.deepEqual(await self.states(), { A: "accepted" });
  });

  test("is not asked about with one that was refused, until another passes", async () => {
    let good = "none";
    const self = doubted(() => good);
    void self.hear({ orderNo: "A" }, WHO);
    const pass = (token: string): void => self.journal.letIn({ site: "china", region: "beijing", taxpayer: "T", principal: null, isProven: true }, () => ["authorization", token]);
    await self.pass(100);
    pass("dead");
    await self.pass(60_000);
    assert.equal(self.calls.filter((call) => field(call) === "dead").length, 1);
    good = "new";
    pass("new");
    await self.pass(30_000);
    assert.deepEqual(await self.states(), { A: "accepted" });
  });

  test("is asked about with the first one's, the newest try's and the newest that passed, by turns", async () => {
    const self = doubted(() => "none");
    self.script = (call) => (call.kind === "submit" ? LOST : answered(500));
    void self.hear({ orderNo: "A" }, WHO);
    await self.pass(50);
    void self.hear({ orderNo: "A" }, { ...WHO, changing: new Set(["authorization"]), headers: ["authorization", "try"] });
    self.journal.letIn({ site: "china", region: "beijing", taxpayer: "T", principal: null, isProven: true }, () => ["authorization", "new"]);
    await self.pass(60_000);
    const asked = self.calls.filter(({ kind }) => kind === "poll").map(field).slice(1, 7);
    assert.deepEqual(asked.slice(0, 3).toSorted(), ["new", "old", "try"]);
    assert.deepEqual(asked.slice(3), asked.slice(0, 3));
  });
});
