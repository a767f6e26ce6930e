import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import type { EntryState } from "../../src/journal/entry.ts";
import { Flight, type Ending } from "../../src/journal/flight.ts";
import { someEntry, somePolicy } from "./some-entry.ts";

const UNSENT: Ending = { kind: "unsent", result: null, why: "no way" };
const LATER: Ending = { kind: "unsent", result: null, why: "again" };
const nobodyGoes = (): void => undefined;

function taxiing(state: EntryState = { kind: "sending" }): { readonly clock: ManualClock; readonly flight: Flight } {
  const clock = manualClock();
  return { clock, flight: new Flight(somePolicy(), someEntry({ state }), null, clock) };
}

test("everybody who waits gets the end, and no timer is left", async () => {
  const { clock, flight } = taxiing();
  const waits = [flight.wait(1000, nobodyGoes), flight.wait(5000, nobodyGoes)];
  assert.equal(flight.waiting, 2);
  flight.end(UNSENT);
  assert.deepEqual(await Promise.all(waits), [UNSENT, UNSENT]);
  assert.equal(flight.waiting, 0);
  assert.equal(clock.pending(), 0);
});

test("each waits for its own time, and one that gives up does not end it for others", async () => {
  const { clock, flight } = taxiing();
  const short = flight.wait(1000, nobodyGoes);
  const long = flight.wait(1001, nobodyGoes);
  clock.advance(999);
  assert.equal(flight.waiting, 2);
  clock.advance(1);
  assert.equal(await short, "patience");
  assert.equal(flight.waiting, 1);
  assert.equal(flight.ending, null);
  flight.end(UNSENT);
  assert.equal(await long, UNSENT);
});

test("one who goes away waits no longer, and takes its timer along", async () => {
  const { clock, flight } = taxiing();
  let go = (): void => assert.fail("nobody was told how to go");
  const wait = flight.wait(1000, (stop) => {
    go = stop;
  });
  go();
  assert.equal(await wait, "gone");
  assert.equal(flight.waiting, 0);
  assert.equal(clock.pending(), 0);
});

test("one who goes away at the moment of asking is not waited for", async () => {
  const { clock, flight } = taxiing();
  assert.equal(await flight.wait(1000, (stop) => stop()), "gone");
  assert.equal(flight.waiting, 0);
  assert.equal(clock.pending(), 0);
});

test("going away after the end changes nothing", async () => {
  const { flight } = taxiing();
  let go = (): void => undefined;
  const wait = flight.wait(1000, (stop) => {
    go = stop;
  });
  flight.end(UNSENT);
  go();
  assert.equal(await wait, UNSENT);
});

test("who has no time left is not kept, and who comes after the end has it at once", async () => {
  const { clock, flight } = taxiing();
  const wait = flight.wait(-5, nobodyGoes);
  clock.advance(0);
  assert.equal(await wait, "patience");
  flight.end(UNSENT);
  assert.equal(await flight.wait(0, nobodyGoes), UNSENT);
  assert.equal(clock.pending(), 0);
});

test("the first ending counts", async () => {
  const { flight } = taxiing();
  flight.end(UNSENT);
  flight.end(LATER);
  assert.equal(flight.ending, UNSENT);
  assert.equal(await flight.wait(1000, nobodyGoes), UNSENT);
});

test("one who comes while the others are told does not wait for ever", async () => {
  const { flight } = taxiing();
  const late = flight.wait(1000, nobodyGoes).then(() => flight.wait(1000, nobodyGoes));
  flight.end(UNSENT);
  assert.equal(await late, UNSENT);
});

test("it is over while its outcome is being written, and when it has ended", () => {
  const { flight } = taxiing();
  assert.equal(flight.isOver, false);
  flight.settling = true;
  assert.equal(flight.isOver, true);
  flight.settling = false;
  flight.end(UNSENT);
  assert.equal(flight.isOver, true);
});

test("it is still when the last of several attempts is over, and quiet since then", async () => {
  const { clock, flight } = taxiing();
  const seen: string[] = [];
  assert.equal(flight.quietSince, 0);
  flight.begin();
  flight.begin();
  const still = flight.still().then(() => seen.push("still"));
  clock.advance(100);
  flight.finish();
  await turn();
  assert.deepEqual([seen, flight.open, flight.quietSince], [[], 1, 100]);
  clock.advance(50);
  flight.finish();
  await still;
  assert.deepEqual([seen, flight.open, flight.quietSince], [["still"], 0, 150]);
  await flight.still();
});

test("a pause ends by the clock, earlier by the end of the flight, and leaves no timer", async () => {
  const { clock, flight } = taxiing();
  const first = flight.pause(100);
  clock.advance(100);
  await first;
  const second = flight.pause(100);
  flight.end(UNSENT);
  await second;
  await flight.pause(100);
  assert.equal(clock.pending(), 0);
});

const times: readonly { readonly state: EntryState; readonly until: number | null }[] = [
  { state: { kind: "queued", until: 7 }, until: 7 },
  { state: { kind: "queued", until: null }, until: null },
  { state: { kind: "sending" }, until: null },
  { state: { kind: "unsent", why: "no way" }, until: null },
];
for (const { state, until } of times) {
  test(`a flight of one that is ${JSON.stringify(state)} ${until === null ? "has no time" : "keeps its time"} after which it must not be sent`, () => assert.equal(taxiing(state).flight.until, until));
}

/** Lets everything run that waits for nothing but its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
