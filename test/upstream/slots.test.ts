import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { NO_BODY } from "../../src/http/message.ts";
import { createConcurrency } from "../../src/limits/concurrency/concurrency.ts";
import type { CallControl, UpstreamCall } from "../../src/upstream/call.ts";
import { createEstate, type SiteUpstream } from "../../src/upstream/gate.ts";
import { upstreamOptions } from "../../src/upstream/options.ts";
import type { RegionUpstream } from "../../src/upstream/region-upstream.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { until } from "../support/until.ts";
import { onHead, OK, rawPlatform } from "./attempt-setup.ts";

const CALL: UpstreamCall = { class: "read", method: "GET", target: "/", headers: [], body: NO_BODY, host: null, responseTimeout: null, kind: "r", lane: "", deadline: Infinity, fresh: false, informed: null, pace: null };

/** One slot at a platform that does with each request what `serve` says. */
async function oneSlot(t: TestContext, serve: (socket: Socket, number: number) => void, upstream: object = {}, classes: readonly string[] = ["read", "submit"]) {
  let number = 0;
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => serve(socket, number++)));
  const shed: string[] = [];
  const concurrency = createConcurrency({ clock: systemClock, random: seededRandom(1), shed: (routeClass, reason) => void shed.push(`${routeClass} ${reason}`) });
  const estate = createEstate({ clock: systemClock, random: seededRandom(2), concurrency, attempted: () => undefined, breakerMoved: () => undefined, endpointChanged: () => undefined });
  t.after(async () => {
    concurrency.stop();
    await estate.stop();
  });
  const open = (own: object = {}): SiteUpstream => {
    const parsed = upstreamOptions.parse({ health: { connect: false }, concurrency: { mode: "fixed", max: 1, ...own }, ...upstream });
    return estate.open({ site: "main", regions: [{ name: "r1", endpoints: [{ url: platform.origin, weight: 1 }], taxpayers: [], clients: [], fallback: [], upstream: parsed, material: { minVersion: "TLSv1.2" }, classes }] });
  };
  const site = open();
  const call = (own: Partial<UpstreamCall> = {}, control: CallControl = { abort: null }, on = site): Promise<AttemptResult> => (on.regions.get("r1") as RegionUpstream).call({ ...CALL, ...own }, control, null);
  const slots = () => estate.status()[0]?.endpoints[0]?.slots;
  return { platform, estate, site, open, call, slots, shed };
}

const FREE = { limit: 1, inFlight: 0, waiting: 0 };
const words = (result: AttemptResult): string => `${result.kind} ${result.cause}`;

test("a second call waits until the first is answered", async (t) => {
  const sockets: Socket[] = [];
  const { call, slots } = await oneSlot(t, (socket) => void sockets.push(socket));
  const both = [call(), call()];
  assert.ok(await until(() => sockets.length === 1, 1000));
  assert.deepEqual(slots(), { limit: 1, inFlight: 1, waiting: 1 });
  sockets[0]?.write(OK);
  assert.ok(await until(() => sockets.length === 2, 1000));
  sockets[1]?.write(OK);
  assert.deepEqual((await Promise.all(both)).map(words), ["answered answer", "answered answer"]);
  assert.deepEqual(slots(), FREE);
});

