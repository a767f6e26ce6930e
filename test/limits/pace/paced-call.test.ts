import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scene, through, type Going } from "./setup.ts";

const states = (...all: readonly Going[]): string[] => all.map(({ state }) => state);

describe("a call in its turn", () => {
  it("goes at once while there is room, waits where there is none, and goes when there is", async () => {
    const { clock, open, go, settle, events } = scene();
    const site = open([{ windows: ["2/s"] }]);
    const [first, second, third] = [go(site), go(site), go(site)];
    assert.deepEqual(states(first, second, third), ["goes", "goes", "waits"]);
    clock.advance(100);
    for (const one of [first, second]) through(one);
    clock.advance(999);
    await settle();
    assert.equal(third.state, "waits");
    clock.advance(1);
    await settle();
    assert.deepEqual([third.state, third.at], ["goes", 1100]);
    assert.deepEqual(events, ["main upstream went after 0", "main upstream went after 0", "main upstream went after 1100"]);
  });

  it("is told at once where the wait would be longer than it may be", () => {
    const { open, go } = scene();
    const site = open([{ windows: ["2/min"], maxWait: "30s" }]);
    for (const one of [go(site), go(site)]) through(one);
    assert.equal(go(site).state, "told 60");
    assert.equal(go(site).state, "told 60");
  });

  it("counts those who wait before it", () => {
    const { open, go } = scene();
    const site = open([{ windows: ["1/s"], maxWait: "3s" }]);
    through(go(site));
    assert.deepEqual(states(go(site), go(site), go(site), go(site)), ["waits", "waits", "waits", "told 4"]);
  });

  it("is told when others came before it, and its time is over", async () => {
    const { clock, open, go, settle } = scene();
    const site = open([{ windows: ["1/s"], maxWait: "1500ms" }]);
    through(go(site));
    const read = go(site);
    const submissions = [go(site, { routeClass: "submit" }), go(site, { routeClass: "submit", patience: 2000 })];
    clock.advance(1000);
    await settle();
    through(submissions[0] as Going);
    clock.advance(500);
    await settle();
    assert.deepEqual(states(read, ...submissions), ["told 1", "goes", "told 2"], "a forecast is no promise");
  });

  it("waits no longer than it has patience", () => {
    const { open, go } = scene();
    const site = open([{ windows: ["1/s"] }]);
    through(go(site));
    assert.deepEqual(states(go(site, { patience: 900 }), go(site, { patience: 1000 })), ["told 1", "waits"]);
  });

  it("gives its turn to the next one where it was given up, came back, or left the row", async () => {
    const { clock, open, go, settle } = scene();
    const site = open([{ windows: ["1/s"] }]);
    const [first, second, third] = [go(site), go(site), go(site)];
    second.control.abort?.("cancelled");
    await settle();
    assert.deepEqual(states(second, third), ["gave up", "waits"]);
    first.call.back();
    first.call.back();
    await settle();
    clock.advance(500);
    await settle();
    assert.equal(third.state, "goes");
    assert.equal(go(site).state, "waits", "what came back twice is one turn");
  });

  it("keeps to all of its counters, and holds none while it is told", () => {
    const { open, go } = scene();
    const site = open([{ windows: ["1/min"], maxWait: "1s" }], { a: [{ windows: ["2/min"], maxWait: "1s" }] });
    const first = go(site, { route: "a" });
    assert.deepEqual(states(first, go(site, { route: "a" })), ["goes", "told 61"]);
    first.call.back();
    assert.deepEqual(states(go(site), go(site, { route: "a" })), ["goes", "told 61"]);
  });

  for (const [how, maxWait] of [["is told", "0ms"], ["gives up", "1h"]] as const) {
    it(`gives back what it has in one counter where it ${how} in the next`, async () => {
      const { open, go, settle } = scene();
      const site = open([{ windows: ["1/min"], maxWait }], { a: [{ windows: ["1/min"], maxWait }] });
      const other = go(site);
      go(site, { route: "a" }).control.abort?.("cancelled");
      await settle();
      other.call.back();
      assert.equal(go(site, { route: "a" }).state, "goes");
    });
  }

  it("never waits in a ring, in whatever order routes name their groups", async () => {
    const { clock, open, go, settle } = scene();
    const site = open([], { x: [{ group: "x", windows: ["1/s"] }], y: [{ group: "y", windows: ["1/s"] }], a: [{ group: "x" }, { group: "y" }], b: [{ group: "y" }, { group: "x" }] });
    for (const route of ["x", "y"]) through(go(site, { route }));
    const both = ["a", "b"].map((route) => go(site, { route }));
    for (let second = 0; second < 3; second++) {
      clock.advance(1000);
      await settle();
      for (const one of both.filter(({ state }) => state === "goes")) through(one);
    }
    assert.deepEqual(states(...both), ["goes", "goes"]);
  });

  it("does not overtake those who wait, though there is room", async () => {
    const { clock, open, go, settle } = scene();
    const site = open([{ windows: ["2/s"] }]);
    for (const one of [go(site), go(site)]) through(one);
    const waiting = [go(site), go(site)];
    clock.advance(1000);
    await settle();
    assert.deepEqual(states(...waiting), ["goes", "waits"], "those whose time comes together do not go together");
    assert.equal(go(site).state, "waits");
    clock.advance(250);
    await settle();
    assert.deepEqual(states(...waiting), ["goes", "goes"]);
  });

  it("shares the counter of a group with other routes, and no other", () => {
    const { open, go } = scene();
    const site = open([], { a: [{ group: "g", windows: ["1/min"], maxWait: "0ms" }], b: [{ group: "g" }], c: [{ windows: ["1/min"], maxWait: "0ms" }] });
    assert.deepEqual(["a", "b", "c"].map((route) => go(site, { route }).state), ["goes", "told 61", "goes"]);
    assert.equal(site.of("d"), null);
    assert.equal(site.of(null), null);
  });

  const SCOPES: readonly (readonly [string, unknown, Parameters<ReturnType<typeof scene>["go"]>[1], boolean])[] = [
    ["site", ["site"], { region: "s", taxpayer: "2", principal: "q", address: "10.0.0.2" }, false],
    ["region", ["region"], { region: "s" }, true],
    ["region", ["region"], { taxpayer: "2" }, false],
    ["taxpayer", ["taxpayer"], { taxpayer: "2" }, true],
    ["principal", ["principal"], { principal: "q" }, true],
    ["address", ["address"], { address: "10.0.0.2" }, true],
    ["two of them", ["taxpayer", "principal"], { principal: "q" }, true],
    ["a header", [{ header: "x-context" }], { source: { headers: ["X-Context", "b"], pathVariables: {}, query: "" } }, true],
    ["a variable", [{ path: "session" }], { source: { headers: [], pathVariables: { session: "2" }, query: "" } }, true],
    ["a member of the query", [{ query: "nip" }], { source: { headers: [], pathVariables: {}, query: "?nip=2" } }, true],
    ["what is not there", [{ query: "nip" }], { source: { headers: [], pathVariables: {}, query: "?pin=2" } }, false],
  ];
  for (const [what, scope, facts, apart] of SCOPES) {
    it(`is counted ${apart ? "apart" : "together"} by ${what}: ${JSON.stringify(facts)}`, () => {
      const { open, go } = scene();
      const site = open([{ windows: ["1/min"], scope, maxWait: "0ms" }]);
      go(site);
      assert.equal(go(site, facts ?? {}).state, apart ? "goes" : "told 61");
    });
  }

  it("counts a region with its own paces apart", () => {
    const { limits, go } = scene();
    const pace = (windows: string) => [{ windows: [{ count: Number(windows), per: 60_000 }], scope: ["site" as const], maxWait: 0, margin: 0, learn: [] }];
    const site = limits.open({ site: "main", shared: [{ region: "r", pace: pace("1") }, { region: "s", pace: pace("2") }, { region: "t", pace: pace("1") }], routes: [] });
    assert.deepEqual(["r", "t", "s", "s", "s"].map((region) => go(site, { region }).state), ["goes", "told 60", "goes", "goes", "told 60"]);
    assert.deepEqual(limits.status().map(({ group }) => group), ["upstream", "upstream@s"]);
  });
});

