import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SitePace } from "../../../src/limits/pace/paces.ts";
import { scene, through, type Scene } from "./setup.ts";

const SAYS = { route: "limits", windows: { second: { json: "/send/perSecond" }, minute: { json: "/send/perMinute" } }, for: "10min", floor: "20%", ceiling: 3 };
const SEND = [{ windows: ["5/s", "10/min"], scope: ["taxpayer"], maxWait: "0ms", margin: "0ms", learn: [SAYS] }];
const ROUTES = { send: SEND, limits: [{ windows: ["100/s"] }] };

/** Lets a taxpayer ask how much he may, and the platform answer so. */
function ask({ go }: Scene, site: SitePace, answer: unknown, { taxpayer = "a", status = 200 } = {}): void {
  const asking = go(site, { route: "limits", taxpayer });
  assert.equal(asking.state, "goes");
  through(asking, status);
  asking.call.read({ status, headers: ["content-type", "application/json"], body: typeof answer === "string" ? Buffer.from(answer) : Buffer.from(JSON.stringify(answer)) });
}

/** How many of so many that come at once may go. */
function passes({ go }: Scene, site: SitePace, taxpayer = "a", most = 50): number {
  let passed = 0;
  for (let one = 0; one < most; one++) {
    const going = go(site, { route: "send", taxpayer });
    if (going.state !== "goes") continue;
    through(going);
    passed++;
  }
  return passed;
}

const said = (perSecond: unknown, perMinute: unknown = 1000): unknown => ({ send: { perSecond, perMinute } });

describe("what a route of the platform says that it allows", () => {
  const CASES: readonly (readonly [what: string, answer: unknown, second: number, status?: number])[] = [
    ["more than configured is believed", said(8), 8],
    ["less than configured is believed", said(2), 2],
    ["a number in a text is one", said("7"), 7],
    ["more than the ceiling is the ceiling", said(1_000_000), 15],
    ["nothing at all is the floor", said(0), 1],
    ["what cannot be read changes nothing", said("many"), 5],
    ["a negative number changes nothing", said(-3), 5],
    ["half a request changes nothing", said(2.5), 5],
    ["one that is not there changes nothing", { other: 1 }, 5],
    ["what is no document changes nothing", "{", 5],
    ["what a refusal says changes nothing", said(2), 5, 401],
  ];
  for (const [what, answer, second, status = 200] of CASES) {
    it(what, () => {
      const stage = scene();
      const site = stage.open([], ROUTES);
      ask(stage, site, answer, { status });
      assert.equal(passes(stage, site), second);
    });
  }

  it("leaves a window as it is configured that it does not name", () => {
    const stage = scene();
    const site = stage.open([], ROUTES);
    ask(stage, site, { send: { perSecond: 15 } });
    assert.equal(passes(stage, site), 10);
    stage.clock.advance(1000);
    assert.equal(passes(stage, site), 0);
  });

  it("holds in the scope of whoever asked, and of nobody else", () => {
    const stage = scene();
    const site = stage.open([], ROUTES);
    ask(stage, site, said(1), { taxpayer: "b" });
    assert.deepEqual([passes(stage, site, "a"), passes(stage, site, "b")], [5, 1]);
    assert.equal(stage.limits.status().find(({ group }) => group === "send")?.said, 1);
  });

  it("counts what went before: a smaller one is full at once", () => {
    const stage = scene();
    const site = stage.open([], ROUTES);
    assert.equal(passes(stage, site), 5);
    ask(stage, site, said(5, 4));
    stage.clock.advance(59_999);
    assert.equal(passes(stage, site), 0);
    stage.clock.advance(1);
    assert.equal(passes(stage, site), 4);
  });

  it("gives those who wait their turn as soon as it is more", async () => {
    const stage = scene();
    const site = stage.open([], { ...ROUTES, send: SEND.map((one) => ({ ...one, maxWait: "1h" })) });
    const all = Array.from({ length: 8 }, () => stage.go(site, { route: "send", taxpayer: "a" }));
    for (const one of all) one.call.handed();
    assert.deepEqual(all.map(({ state }) => state), [...Array<string>(5).fill("goes"), ...Array<string>(3).fill("waits")]);
    ask(stage, site, said(8));
    for (let step = 0; step < 5; step++) {
      stage.clock.advance(100);
      await stage.settle();
    }
    assert.deepEqual(all.map(({ at }) => at !== null && at < 1000), Array<boolean>(8).fill(true));
  });

  it("is forgotten when its time is over, also where it is not used meanwhile", () => {
    const stage = scene();
    const site = stage.open([], ROUTES);
    ask(stage, site, said(2));
    stage.clock.advance(599_999);
    assert.equal(passes(stage, site), 2);
    stage.clock.advance(1);
    // Two of the minute are gone.
    assert.equal(passes(stage, site), 3);
    assert.equal(stage.limits.status().find(({ group }) => group === "send")?.said, 0);
  });

  it("goes on where the platform says that nothing has changed", () => {
    const stage = scene();
    const site = stage.open([], ROUTES);
    ask(stage, site, said(2));
    stage.clock.advance(400_000);
    ask(stage, site, "", { status: 304 });
    stage.clock.advance(599_999);
    assert.equal(passes(stage, site), 2);
    stage.clock.advance(1);
    ask(stage, site, "", { status: 304, taxpayer: "a" });
    assert.equal(passes(stage, site), 3);
  });

  it("survives a reload, within the new configuration's bounds, and ends where no rule is left", () => {
    const stage = scene();
    const first = stage.open([], ROUTES);
    ask(stage, first, said(12));
    const second = stage.open([], { ...ROUTES, send: SEND.map((one) => ({ ...one, learn: [{ ...SAYS, ceiling: 1.4 }] })) });
    first.letGo();
    assert.equal(passes(stage, second), 7);
    stage.clock.advance(60_000);
    const third = stage.open([], { ...ROUTES, send: SEND.map((one) => ({ ...one, learn: [] })) });
    second.letGo();
    assert.equal(passes(stage, third), 5);
  });

  it("reaches what all routes share, in the region that answered", () => {
    const stage = scene();
    const shared = [{ windows: ["5/s"], maxWait: "0ms", scope: ["region"], learn: [SAYS] }];
    const site = stage.open(shared, { limits: [], send: [] });
    const asking = stage.go(site, { route: "limits", region: "s" });
    through(asking);
    asking.call.read({ status: 200, headers: ["content-type", "application/json"], body: Buffer.from(JSON.stringify(said(9))) });
    const passed = (region: string): number => Array.from({ length: 20 }, () => stage.go(site, { route: "send", region })).filter(({ state }) => state === "goes").length;
    assert.deepEqual([passed("r"), passed("s")], [5, 8]);
  });

  it("is heard on a route that nothing counts", () => {
    const stage = scene();
    const site = stage.open([], { send: SEND, limits: [] });
    ask(stage, site, said(3));
    assert.equal(passes(stage, site), 3);
  });

  it("is told when it is news, and only then", () => {
    const stage = scene();
    const site = stage.open([], ROUTES);
    for (const perSecond of [8, 8, 9]) ask(stage, site, said(perSecond, 20));
    assert.deepEqual(stage.events.filter((one) => one.includes("allowed")), ["main send allowed 8/1000 20/60000", "main send allowed 9/1000 20/60000"]);
  });
});
