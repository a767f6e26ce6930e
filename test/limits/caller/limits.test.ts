import assert from "node:assert/strict";
import { test } from "node:test";
import { scene, type Going } from "./setup.ts";

const states = (all: readonly Going[]): string => all.map(({ state }) => state).join(", ");

test("what is too much is refused with the time to come again, and the refused takes nothing", () => {
  const { clock, open, go } = scene();
  const site = open({ fast: { key: "taxpayer", windows: ["2/s", "3/min"] } });
  const send = (taxpayer: string): string => go(site, ["fast"], { taxpayer }).state;
  assert.deepEqual([send("a"), send("a"), send("a"), send("b")], ["goes", "goes", "refused 1", "goes"]);
  clock.advance(999);
  assert.equal(send("a"), "refused 1");
  clock.advance(1);
  assert.deepEqual([send("a"), send("a")], ["goes", "refused 59"]);
});

test("of several limits none takes anything where one refuses", () => {
  const { clock, open, go, events } = scene();
  const site = open({ wide: { key: "site", windows: ["3/min"] }, narrow: { key: "taxpayer", windows: ["1/s"] }, day: { key: "site", quota: [{ most: 3, per: "day" }] } });
  const names = ["wide", "day", "narrow"];
  assert.equal(go(site, names, { taxpayer: "a" }).state, "goes");
  for (let count = 0; count < 5; count++) assert.equal(go(site, names, { taxpayer: "a" }).state, "refused 1");
  clock.advance(1000);
  assert.deepEqual([go(site, names, { taxpayer: "a" }).state, go(site, names, { taxpayer: "b" }).state], ["goes", "goes"]);
  assert.equal(go(site, ["wide"]).state, "refused 59");
  assert.equal(events.filter((event) => event === "narrow refused 1000").length, 5);
});

test("what never fits is refused for good, and what costs more takes more", () => {
  const { open, go } = scene();
  const site = open({ bytes: { key: "site", windows: ["10/s"], cost: { bytes: "1KiB" } }, batch: { key: "site", windows: ["10/s"], burst: 4, cost: { items: { json: "/invoices" } } } });
  assert.equal(go(site, ["bytes"], { bodyBytes: 10 * 1024 + 1 }).state, "refused for good");
  assert.equal(go(site, ["bytes"], { bodyBytes: 9 * 1024 + 1 }).state, "goes");
  assert.equal(go(site, ["bytes"], { bodyBytes: 0 }).state, "refused 1");
  const source = (body: string) => ({ source: { headers: [], pathVariables: {}, query: "", body: Buffer.from(body), contentType: "application/json" } });
  assert.equal(go(site, ["batch"], source('{"invoices":[1,2,3,4,5]}')).state, "refused for good");
  assert.equal(go(site, ["batch"], source('{"invoices":[{"a":[1,2]},2,3]}')).state, "goes");
  assert.equal(go(site, ["batch"], source('{"invoices":[1,2]}')).state, "refused 1");
  assert.equal(go(site, ["batch"], source("{}")).state, "goes");
});

test("a limit that queues serves taxpayers by turns, a little apart, and submissions before polls before reads", async () => {
  const { open, go, pass } = scene();
  const site = open({ turn: { key: "site", windows: ["10/s"], onExcess: "queue", maxWait: "5s" } });
  const send = (taxpayer: string, routeClass: string): Going => go(site, ["turn"], { taxpayer, routeClass });
  const first = Array.from({ length: 10 }, () => send("a", "read"));
  assert.ok(first.every(({ state }) => state === "goes"));
  const flood = Array.from({ length: 20 }, () => send("a", "read"));
  const others = ["b", "c"].map((taxpayer) => send(taxpayer, "read"));
  const poll = send("a", "poll");
  const submission = send("a", "submit");
  await pass(6000);
  const order = [submission, poll, ...others].map(({ at }) => at as number);
  assert.ok(order[0] as number < (order[1] as number) && others.every(({ at }) => (at as number) > (order[1] as number)), order.join());
  // Ten go in the second second: of the flood no more than is left by the four.
  assert.equal(flood.filter(({ at }) => at !== null && at < 2000).length, 6);
  const all = [...first, ...flood, ...others, poll, submission].map(({ at }) => at as number).toSorted((a, b) => a - b);
  for (let from = 0; from + 10 < all.length; from++) assert.ok((all[from + 10] as number) - (all[from] as number) >= 1000, all.join());
  const waited = all.filter((at) => at > 0);
  for (let at = 1; at < waited.length; at++) assert.ok((waited[at] as number) - (waited[at - 1] as number) >= 49, waited.join());
});

test("whoever would wait beyond the limit's time, his own, or behind too many is told at once", async () => {
  const { open, go, pass } = scene();
  const site = open({ turn: { key: "site", windows: ["1/s"], onExcess: "queue", maxWait: "3s", queue: 2 } });
  assert.equal(go(site, ["turn"]).state, "goes");
  assert.equal(go(site, ["turn"], {}, 900).state, "refused 1");
  const waiting = [go(site, ["turn"]), go(site, ["turn"])];
  assert.equal(go(site, ["turn"]).state, "waits");
  await pass(0);
  const late = go(site, ["turn"]);
  await pass(0);
  assert.equal(late.state, "refused 3");
  await pass(2100);
  assert.equal(states(waiting), "goes, goes");
});

