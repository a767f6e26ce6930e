import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../src/base/random.ts";
import { createPaces, type SitePace } from "../../../src/limits/pace/paces.ts";
import { answered, ISSUED, LOST, REFUSED, scripted, type Scripted } from "../../journal/scripted-journal.ts";
import { paces } from "./setup.ts";

/** A life whose platform allows what is written here, submissions and questions apart. */
function limited(options: Readonly<Record<string, unknown>>, submit: unknown, poll: unknown = []): Scripted {
  const life = scripted(options);
  const limits = createPaces({ clock: life.clock, random: { ...seededRandom(1), next: () => 0 }, events: { went: () => undefined, told: () => undefined, heard: () => undefined } });
  const site: SitePace = limits.open({ site: "china", shared: [], routes: [{ name: "submit", pace: paces(submit) }, { name: "poll", pace: paces(poll) }] });
  life.paced = (routeClass, request, { region, taxpayer, principal }, waiting) =>
    site.of(routeClass)?.call({ routeClass, region, taxpayer, principal, address: null, source: { headers: request.headers, pathVariables: {}, query: "" } }, waiting) ?? null;
  return life;
}

async function heard(life: Scripted, orderNo: string, ms: number): Promise<unknown> {
  const hearing = life.hear({ orderNo });
  await life.pass(ms);
  return await Promise.race([hearing, Promise.resolve("still waits")]);
}

const LEARN = [{ when: { status: 429 }, wait: { header: "retry-after" } }];
const TOO_MANY = (seconds: number) => {
  const result = answered(429);
  return result.kind === "answered" ? { ...result, answer: { ...result.answer, headers: [...result.answer.headers, "Retry-After", String(seconds)] } } : result;
};

test("a submission that has no turn in time is told when to come again, and nothing of it was sent", async () => {
  const life = limited({}, [{ windows: ["1/min"], maxWait: "2s" }]);
  assert.equal((await heard(life, "A", 50) as { kind: string }).kind, "answered");
  const pending = life.clock.pending();
  const told = await heard(life, "B", 50) as { kind: string; result: { cause: string; retryAfter: number } };
  assert.deepEqual([told.kind, told.result.cause, told.result.retryAfter], ["unsent", "paced", 60]);
  assert.deepEqual(await life.states(), { A: "accepted", B: "unsent" });
  assert.deepEqual([life.calls.length, (await life.entry("B")).attempts, life.clock.pending()], [1, 0, pending]);
  await life.pass(60_000, 1000);
  assert.equal((await heard(life, "B", 50) as { kind: string }).kind, "answered");
});

test("a submission that waits for its turn is in no doubt, however long that takes, and is sent once", async () => {
  const life = limited({}, [{ windows: ["1/min"], maxWait: "1h" }]);
  const first = life.hear({ orderNo: "A" });
  await life.pass(50_000, 500);
  await first;
  const hearing = life.hear({ orderNo: "B" });
  await life.pass(9000, 500);
  assert.deepEqual(await life.states(), { A: "accepted", B: "sending" });
  assert.equal(life.calls.length, 1);
  await life.pass(1500);
  assert.equal((await hearing as { kind: string }).kind, "answered");
  assert.deepEqual([life.calls.length, await life.states()], [2, { A: "accepted", B: "accepted" }]);
});

test("a submission that the platform refused because of a limit waits as long as it says, and eats no attempts", async () => {
  const life = limited({}, [{ learn: LEARN }]);
  life.script = () => (life.calls.length <= 4 ? TOO_MANY(2) : ISSUED);
  const got = await heard(life, "A", 9000) as { kind: string; answer: { status: number } };
  assert.deepEqual([got.kind, got.answer.status], ["answered", 200]);
  const gaps = life.calls.slice(1).map(({ at }, index) => at - (life.calls[index]?.at ?? 0));
  assert.ok(gaps.length === 4 && gaps.every((ms) => ms >= 2000 && ms <= 2200), gaps.join());
});