describe("what the platform says", () => {
  const learn = [{ when: { status: 429 }, wait: { header: "retry-after" } }];

  it("keeps everybody of the scope quiet until then, and nobody else", async () => {
    const { clock, open, go, settle, events } = scene();
    const site = open([{ windows: ["100/s"], scope: ["taxpayer"], learn }]);
    const refused = go(site, { taxpayer: "1" });
    through(refused, 429, ["Retry-After", "7"]);
    assert.equal(refused.call.told, 7000);
    const [same, other] = [go(site, { taxpayer: "1" }), go(site, { taxpayer: "2" })];
    assert.deepEqual(states(same, other), ["waits", "goes"]);
    clock.advance(6999);
    await settle();
    assert.equal(same.state, "waits");
    clock.advance(1);
    await settle();
    assert.equal(same.state, "goes");
    assert.ok(events.includes("main upstream heard 7000 refused"));
  });

  it("tells whoever cannot wait so long", () => {
    const { open, go } = scene();
    const site = open([{ learn, maxWait: "5s" }]);
    through(go(site), 429, ["Retry-After", "7"]);
    assert.equal(go(site).state, "told 7");
  });

  it("is bounded by a day", () => {
    const { open, go } = scene();
    const site = open([{ learn }]);
    const one = go(site);
    through(one, 429, ["Retry-After", "999999999"]);
    assert.equal(one.call.told, 86_400_000);
  });

  it("is guessed where a refusal does not say it, longer each time, and those that were under way together are one", () => {
    const { clock, open, go } = scene();
    const site = open([{ learn }]);
    const told = (...all: readonly Going[]): (number | null)[] => all.map(({ call }) => call.told);
    const together = [go(site), go(site)];
    for (const one of together) through(one, 429);
    assert.deepEqual(told(...together), [1000, 1000]);
    clock.advance(1000);
    const next = go(site);
    through(next, 429, ["Retry-After", "soon"]);
    assert.deepEqual(told(next), [2000]);
    clock.advance(2000);
    through(go(site), 200);
    const last = go(site);
    through(last, 429);
    assert.deepEqual(told(last), [1000]);
  });

  it("is no reason to ask again at once, where it says 0", () => {
    const { open, go } = scene();
    const one = go(open([{ learn }]));
    through(one, 429, ["Retry-After", "0"]);
    assert.equal(one.call.told, 250);
  });

  it("counts in an answer that is none of a refusal, and in its body", () => {
    const { open, go } = scene();
    const site = open([{ learn: [{ when: { status: 200 }, wait: { json: "/wait" } }], maxWait: "0ms" }]);
    const one = go(site);
    through(one, 200);
    assert.ok(one.call.needsBody);
    assert.equal(one.call.told, null);
    one.call.read({ status: 200, headers: ["content-type", "application/json"], body: Buffer.from('{"wait":60}') });
    assert.equal(one.call.told, 60_000);
    assert.equal(go(site).state, "told 60");
  });
});