test("whoever is to wait for the whole of his time goes at its end, as many as have room then, and the others are refused at once", async () => {
  const { open, go, pass, clock } = scene();
  const site = open({ turn: { key: "site", windows: ["5/s"], onExcess: "queue", maxWait: "1s" } });
  const all = Array.from({ length: 15 }, () => go(site, ["turn"]));
  const told = (): string => all.map(({ state }) => state).join(" ");
  await pass(0);
  assert.equal(told(), [...Array<string>(5).fill("goes"), ...Array<string>(5).fill("waits"), ...Array<string>(5).fill("refused 2")].join(" "));
  await pass(1000);
  assert.deepEqual([all.filter(({ at }) => at === 1000).length, clock.now()], [5, 1000]);
  // They are known to the window: the next second is full.
  assert.equal(go(site, ["turn"]).state, "waits");
  await pass(0);
  assert.equal(go(site, ["turn"], {}, 999).state, "refused 1");
});

test("at the end of one's time those before him go first", async () => {
  const { open, go, pass } = scene();
  const site = open({ turn: { key: "site", windows: ["2/s"], onExcess: "queue", maxWait: "10s" } });
  const first = [go(site, ["turn"]), go(site, ["turn"])];
  const patient = go(site, ["turn"]);
  const hurried = go(site, ["turn"], {}, 1000);
  await pass(1000);
  assert.deepEqual([...first, patient, hurried].map(({ at }) => at), [0, 0, 1000, 1000]);
});

test("a timer that comes early refuses nobody before his time", async () => {
  const { open, go, clock } = scene({ early: 1 });
  const site = open({ turn: { key: "site", windows: ["1/s"], onExcess: "queue", maxWait: "1s" } });
  go(site, ["turn"]);
  const waiting = go(site, ["turn"]);
  for (let ms = 0; ms < 1001; ms++) {
    clock.advance(1);
    await new Promise((resolve) => void setImmediate(resolve));
  }
  assert.deepEqual([waiting.state, waiting.at], ["goes", 1000]);
});

test("a quota that is used up says until when, a window does not", () => {
  const { open, go } = scene({ wall: Date.parse("2026-11-22T12:30:00.400Z") });
  const site = open({ daily: { key: "site", quota: [{ most: 1, per: "day", zone: "Asia/Shanghai" }], windows: ["5/s"] } });
  const until = (going: Going): string | null | undefined => (going.refusal?.kind === "limited" ? going.refusal.until : undefined);
  assert.equal(until(go(site, ["daily"])), undefined);
  assert.equal(until(go(site, ["daily"])), "2026-11-23T00:00 Asia/Shanghai");
  const brief = open({ brief: { key: "site", quota: [{ most: 5, per: "day" }], windows: ["1/s"] } });
  go(brief, ["brief"]);
  assert.equal(until(go(brief, ["brief"])), null);
});

test("whoever goes leaves his place to the next, and a limit that is gone sends everybody away", async () => {
  const { open, go, pass, limits } = scene();
  const site = open({ turn: { key: "site", windows: ["1/s"], onExcess: "queue", maxWait: "10s" } });
  const [, second, third, fourth] = [0, 1, 2, 3].map(() => go(site, ["turn"])) as [Going, Going, Going, Going];
  second.passage.giveUp();
  await pass(1000);
  assert.equal(states([second, third, fourth]), "gone, goes, waits");
  assert.deepEqual(limits.status().map(({ limit, keys, waiting }) => ({ limit, keys, waiting })), [{ limit: "turn", keys: 1, waiting: 1 }]);
  site.letGo();
  await pass(0);
  assert.equal(fourth.state, "refused 1");
});

test("who waits in one limit holds nothing of another, and has to be let through by both at one moment", async () => {
  const { open, go, pass } = scene();
  const site = open({ wide: { key: "site", windows: ["2/s"], onExcess: "queue", maxWait: "10s" }, narrow: { key: "taxpayer", windows: ["1/2s"], onExcess: "queue", maxWait: "10s" } });
  const a = [0, 1, 2].map(() => go(site, ["wide", "narrow"], { taxpayer: "a" }));
  const b = go(site, ["wide", "narrow"], { taxpayer: "b" });
  assert.equal(states([...a, b]), "goes, waits, waits, goes");
  await pass(6000);
  assert.deepEqual(a.map(({ at }) => at), [0, 2000, 4000]);
});

