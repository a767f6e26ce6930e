import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, ISSUED, LOST, NOT_SENT, scripted } from "./scripted-journal.ts";
import { StoreFault } from "../../src/journal/store.ts";
import { createPaces } from "../../src/limits/pace/paces.ts";
import { paces } from "../limits/pace/setup.ts";
import { seededRandom } from "../../src/base/random.ts";
const DEFER = { onOutage: "defer", defer: { accepted: { status: 202, body: "{}" }, pace: "100/s" } };

test("a queue goes on after its store could not be read once", async () => {
  const life = scripted({ ...DEFER, serialBy: [{ json: "/shop" }], remember: { d: { json: "/date" } } });
  life.script = () => NOT_SENT;
  await Promise.all([life.hear({ orderNo: "A1", shop: "A", date: "x" }), life.pass(21_000, 200)]);
  const read = life.store.request;
  let failed = 0;
  (life.store as { request: typeof read }).request = (...args) => (failed++ === 0 ? Promise.reject(new StoreFault("io", "once")) : read(...args));
  life.script = () => ISSUED;
  await life.pass(120_000, 500);
  assert.deepEqual(await life.states(), { A1: "accepted" });
});

test("an own part that found leaves out is not absence", async () => {
  const life = scripted({ key: [{ json: "/orderNo" }], resolve: [{ query: { path: "/list" }, each: { json: "/items" }, found: { json: "/state", equals: "done" }, match: [{ read: { json: "/no" }, is: "{key}" }], as: { status: 200, body: "{}" }, absent: { status: 200 }, notFoundValidAfter: "1s", every: "1s", for: "10s" }] });
  let n = 0;
  life.script = (call) => (call.kind === "submit" ? (n++ === 0 ? LOST : ISSUED) : answered(200, { items: [{ no: "A", state: "processing" }] }));
  const h = life.hear({ orderNo: "A" });
  await life.pass(30_000, 100);
  await h;
  assert.equal(n, 1);
});

test("a question for the midnight: a resend that waits for its turn is not sent past it", async () => {
  const life = scripted({ notPast: "midnight UTC", resolve: [{ resend: { window: "1h", times: 1 } }] });
  const limits = createPaces({ clock: life.clock, random: { ...seededRandom(1), next: () => 0 }, events: { went: () => undefined, told: () => undefined, heard: () => undefined } });
  const site = limits.open({ site: "china", shared: [], routes: [{ name: "submit", pace: paces([{ windows: ["1/20s"], maxWait: "1h" }]) }] });
  life.paced = (routeClass, _request, { region, taxpayer, principal }, waiting) => site.of(routeClass)?.call({ routeClass, region, taxpayer, principal, address: null, source: { headers: [], pathVariables: {}, query: "" } }, waiting) ?? null;
  const DAY = 86_400_000;
  life.clock.advance(DAY - (life.clock.wall() % DAY) - 10_000);
  life.script = () => LOST;
  void life.hear({ orderNo: "A" });
  await life.pass(60_000, 100);
  const walls = life.calls.map(({ at }) => new Date(life.clock.wall() - life.clock.now() + at).toISOString());
  assert.ok(walls.every((w) => w.slice(0, 10) === walls[0]!.slice(0, 10)));
});

for (const [what, type, page, xml] of [
  ["another document", "text/xml", "<Error><code>busy</code></Error>", "/*:Answer/*:List/*:Item"],
  ["a list in another namespace", "text/xml", '<r:Answer xmlns:r="urn:v3"><r:List><r:Item><r:no>A</r:no></r:Item></r:List></r:Answer>', "/r:Answer/r:List/r:Item"],
] as const) test(`an XML answer that is ${what} is no empty list`, async () => {
  const life = scripted({ key: [{ json: "/orderNo" }], resolve: [{ query: { path: "/list" }, each: { xml, namespaces: { r: "urn:v2" } }, match: [{ read: { xml: "/*:Item/*:no" }, is: "{key}" }], as: { status: 200, body: "{}" }, absent: { status: 200 }, notFoundValidAfter: "1s", every: "1s", for: "10s" }] });
  let n = 0;
  life.script = (call) => (call.kind === "submit" ? (n++ === 0 ? LOST : ISSUED) : answered(200, page, type));
  const h = life.hear({ orderNo: "A" });
  await life.pass(30_000, 100);
  await h;
  assert.equal(n, 1);
});