describe("counters", () => {
  it("survive a reload and a changed limit, with those who wait", async () => {
    const { clock, open, go, settle, limits } = scene();
    const before = open([{ windows: ["3/min"] }]);
    for (const one of [go(before), go(before)]) through(one);
    const after = open([{ windows: ["2/min"], maxWait: "1h" }]);
    before.letGo();
    const waiting = go(after);
    assert.equal(waiting.state, "waits");
    const wider = open([{ windows: ["3/min"] }]);
    await settle();
    assert.equal(waiting.state, "goes");
    after.letGo();
    wider.letGo();
    assert.deepEqual(limits.status(), []);
    assert.equal(clock.pending(), 0);
  });

  it("send those who wait away when no configuration has them any more", async () => {
    const { open, go, settle, clock } = scene();
    const site = open([{ windows: ["1/s"] }]);
    go(site);
    const waiting = go(site);
    site.letGo();
    await settle();
    assert.equal(waiting.state, "told 1");
    assert.equal(clock.pending(), 0);
  });

  it("are forgotten once nothing of them matters, and not before", () => {
    const { clock, open, go, limits } = scene();
    const site = open([{ windows: ["1/s"], scope: ["taxpayer"], maxWait: "0ms" }]);
    const scopes = (): number => limits.status()[0]?.scopes ?? 0;
    for (let taxpayer = 0; taxpayer < 100; taxpayer++) through(go(site, { taxpayer: String(taxpayer) }));
    assert.equal(scopes(), 100);
    assert.equal(go(site, { taxpayer: "0" }).state, "told 1");
    clock.advance(1000);
    for (let taxpayer = 100; taxpayer < 200; taxpayer++) through(go(site, { taxpayer: String(taxpayer) }));
    assert.ok(scopes() <= 101, `${scopes()} are left`);
    assert.equal(go(site, { taxpayer: "199" }).state, "told 1");
  });

  it("are not forgotten while the platform wants to hear nothing of them", () => {
    const { open, go } = scene();
    const site = open([{ scope: ["taxpayer"], maxWait: "0ms", learn: [{ when: { status: 429 }, wait: { header: "retry-after" } }] }]);
    through(go(site, { taxpayer: "quiet" }), 429, ["Retry-After", "60"]);
    for (let taxpayer = 0; taxpayer < 10; taxpayer++) through(go(site, { taxpayer: String(taxpayer) }));
    assert.equal(go(site, { taxpayer: "quiet" }).state, "told 60");
  });

  it("count together what no table has room for", () => {
    const { open, go, limits } = scene();
    const site = open([{ windows: ["1/d"], scope: ["taxpayer"], maxWait: "0ms" }]);
    for (let taxpayer = 0; taxpayer < 20_000; taxpayer++) through(go(site, { taxpayer: String(taxpayer) }));
    assert.deepEqual(states(go(site, { taxpayer: "a" }), go(site, { taxpayer: "b" })).map((state) => state.slice(0, 4)), ["goes", "told"]);
    assert.equal(limits.status()[0]?.scopes, 20_001);
  });
});