test("a slot is free when the head of an answer is there, however long the rest streams", async (t) => {
  const { call, slots } = await oneSlot(t, (socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  const first = await call();
  assert.equal(first.kind === "answered" && first.answer.body.kind, "source");
  assert.deepEqual(slots(), FREE);
  assert.equal((await call()).kind, "answered");
});

test("whatever becomes of a call, its slot comes back once", async (t) => {
  const refusing = await oneSlot(t, (socket) => void socket.destroy());
  assert.equal(words(await refusing.call()), "in-doubt closed");
  const hanging = await oneSlot(t, () => undefined, { timeouts: { response: "100ms" } });
  assert.equal(words(await hanging.call()), "in-doubt response-timeout");
  const control: CallControl = { abort: null };
  const given = hanging.call({ responseTimeout: 5000 }, control);
  control.abort?.("cancelled");
  control.abort?.("total-timeout");
  assert.match(words(await given), /cancelled/);
  for (const { slots } of [refusing, hanging]) assert.deepEqual(slots(), FREE);
});

test("a call that is given up while it waits takes no slot, and lets the next one through", async (t) => {
  const sockets: Socket[] = [];
  const { call, slots } = await oneSlot(t, (socket) => void sockets.push(socket));
  const first = call();
  const control: CallControl = { abort: null };
  const [second, third] = [call({}, control), call()];
  control.abort?.("cancelled");
  assert.equal(words(await second), "not-sent cancelled");
  assert.ok(await until(() => sockets.length === 1, 1000));
  sockets[0]?.write(OK);
  assert.equal((await first).kind, "answered");
  assert.ok(await until(() => sockets.length === 2, 1000));
  sockets[1]?.write(OK);
  assert.equal((await third).kind, "answered");
  assert.deepEqual(slots(), FREE);
});

test("a call that cannot have a slot in time is refused, and says when to come again", async (t) => {
  const { call, slots, shed, open } = await oneSlot(t, () => undefined, { queueTimeout: "50ms" });
  const control: CallControl = { abort: null };
  const first = call({}, control);
  const late = await call({ class: "submit" });
  assert.deepEqual([words(late), late.kind === "refused" && late.retryAfter >= 1], ["refused queue-timeout", true]);
  assert.equal(words(await call({ deadline: 0 })), "refused overloaded");
  const without = open({ queue: 0 });
  assert.equal(words(await call({}, { abort: null }, without)), "refused overloaded");
  assert.deepEqual(shed, ["submit timed-out", "read too-late", "read queue-full"]);
  control.abort?.("cancelled");
  await first;
  assert.deepEqual(slots(), FREE);
});

test("the trial of a breaker does not wait for calls that hang", async (t) => {
  let mood: "refuses" | "hangs" | "well" = "refuses";
  let arrived = 0;
  const { call, slots } = await oneSlot(t, (socket) => {
    arrived++;
    if (mood === "refuses") socket.destroy();
    if (mood === "well") socket.write(OK);
  }, { breaker: { consecutiveFailures: 1, openFor: "100ms", halfOpenProbes: 1 } });
  assert.equal((await call()).kind, "in-doubt");
  assert.equal(words(await call()), "refused breaker-open");
  // Another class has a breaker of its own, and holds the only slot.
  mood = "hangs";
  const control: CallControl = { abort: null };
  const hangs = call({ class: "submit" }, control);
  assert.ok(await until(() => arrived === 2, 1000));
  mood = "well";
  assert.ok(await until(async () => (await call()).kind === "answered", 2000), "reads come back although a submission hangs");
  assert.deepEqual(slots(), { limit: 1, inFlight: 1, waiting: 0 });
  control.abort?.("cancelled");
  await hangs;
  assert.deepEqual(slots(), FREE);
});

test("who waits while the breaker opens is told so instead of being sent", async (t) => {
  const sockets: Socket[] = [];
  const { call, slots, platform } = await oneSlot(t, (socket) => void sockets.push(socket), { breaker: { consecutiveFailures: 1, openFor: "10s" } });
  const both = [call(), call()];
  assert.ok(await until(() => sockets.length === 1, 1000));
  sockets[0]?.destroy();
  assert.deepEqual((await Promise.all(both)).map(words), ["in-doubt closed", "refused breaker-open"]);
  assert.equal(platform.accepted.length, 1);
  assert.deepEqual(slots(), FREE);
});

test("who waits while the breaker opens is no trial of it", async (t) => {
  const sockets: Socket[] = [];
  const { call, slots } = await oneSlot(t, (socket) => void sockets.push(socket), { breaker: { consecutiveFailures: 1, openFor: "100ms", halfOpenProbes: 1 }, concurrency: { mode: "fixed", max: 4, reserve: "50%" } });
  const fails = call();
  assert.ok(await until(() => sockets.length === 1, 1000));
  const submissions = [call({ class: "submit" }), call({ class: "submit" })];
  const waits = call();
  assert.ok(await until(() => sockets.length === 3, 1000));
  // Two slots are still taken: no read has a turn.
  sockets[0]?.destroy();
  assert.equal(words(await fails), "in-doubt closed");
  const tries: Promise<AttemptResult>[] = [];
  // Once the breaker lets a trial through, it is the fourth that arrives; all others are refused at once.
  assert.ok(await until(() => sockets.length === 4 || tries.push(call()) === 0, 2000));
  for (const index of [1, 2]) sockets[index]?.write(OK);
  await Promise.all(submissions);
  assert.equal(words(await waits), "refused breaker-open");
  assert.equal(sockets.length, 4);
  sockets[3]?.write(OK);
  await Promise.all(tries);
  assert.deepEqual(slots(), { limit: 4, inFlight: 0, waiting: 0 });
});

test("a reload keeps who is under way", async (t) => {
  const sockets: Socket[] = [];
  const { call, slots, open, site } = await oneSlot(t, (socket) => void sockets.push(socket));
  const first = call();
  const next = open({ max: 2 });
  assert.deepEqual(slots(), { limit: 2, inFlight: 1, waiting: 0 });
  site.letGo();
  assert.deepEqual(slots(), { limit: 2, inFlight: 1, waiting: 0 });
  assert.ok(await until(() => sockets.length === 1, 1000));
  sockets[0]?.write(OK);
  await first;
  assert.deepEqual(slots(), { limit: 2, inFlight: 0, waiting: 0 });
  next.letGo();
});

test("with mode off connections alone bound the calls", async (t) => {
  const { slots, call } = await oneSlot(t, (socket) => void socket.write(OK), { concurrency: { mode: "off" } });
  assert.equal(slots(), null);
  assert.equal((await call()).kind, "answered");
});

test("nothing is reserved where nobody submits", async (t) => {
  const sockets: Socket[] = [];
  const { call, slots } = await oneSlot(t, (socket) => void sockets.push(socket), { concurrency: { mode: "fixed", max: 2, reserve: "50%" } }, ["read"]);
  const both = [call(), call()];
  assert.ok(await until(() => sockets.length === 2, 1000));
  assert.equal(slots()?.waiting, 0);
  for (const socket of sockets) socket.write(OK);
  await Promise.all(both);
});