test("a submission that the platform refused for longer than its caller waits is told so in our words", async () => {
  const life = limited({}, [{ learn: LEARN }]);
  life.script = () => TOO_MANY(3600);
  const told = await heard(life, "A", 100) as { kind: string; result: { cause: string; retryAfter: number } };
  assert.deepEqual([told.kind, told.result.cause, told.result.retryAfter], ["unsent", "paced", 3600]);
  assert.deepEqual([life.calls.length, await life.states()], [1, { A: "unsent" }]);
});

test("the platform's own words about a limit are passed on where nothing is learnt from them", async () => {
  const life = limited({}, [{ windows: ["10/s"] }]);
  life.script = () => answered(429);
  const got = await heard(life, "A", 19_000) as { kind: string; answer: { status: number } };
  assert.deepEqual([got.kind, got.answer.status], ["answered", 429]);
});

test("a question waits for its turn as a caller's would", async () => {
  const query = { query: { path: "/q?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s", every: "100ms" };
  const life = limited({ resolve: [query, "hold"] }, [], [{ windows: ["1/s"] }]);
  life.script = ({ kind }) => (kind === "submit" ? LOST : answered(500));
  void life.hear({ orderNo: "A" });
  await life.pass(5000);
  const questions = life.calls.filter(({ kind }) => kind === "poll");
  assert.ok(questions.length >= 4 && questions.length <= 6, `${questions.length} questions`);
  assert.ok(questions.slice(1).every(({ at }, index) => at - (questions[index]?.at ?? 0) >= 1000));
});

test("a queue is delivered as fast as the platform allows, and nothing of it is lost", async () => {
  const life = limited({ onOutage: "defer", defer: { pace: "1000/s" } }, [{ windows: ["2/s"], maxWait: "1s" }]);
  life.script = () => REFUSED;
  for (const orderNo of ["A", "B", "C", "D", "E", "F"]) {
    const told = life.hear({ orderNo });
    await life.pass(1000, 100);
    assert.equal((await told as { kind: string }).kind, "told");
  }
  life.calls.length = 0;
  life.script = () => ISSUED;
  await life.pass(60_000, 100);
  const sent = life.calls.map(({ at }) => at);
  assert.equal(sent.length, 6);
  assert.ok(sent.slice(2).every((at, index) => at - (sent[index] ?? 0) >= 1000));
  assert.deepEqual(new Set(Object.values(await life.states())), new Set(["accepted"]));
});

test("nothing waits for its turn past the law's time", async () => {
  const life = limited({ notPast: "midnight UTC" }, [{ windows: ["1/min"], maxWait: "1h" }]);
  life.clock.stepWall(86_400_000 - (life.clock.wall() % 86_400_000) - 10_000);
  await heard(life, "A", 50);
  const told = await heard(life, "B", 50) as { kind: string; result: { cause: string } };
  assert.deepEqual([told.kind, told.result.cause], ["unsent", "paced"]);
  await life.pass(120_000, 1000);
  assert.deepEqual([life.calls.length, await life.states()], [1, { A: "accepted", B: "unsent" }]);
});

test("a limit is no outage: what has no turn in time is not queued for later", async () => {
  const life = limited({ onOutage: "defer" }, [{ windows: ["1/min"], maxWait: "0ms" }]);
  await heard(life, "A", 50);
  assert.equal((await heard(life, "B", 50) as { kind: string }).kind, "unsent");
  assert.deepEqual([await life.states(), life.journal.stats().queued], [{ A: "accepted", B: "unsent" }, 0]);
});

test("a refusal that comes when its caller's time is nearly over is told in our words too", async () => {
  const life = limited({}, [{ learn: LEARN }]);
  life.script = () => (life.calls.length < 5 ? TOO_MANY(2) : null);
  const hearing = life.hear({ orderNo: "A" });
  // Of its 10 s.
  await life.pass(9600);
  assert.equal(life.calls.length, 5);
  life.calls[4]?.answer(TOO_MANY(2));
  await life.pass(50);
  const told = await hearing as { kind: string; result: { cause: string; retryAfter: number } };
  // The fifth refusal in a row: it is believed less than the ones before.
  assert.deepEqual([told.kind, told.result.cause, told.result.retryAfter], ["unsent", "paced", 4]);
});
