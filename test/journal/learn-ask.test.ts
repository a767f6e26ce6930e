import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { learnsOptions } from "../../src/journal/options.ts";
import { compileLearns } from "../../src/journal/verdicts/rules.ts";
import { answered, LOST, scripted, type Call, type Scripted, type Who } from "./scripted-journal.ts";

const RULES = compileLearns(learnsOptions.parse([{ of: "issue", reference: { path: "ref" }, accepted: [{ json: "/state", equals: "ok" }], rejected: [{ json: "/state", equals: "bad" }], unsent: [{ status: 404 }] }]));
const ASK = { after: "1min", every: "30s", query: { path: "/status/{reference}?order={key}", headers: { "X-Own": "1" } } };
const OPTIONS = { accepted: [{ status: 202 }], reference: { json: "/ref" }, provisional: { for: "10h", ask: ASK } };
const OWN: Who = { taxpayer: "91", principal: "authorization:1", headers: ["authorization", "Bearer one", "idempotency-key", "k", "if-none-match", "x", "range", "bytes=0-1", "x-http-method-override", "PUT"] };

const polls = ({ calls }: Scripted): readonly Call[] => calls.filter(({ kind }) => kind === "poll");
const field = ({ headers }: Call, name: string): string | undefined => headers[headers.findIndex((one, index) => index % 2 === 0 && one === name) + 1];

function listening(self: Scripted): Scripted {
  self.hearing = ({ target }) => ({ rules: RULES, source: { pathVariables: { ref: target.split(/[/?]/)[2] ?? "" }, query: "" } });
  return self;
}

/** A journal in which the platform takes in whatever comes, and says of it what `state` is. */
async function begin(options: Readonly<Record<string, unknown>> = {}): Promise<{ readonly self: Scripted; readonly platform: { state: string; status: number } }> {
  const self = listening(scripted({ ...OPTIONS, ...options }));
  const platform = { state: "working", status: 200 };
  let taken = 0;
  self.script = ({ kind }) => (kind === "submit" ? answered(202, { ref: `T${(taken += 1)}` }) : answered(platform.status, { state: platform.state }));
  self.journal.start();
  await self.hear({ orderNo: "A" }, OWN);
  return { self, platform };
}

