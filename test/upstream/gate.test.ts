import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { NO_BODY } from "../../src/http/message.ts";
import type { CallControl, UpstreamCall } from "../../src/upstream/call.ts";
import { createEstate, type SiteUpstream, type SiteUpstreamOptions } from "../../src/upstream/gate.ts";
import { upstreamOptions } from "../../src/upstream/options.ts";
import type { RegionUpstream } from "../../src/upstream/region-upstream.ts";
import { until } from "../support/until.ts";
import { onHead, OK, rawPlatform } from "./attempt-setup.ts";

const CALL: UpstreamCall = { class: "read", method: "GET", target: "/", headers: [], body: NO_BODY, host: null, responseTimeout: null, kind: "r", lane: "", deadline: Infinity, fresh: false, informed: null, pace: null };

/** An estate whose clock stands still, on platforms that are really there. */
function setUp(t: TestContext) {
  const clock = manualClock();
  const moves: string[] = [];
  const attempts: string[] = [];
  const estate = createEstate({
    clock, random: seededRandom(2),
    attempted: (_site, region, endpoint, routeClass, result) => void attempts.push(`${region} ${String(endpoint)} ${routeClass} ${result.kind}`),
    breakerMoved: (_site, region, routeClass, from, to) => void moves.push(`${region} ${routeClass}: ${from} > ${to}`),
    endpointChanged: () => undefined,
  });
  t.after(() => estate.stop());
  clock.advance(1);
  return { clock, moves, attempts, estate };
}

function optionsFor(urls: readonly string[], upstream: object = {}): SiteUpstreamOptions {
  const parsed = upstreamOptions.parse({ health: { connect: false }, ...upstream });
  return { site: "main", regions: [{ name: "r1", endpoints: urls.map((url) => ({ url, weight: 1 })), taxpayers: [], clients: [], fallback: [], upstream: parsed, material: { minVersion: "TLSv1.2" }, classes: ["read", "submit"] }] };
}

const regionOf = (site: SiteUpstream): RegionUpstream => site.regions.get("r1") as RegionUpstream;
const call = (site: SiteUpstream, own: Partial<UpstreamCall> = {}, control: CallControl = { abort: null }) => regionOf(site).call({ ...CALL, ...own }, control, null);

test("a call goes out with the endpoint's own Host first, or the one that the route keeps", async (t) => {
  const heads: string[] = [];
  const platform = await rawPlatform(t, (socket) => onHead(socket, (head) => {
    heads.push(head);
    socket.write(OK);
  }));
  const { estate, attempts } = setUp(t);
  const site = estate.open(optionsFor([platform.origin]));
  await call(site, { headers: ["X-A", "1"] });
  await call(site, { host: "tax.example" });
  assert.match(heads[0] ?? "", new RegExp(`^GET / HTTP/1.1\r\nhost: ${platform.origin.slice(7)}\r\n(connection: keep-alive\r\n)?X-A: 1`, "i"));
  assert.match(heads[1] ?? "", /^GET \/ HTTP\/1.1\r\nhost: tax.example\r\n/i);
  assert.deepEqual(attempts, ["r1 0 read answered", "r1 0 read answered"]);
});

test("the same configuration finds the same pool, another one a pool of its own", async (t) => {
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => socket.write(OK)));
  const { estate } = setUp(t);
  const first = estate.open(optionsFor([platform.origin]));
  await call(first);
  const second = estate.open(optionsFor([platform.origin]));
  await call(second);
  assert.equal(platform.accepted.length, 1);
  const third = estate.open(optionsFor([platform.origin], { connections: 7 }));
  await call(third);
  assert.equal(platform.accepted.length, 2);
  first.letGo();
  assert.equal(platform.open(), 2);
  second.letGo();
  assert.ok(await until(() => platform.open() === 1, 1000), "the first pool ends with its last user");
  assert.equal(estate.status().length, 1);
  third.letGo();
  assert.ok(await until(() => platform.open() === 0, 1000));
  assert.deepEqual([estate.status().length, estate.sockets()], [0, 0]);
});

/** A breaker that five refused connections have opened. */
async function opened(t: TestContext) {
  const parts = setUp(t);
  const options = optionsFor(["http://127.0.0.1:1"]);
  const site = parts.estate.open(options);
  for (let i = 0; i < 5; i++) await call(site);
  assert.deepEqual(parts.moves, ["r1 read: closed > open"]);
  return { ...parts, options, site };
}

test("a breaker that is open stays open over a reload, whoever lets go first", async (t) => {
  for (const newFirst of [true, false]) {
    const { estate, options, site, clock } = await opened(t);
    const next = estate.open(options);
    if (newFirst) site.letGo();
    const refused = await call(next);
    if (!newFirst) site.letGo();
    assert.deepEqual([refused.kind, refused.cause], ["refused", "breaker-open"]);
    assert.deepEqual(estate.status()[0]?.breakers, [{ class: "read", state: "open" }, { class: "submit", state: "closed" }]);
    next.letGo();
    assert.equal(clock.pending(), 0);
  }
});

test("a breaker that is open stays open though its options change", async (t) => {
  const { estate, site } = await opened(t);
  const next = estate.open(optionsFor(["http://127.0.0.1:1"], { breaker: { consecutiveFailures: 6 } }));
  site.letGo();
  assert.equal((await call(next)).cause, "breaker-open");
});

test("a call that waits for a connection and is given up reports once, however often it is told", async (t) => {
  const platform = await rawPlatform(t, () => undefined);
  const { estate, attempts } = setUp(t);
  const site = estate.open(optionsFor([platform.origin], { connections: 1 }));
  const busy: CallControl = { abort: null };
  const first = call(site, {}, busy);
  await until(() => platform.accepted.length === 1, 1000);
  const waiting: CallControl = { abort: null };
  const second = call(site, {}, waiting);
  const giveUp = waiting.abort;
  giveUp?.("total-timeout");
  waiting.abort?.("cancelled");
  assert.deepEqual([(await second).kind, (await second).cause], ["not-sent", "total-timeout"]);
  assert.deepEqual(attempts, ["r1 0 read not-sent"]);
  busy.abort?.("cancelled");
  await first;
  assert.equal(attempts.length, 2);
  assert.ok(await until(() => estate.status()[0]?.endpoints[0]?.pool.busy === 0, 1000));
});

test("a full queue refuses at once, and says nothing about the platform", async (t) => {
  const platform = await rawPlatform(t, () => undefined);
  const { estate, moves } = setUp(t);
  const site = estate.open(optionsFor([platform.origin], { connections: 1, queue: 0, breaker: { consecutiveFailures: 1 } }));
  const control: CallControl = { abort: null };
  const first = call(site, {}, control);
  const refused = await call(site);
  assert.deepEqual([refused.kind, refused.cause], ["refused", "overloaded"]);
  control.abort?.("cancelled");
  await first;
  assert.deepEqual(moves, []);
});

test("a tunnel passes the same gate", async (t) => {
  const { site } = await opened(t);
  const refused = regionOf(site).tunnel("read");
  assert.deepEqual([refused.kind, refused.kind === "refused" && refused.cause], ["refused", "breaker-open"]);
  const permit = regionOf(site).tunnel("submit");
  assert.equal(permit.kind === "tunnel" && permit.url, "http://127.0.0.1:1");
});

test("letting go twice is letting go once", async (t) => {
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => socket.write(OK)));
  const { estate } = setUp(t);
  const first = estate.open(optionsFor([platform.origin]));
  const second = estate.open(optionsFor([platform.origin]));
  first.letGo();
  first.letGo();
  assert.equal((await call(second)).kind, "answered");
});
