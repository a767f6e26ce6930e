import assert from "node:assert/strict";
import { test } from "node:test";
import type { SharedCount, SharedLimits } from "../../../src/limits/shared/shared-limits.ts";
import { scene, type Going } from "./setup.ts";

const QUEUE = { onExcess: "queue", maxWait: "10s" } as const;

/** How many go in 6 s of those that come every so many ms. */
async function wentOf(every: number, limits: object, names: (step: number) => readonly string[], taxpayer: (step: number) => string): Promise<Readonly<Record<string, number>>> {
  const { open, go, pass } = scene();
  const site = open(limits);
  const went: Record<string, number> = {};
  const all: (readonly [string, Going])[] = [];
  for (let step = 0; step < 6000 / every; step++) {
    all.push([taxpayer(step), go(site, names(step), { taxpayer: taxpayer(step) })]);
    await pass(every);
  }
  for (const [name, { at }] of all) if (at !== null) went[name] = (went[name] ?? 0) + 1;
  return went;
}

test("who has a line of his own has his share of the common one", async () => {
  const limits = { wide: { key: "site", windows: ["20/s"], ...QUEUE }, own: { key: "taxpayer", windows: ["8/s"], ...QUEUE } };
  const { a = 0, b = 0 } = await wentOf(15, limits, () => ["wide", "own"], (step) => (step % 3 === 0 ? "b" : "a"));
  // 8/s each, and all that may come at once.
  assert.ok(a >= 46 && a <= 56 && b >= 46 && b <= 56, `${a} and ${b} went`);
});

test("two limits that are equally narrow do not send those who wait to and fro", async () => {
  const limits = { one: { key: "site", windows: ["10/s"], ...QUEUE }, other: { key: "taxpayer", windows: ["10/s"], ...QUEUE } };
  const { a: inOrder = 0 } = await wentOf(20, limits, () => ["one", "other"], () => "a");
  assert.ok(inOrder >= 57, `${inOrder} went in 6 s`);
  const { a: inAnyOrder = 0 } = await wentOf(20, limits, (step) => (step % 2 === 0 ? ["one", "other"] : ["other", "one"]), () => "a");
  assert.ok(inAnyOrder >= 45, `${inAnyOrder} went in 6 s`);
});

test("whoever goes while he waits in a second line leaves that one too", async () => {
  const { open, go, pass, limits } = scene();
  const site = open({ first: { key: "site", windows: ["1/s"], ...QUEUE }, second: { key: "taxpayer", windows: ["1/5s"], ...QUEUE } });
  const [, going] = [go(site, ["first", "second"], { taxpayer: "a" }), go(site, ["first", "second"], { taxpayer: "a" })];
  await pass(1000);
  assert.deepEqual(limits.status().map(({ limit, waiting }) => [limit, waiting]), [["first", 0], ["second", 1]]);
  going.passage.giveUp();
  await pass(0);
  assert.deepEqual([going.state, limits.status().reduce((sum, { waiting }) => sum + waiting, 0)], ["gone", 0]);
});

/** A place that answers when it is told to. */
function slowPlace(): SharedLimits & { answer(wait: number): void } {
  const asked: ((wait: number) => void)[] = [];
  return {
    state: "up",
    take: (demands) => new Promise((resolve) => void asked.push((wait) => resolve(demands.map((): SharedCount => ({ fits: wait === 0, taken: wait === 0, wait, rules: [], at: 1 }))))),
    giveBack: () => undefined,
    stop: () => undefined,
    answer: (wait) => asked.shift()?.(wait),
  };
}

test("whoever goes while the shared counters are asked does not wait for their turn", async () => {
  const shared = slowPlace();
  const { open, go, pass, limits } = scene({ shared });
  const site = open({ all: { key: "site", windows: ["10/s"], shared: true, ...QUEUE } });
  const going = go(site, ["all"]);
  going.passage.giveUp();
  shared.answer(500);
  await pass(0);
  assert.deepEqual([going.state, limits.status()[0]?.waiting], ["gone", 0]);
});

test("whoever goes while the shared counters are asked gives back what they gave him", async () => {
  const shared = slowPlace();
  let back = 0;
  const { open, go, pass, clock } = scene({ shared: { ...shared, giveBack: () => void back++ } });
  const site = open({ all: { key: "site", windows: ["1/s"], shared: true, ...QUEUE }, here: { key: "site", windows: ["1/s"] } });
  const going = go(site, ["all", "here"]);
  going.passage.giveUp();
  shared.answer(0);
  await pass(0);
  assert.deepEqual([going.state, back, clock.pending(), go(site, ["here"]).state], ["gone", 1, 0, "goes"]);
});

test("callers without a name have a line each, so that one of them does not keep the others waiting", async () => {
  const { open, go, pass } = scene();
  const site = open({ turn: { key: "site", windows: ["10/s"], ...QUEUE } });
  for (let count = 0; count < 10; count++) go(site, ["turn"]);
  for (let count = 0; count < 20; count++) go(site, ["turn"]);
  const other = go(site, ["turn"], { client: "10.0.0.2" });
  await pass(1200);
  assert.ok(other.at !== null && other.at <= 1100, String(other.at));
});

test("what is given back late takes nothing from those who came since", async () => {
  const shared = slowPlace();
  const { open, go, pass, clock } = scene({ shared });
  const site = open({ all: { key: "site", windows: ["1/s"], shared: true }, here: { key: "site", windows: ["1/s"] } });
  const late = go(site, ["here", "all"]);
  clock.advance(1100);
  assert.equal(go(site, ["here"]).state, "goes");
  shared.answer(500);
  await pass(0);
  assert.match(late.state, /refused/);
  assert.equal(go(site, ["here"]).state, "refused 1");
});
