import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, ISSUED, LOST, NOT_SENT, REFUSED, scripted, turn, type Call, type Scripted } from "./scripted-journal.ts";

const DAY = 86_400_000;
const LAW = { notPast: "midnight UTC" };
const QUERY = { query: { path: "/q?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s", every: "1s" };
const orderOf = ({ body }: Call): string => (JSON.parse(body) as { orderNo: string }).orderNo;
const sent = ({ calls }: Scripted): string[] => calls.filter(({ kind }) => kind === "submit").map(orderOf);

/** A life that begins so many ms before midnight. */
function shortly(before: number, options: Readonly<Record<string, unknown>>): Scripted {
  const life = scripted({ ...LAW, ...options });
  life.clock.advance(DAY - (life.clock.wall() % DAY) - before);
  return life;
}

async function why(life: Scripted, order: string): Promise<string> {
  const { state } = await life.entry(order);
  return state.kind === "unsent" ? state.why : state.kind;
}

const PAST = /^it came on an earlier day, and 'notPast' lets nothing of that day be sent/;

test("a first attempt is made at once, and its answer counts past midnight", async () => {
  const life = shortly(10, {});
  life.script = () => null;
  const hearing = life.hear({ orderNo: "1" });
  await life.pass(1000);
  life.calls[0]?.answer(ISSUED);
  const heard = await hearing;
  assert.ok(typeof heard !== "string" && heard.kind === "answered");
});

test("what waits for the platform to come back is not sent past midnight, and its caller is told why", async () => {
  const life = shortly(1500, {});
  life.script = () => (life.clock.wall() % DAY < DAY / 2 ? ISSUED : REFUSED);
  const hearing = life.hear({ orderNo: "1" });
  await life.pass(4000);
  const heard = await hearing;
  assert.ok(typeof heard !== "string" && heard.kind === "unsent");
  assert.match(heard.why, PAST);
  assert.match(await why(life, "1"), PAST);
  const again = life.hear({ orderNo: "1" });
  await life.pass(100);
  const sentAgain = await again;
  assert.ok(typeof sentAgain !== "string" && sentAgain.kind === "answered", "a new try is a new arrival");
});

for (const [what, outcome] of [["that was not executed", answered(429)], ["that could not be reached", NOT_SENT]] as const) {
  test(`'resendUnsent' sends one ${what} no more after midnight`, async () => {
    const life = shortly(1000, { resendUnsent: "1h" });
    life.script = () => (life.clock.wall() % DAY < DAY / 2 ? ISSUED : outcome);
    const hearing = life.hear({ orderNo: "1" });
    await life.pass(5000);
    await hearing;
    assert.match(await why(life, "1"), PAST);
    assert.ok(sent(life).length > 1);
  });
}

test("one whose doubt ends with an absence after midnight is not sent again", async () => {
  const life = shortly(1000, { resolve: [QUERY], resendUnsent: "1h" });
  life.script = ({ kind }) => (kind === "submit" ? LOST : answered(life.clock.wall() % DAY < DAY / 2 ? 404 : 500));
  const hearing = life.hear({ orderNo: "1" });
  await life.pass(9000);
  await hearing;
  assert.deepEqual(sent(life), ["1"]);
  assert.match(await why(life, "1"), PAST);
});

for (const crashed of [false, true]) {
  test(`a resend step sends nothing past midnight${crashed ? ", after a crash either" : ""}`, async () => {
    const before = shortly(1000, { resolve: [{ wait: "5s" }, { resend: { window: "1h" } }] });
    before.script = () => (crashed ? null : LOST);
    void before.hear({ orderNo: "1" });
    await before.pass(100);
    const life = crashed ? before.crash() : before;
    life.journal.start();
    life.script = () => ISSUED;
    await life.pass(30_000);
    assert.deepEqual(sent(life), crashed ? [] : ["1"]);
    assert.equal((await life.entry("1")).state.kind, "held");
  });
}

test("one whose turn in its lane comes after midnight is not sent, and its caller is told why", async () => {
  const life = shortly(1000, { serialBy: [{ json: "/shop" }] });
  life.script = () => null;
  void life.hear({ orderNo: "A1", shop: "A" });
  await turn();
  const hearing = life.hear({ orderNo: "A2", shop: "A" });
  await life.pass(2000);
  life.script = () => ISSUED;
  const late = life.hear({ orderNo: "A3", shop: "A" });
  await life.pass(50);
  life.calls[0]?.answer(ISSUED);
  await life.pass(100);
  const [heard, next] = [await hearing, await late];
  assert.ok(typeof heard !== "string" && heard.kind === "unsent");
  assert.match(heard.why, PAST);
  assert.ok(typeof next !== "string" && next.kind === "answered", "that one came on the new day");
  assert.deepEqual(sent(life), ["A1", "A3"]);
});

test("what is put off for later keeps the midnight of the day on which it came", async () => {
  const life = shortly(1500, { onOutage: "defer", defer: { pace: "1000/s" } });
  life.script = () => null;
  const hearing = life.hear({ orderNo: "1" });
  await life.pass(1000);
  const midnight = Math.ceil(life.clock.wall() / DAY) * DAY;
  life.script = () => REFUSED;
  life.calls[0]?.answer(REFUSED);
  await life.pass(100);
  const heard = await hearing;
  assert.ok(typeof heard !== "string" && heard.kind === "told");
  assert.deepEqual((await life.entry("1")).state, { kind: "queued", until: midnight });
  await life.pass(2000);
  life.script = () => ISSUED;
  await life.pass(60_000, 500);
  assert.match(await why(life, "1"), PAST);
});

test("nothing is promised for later once midnight has passed", async () => {
  const life = shortly(500, { onOutage: "defer" });
  life.script = () => null;
  const hearing = life.hear({ orderNo: "1" });
  await life.pass(1000);
  life.calls[0]?.answer(REFUSED);
  await life.pass(100);
  const heard = await hearing;
  assert.ok(typeof heard !== "string" && heard.kind === "unsent");
});

test("a wall that is put back over midnight sends nothing", async () => {
  const life = shortly(1000, { resendUnsent: "1h" });
  life.script = () => answered(429);
  const hearing = life.hear({ orderNo: "1" });
  await life.pass(500);
  life.clock.stepWall(-3_600_000);
  await life.pass(5000);
  await hearing;
  assert.match(await why(life, "1"), PAST);
});