test("a limit that is changed goes on with what it has counted, one with another name begins anew, and a load that failed changes nothing", async () => {
  const { clock, open, go, pass } = scene();
  const first = open({ one: { key: "site", windows: ["10/min"] } });
  for (let count = 0; count < 6; count++) go(first, ["one"]);
  clock.advance(1000);
  const second = open({ one: { key: "site", windows: ["7/min"] }, two: { key: "site", windows: ["7/min"] } });
  first.letGo();
  assert.deepEqual([go(second, ["one"]).state, go(second, ["one"]).state], ["goes", "refused 59"]);
  assert.equal(go(second, ["two"]).state, "goes");
  const failed = open({ one: { key: "site", windows: ["100/min"] } });
  failed.letGo();
  assert.equal(go(second, ["one"]).state, "refused 59");
  // Who waits goes as soon as a load allows it.
  const third = open({ one: { key: "site", windows: ["7/min"], onExcess: "queue", maxWait: "2min" } });
  second.letGo();
  const waiting = [go(third, ["one"]), go(third, ["one"])];
  open({ one: { key: "site", windows: ["8/min"], onExcess: "queue", maxWait: "2min" } });
  third.letGo();
  await pass(0);
  assert.equal(states(waiting), "goes, waits");
});

test("the table of keys has an end: what comes on top is counted together, and idle keys make room", () => {
  const { clock, open, go, limits } = scene();
  const site = open({ each: { key: "taxpayer", windows: ["1/s"] } });
  for (let key = 0; key < 20_000; key++) assert.equal(go(site, ["each"], { taxpayer: String(key) }).state, "goes");
  assert.deepEqual([go(site, ["each"], { taxpayer: "x" }).state, go(site, ["each"], { taxpayer: "y" }).state], ["goes", "refused 1"]);
  clock.advance(1000);
  assert.deepEqual([go(site, ["each"], { taxpayer: "x" }).state, go(site, ["each"], { taxpayer: "y" }).state], ["goes", "goes"]);
  for (let key = 0; key < 11_000; key++) go(site, ["each"], { taxpayer: `new ${key}` });
  assert.ok((limits.status()[0]?.keys ?? 0) < 12_000, String(limits.status()[0]?.keys));
});

test("what is tried out lets everything through, takes no more than it would, and tells what it would have done", () => {
  const { clock, open, go, events } = scene();
  const site = open({ tried: { key: "site", windows: ["1/s"], dryRun: true }, turn: { key: "site", windows: ["1/s"], onExcess: "queue", maxWait: "1500ms", dryRun: true } });
  for (let count = 0; count < 2; count++) assert.equal(go(site, ["tried"]).state, "goes");
  clock.advance(1000);
  const third = go(site, ["tried"]);
  assert.deepEqual([third.state, third.passage.fields()], ["goes", []]);
  for (let count = 0; count < 2; count++) go(site, ["turn"]);
  assert.deepEqual(events, ["tried went 0", "tried would refuse 1000", "tried went 0", "turn went 0", "turn would queue 1000"]);
});

test("a flood teaches a learnt limit no more than its headroom in a window, and quiet makes it forget", () => {
  const { clock, open, go } = scene();
  const site = open({ surge: { key: "principal", baseline: { window: "1min", headroom: "30%" }, floor: "10/s", ceiling: "20/s" } });
  const inMinute = (): number => {
    let went = 0;
    for (let step = 0; step < 6000; step++, clock.advance(10)) if (go(site, ["surge"]).state === "goes") went++;
    return went / 60;
  };
  const minutes = [inMinute(), inMinute(), inMinute(), inMinute()];
  for (const [index, rate] of minutes.entries()) assert.ok(rate <= Math.min(20, 10 * 1.3 ** index) + 0.01 && rate >= Math.min(20, 10 * 1.3 ** index) * 0.85, minutes.join());
  clock.advance(600_000);
  assert.ok(inMinute() < 13);
});

test("fields tell the rules of a limit and what is left of them", () => {
  const { clock, open, go } = scene({ wall: Date.parse("2026-11-20T23:59:00Z") });
  const site = open({ perTaxpayer: { key: "taxpayer", windows: ["20/s", "600/min"], burst: 40, quota: [{ most: 5000, per: "day", zone: "UTC" }] } });
  go(site, ["perTaxpayer"]);
  clock.advance(25);
  assert.deepEqual(go(site, ["perTaxpayer"]).passage.fields(), [
    "RateLimit-Policy", '"perTaxpayer";q=40;w=2, "perTaxpayer.2";q=600;w=60, "perTaxpayer.3";q=5000;w=86400',
    "RateLimit", '"perTaxpayer";r=38;t=1, "perTaxpayer.2";r=598;t=60, "perTaxpayer.3";r=4998;t=60',
  ]);
});

test("what did not go to the platform is given back to quotas and to nothing else", () => {
  const { open, go } = scene();
  const site = open({ both: { key: "site", windows: ["3/min"], quota: [{ most: 2, per: "month" }] } });
  go(site, ["both"]).passage.unused();
  go(site, ["both"]).passage.unused();
  const [left] = /r=\d+;.*r=\d+/.exec(go(site, ["both"]).passage.fields()[3] ?? "") ?? [];
  assert.match(left ?? "", /^r=0;.*r=1$/);
});