describe("asking for a verdict", () => {
  test("begins after its time, with the caller's credentials and nothing else of its request, and goes on ever more slowly", async () => {
    const { self } = await begin();
    await self.pass(59_000, 1000);
    assert.equal(polls(self).length, 0);
    await self.pass(3_600_000, 1000);
    const [first, ...more] = polls(self);
    assert.ok(first !== undefined);
    assert.deepEqual([first.target, field(first, "authorization"), field(first, "x-own"), first.headers.filter((_, index) => index % 2 === 0), first.body], ["/status/T1?order=A", "Bearer one", "1", ["authorization", "x-own"], ""]);
    const pauses = more.map(({ at }, index) => at - (polls(self)[index] as Call).at);
    assert.ok(pauses.length > 10 && pauses.length < 25, `${pauses.length} questions in an hour`);
    assert.ok(Math.min(...pauses) >= 30_000 * 0.75 && Math.max(...pauses) > 200_000 && Math.max(...pauses) <= 310_000, `pauses of ${Math.min(...pauses)} to ${Math.max(...pauses)} ms`);
  });

  for (const [state, wanted] of [["ok", "accepted"], ["bad", "rejected"]] as const) {
    test(`ends with the verdict '${wanted}'`, async () => {
      const { self, platform } = await begin();
      await self.pass(61_000, 1000);
      platform.state = state;
      await self.pass(120_000, 1000);
      const entry = await self.entry("A");
      assert.deepEqual([entry.state.kind, "verdict" in entry.state ? entry.state.verdict : null], [wanted, "asked"]);
      const asked = polls(self).length;
      await self.pass(3_600_000, 10_000);
      assert.equal(polls(self).length, asked);
    });
  }

  test("uses the newest credentials of the taxpayer, and none that the platform has refused", async () => {
    const { self, platform } = await begin();
    await self.hear({ orderNo: "B" }, { ...OWN, principal: "authorization:2", headers: ["authorization", "Bearer two"] });
    await self.pass(65_000, 1000);
    assert.deepEqual(polls(self).map((call) => [call.target.slice(0, 10), field(call, "authorization")]), [["/status/T1", "Bearer two"], ["/status/T2", "Bearer two"]]);
    platform.status = 401;
    await self.pass(120_000, 1000);
    const asked = polls(self).length;
    assert.ok(asked > 2 && asked <= 4, `asked ${asked} times`);
    await self.pass(3_600_000, 10_000);
    assert.equal(polls(self).length, asked, "the same credentials are not tried again");
    platform.status = 200;
    await self.hear({ orderNo: "C" }, { ...OWN, headers: ["authorization", "Bearer three"] });
    await self.pass(600_000, 1000);
    assert.ok(polls(self).length > asked && field(polls(self).at(-1) as Call, "authorization") === "Bearer three");
  });

  test("never uses those of another taxpayer", async () => {
    const { self } = await begin();
    await self.hear({ orderNo: "B" }, { taxpayer: "92", headers: ["authorization", "Bearer stranger"] });
    await self.pass(65_000, 1000);
    assert.deepEqual(polls(self).map((call) => [call.target.slice(0, 10), field(call, "authorization")]), [["/status/T1", "Bearer one"], ["/status/T2", "Bearer stranger"]]);
  });

  test("after a restart waits for credentials: nothing of them was on disk", async () => {
    const { self } = await begin();
    assert.deepEqual((await self.store.request((await self.entry("A")).id, 1))?.headers, []);
    const next = listening(self.crash());
    next.script = ({ kind }) => (kind === "submit" ? answered(202, { ref: "T9" }) : answered(200, { state: "bad" }));
    next.journal.start();
    await next.pass(600_000, 1000);
    assert.equal(polls(next).length, 0);
    await next.hear({ orderNo: "B" }, { ...OWN, headers: ["authorization", "Bearer new"] });
    await next.pass(400_000, 1000);
    assert.equal((await next.entry("A")).state.kind, "rejected");
    assert.equal(field(polls(next)[0] as Call, "authorization"), "Bearer new");
  });

  test("leaves out what somebody else has just asked", async () => {
    const { self } = await begin();
    const overheard = { request: { headers: [], pathVariables: { ref: "T1" }, query: "", body: null, contentType: undefined }, status: 200, headers: [], contentType: "application/json", body: Buffer.from('{"state":"working"}') };
    for (let waited = 0; waited < 600_000; waited += 10_000) {
      self.journal.overhear(RULES, { site: "china", region: "beijing", askedAt: self.clock.now(), by: "passing", asker: { principal: "authorization:1", taxpayer: "91", changing: new Set(), entitled: null }, headers: () => ["authorization", "Bearer two"], overheard });
      await self.pass(10_000, 1000);
    }
    assert.equal(polls(self).length, 0);
    await self.pass(120_000, 1000);
    assert.equal(field(polls(self)[0] as Call, "authorization"), "Bearer two", "whoever asks about it brings newer credentials");
  });

  const quiet: readonly (readonly [name: string, options: Readonly<Record<string, unknown>>, before: (self: Scripted) => void])[] = [
    ["a route that leads nowhere", {}, (self) => void (self.hearing = () => null)],
    ["a place that has no value", { provisional: { for: "10h", ask: { ...ASK, query: { path: "/status/{path.session}" } } } }, () => undefined],
    ["a route that is gone", {}, (self) => void (self.hasRoute = false)],
  ];
  for (const [name, options, before] of quiet) {
    test(`is left out for ${name}, and the time goes on`, async () => {
      const { self } = await begin(options);
      before(self);
      await self.pass(600_000, 5000);
      assert.deepEqual([polls(self).length, self.journal.stats().provisional, self.faults], [0, 1, []]);
    });
  }

  test("an answer that does not come says nothing", async () => {
    const { self } = await begin();
    self.script = () => LOST;
    await self.pass(600_000, 1000);
    assert.ok(polls(self).length > 1);
    assert.deepEqual([(await self.entry("A")).state.kind, self.faults], ["provisional", []]);
  });

  test("an answer about others counts for them as it does for the one that sent this", async () => {
    const { self, platform } = await begin();
    await self.hear({ orderNo: "B" }, { taxpayer: "92", headers: ["authorization", "Bearer stranger"] });
    const list = compileLearns(learnsOptions.parse([{ of: "issue", each: { json: "/all" }, reference: { json: "/ref" }, rejected: [{ json: "/state", equals: "bad" }] }]));
    self.hearing = () => ({ rules: list, source: { pathVariables: {}, query: "" } });
    self.script = ({ target }) => answered(200, { all: target.startsWith("/status/T1") ? [{ ref: "T1", state: "working" }, { ref: "T2", state: "bad" }] : [] });
    platform.state = "bad";
    await self.pass(65_000, 1000);
    assert.deepEqual(await self.states(), { A: "provisional", B: "provisional" });
  });
});
