import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import { createFlights, type Flight, type Flights, type Wait, type Waited } from "../../src/cache/collapse.ts";
import { address } from "./core-fixture.ts";

const BOUNDS = { waiters: 100, wait: 1000 };
const KEY = "key";

function begun(): { readonly clock: ManualClock; readonly flights: Flights; readonly flight: Flight } {
  const clock = manualClock();
  const flights = createFlights(clock);
  return { clock, flights, flight: flights.begin(KEY, address("/a")) as Flight };
}

function waits(flights: Flights, flight: Flight, count: number, bounds = BOUNDS): Wait[] {
  return Array.from({ length: count }, () => flights.wait(flight, bounds) as Wait);
}

/** How waits have ended so far; "-" where one has not. */
async function ends(...all: readonly Wait[]): Promise<string> {
  const states = all.map(() => "-");
  all.forEach(({ done }, i) => void done.then((waited: Waited) => (states[i] = waited.kind)));
  await new Promise((resolve) => setImmediate(resolve));
  return states.join(" ");
}

test("one fetch a key is under way, and others find it", () => {
  const { flights, flight } = begun();
  assert.equal(flights.begin(KEY, address("/a")), null);
  assert.equal(flights.under(KEY), flight);
  assert.notEqual(flights.begin("other", address("/b")), null);
  assert.equal([...flights.all()].length, 2);
});

const outcomes: readonly (readonly [end: "filled" | "released", want: string])[] = [["filled", "filled filled filled"], ["released", "alone alone alone"]];

for (const [end, want] of outcomes) {
  test(`those who wait for a fetch that is ${end} all hear of it, and leave nothing behind`, async () => {
    const { clock, flights, flight } = begun();
    const all = waits(flights, flight, 3);
    assert.equal(flights.waiting, 3);
    flight[end]();
    assert.equal(await ends(...all), want);
    assert.deepEqual([flights.waiting, clock.pending(), flights.under(KEY)], [0, 0, null]);
  });
}

test("after a fetch that failed the next in the row leads, and the others wait on", async () => {
  const { clock, flights, flight } = begun();
  const all = waits(flights, flight, 3);
  flight.failed();
  assert.equal(await ends(...all), "lead - -");
  assert.deepEqual([flights.waiting, flights.under(KEY)], [2, flight]);
  flight.filled();
  assert.equal(await ends(...all), "lead filled filled");
  assert.equal(clock.pending(), 0);
});

test("after a second one that failed everybody goes alone", async () => {
  const { clock, flights, flight } = begun();
  const all = waits(flights, flight, 3);
  flight.failed();
  flight.failed();
  assert.equal(await ends(...all), "lead alone alone");
  assert.deepEqual([flights.waiting, clock.pending(), flights.under(KEY)], [0, 0, null]);
});

test("a fetch that fails while nobody waits is over", () => {
  const { flights, flight } = begun();
  flight.failed();
  assert.equal(flights.under(KEY), null);
  assert.notEqual(flights.begin(KEY, address("/a")), null);
});

test("a wait is bounded in time", async () => {
  const { clock, flights, flight } = begun();
  const [short, long] = [flights.wait(flight, { waiters: 9, wait: 100 }) as Wait, flights.wait(flight, { waiters: 9, wait: 200 }) as Wait];
  clock.advance(99);
  assert.equal(await ends(short, long), "- -");
  clock.advance(1);
  assert.equal(await ends(short, long), "alone -");
  assert.deepEqual([flight.waiting, flights.waiting], [1, 1]);
  flight.filled();
  assert.equal(await ends(short, long), "alone filled");
  assert.equal(clock.pending(), 0);
});

test("those who wait are bounded in number", () => {
  const { flights, flight } = begun();
  waits(flights, flight, 2, { waiters: 2, wait: 1000 });
  assert.equal(flights.wait(flight, { waiters: 2, wait: 1000 }), null);
  assert.equal(flights.wait(flight, { waiters: 0, wait: 1000 }), null);
  assert.notEqual(flights.wait(flight, { waiters: 3, wait: 1000 }), null);
});

test("one who leaves gives his place up, and is never made to lead", async () => {
  const { clock, flights, flight } = begun();
  const [first, second] = waits(flights, flight, 2) as [Wait, Wait];
  first.leave();
  first.leave();
  assert.deepEqual([await ends(first, second), flight.waiting], ["gone -", 1]);
  flight.failed();
  assert.equal(await ends(first, second), "gone lead");
  second.leave();
  assert.deepEqual([flights.waiting, clock.pending()], [0, 0]);
});

test("what was voided stays so until another asks anew", async () => {
  const { flights, flight } = begun();
  const [next] = waits(flights, flight, 1) as [Wait];
  flight.voided = true;
  flight.failed();
  assert.deepEqual([await ends(next), flight.voided], ["lead", false]);
});

test("a key whose answers cannot be shared is not collapsed for ten seconds", () => {
  const { clock, flights, flight } = begun();
  flight.released();
  assert.equal(flights.begin(KEY, address("/a")), null);
  assert.equal(flights.under(KEY), null);
  clock.advance(9999);
  assert.equal(flights.begin(KEY, address("/a")), null);
  clock.advance(1);
  assert.notEqual(flights.begin(KEY, address("/a")), null);
});

test("a fetch that ended does not end the one that began after it", () => {
  const { flights, flight } = begun();
  flight.failed();
  const later = flights.begin(KEY, address("/a"));
  flight.failed();
  flight.filled();
  assert.equal(flights.under(KEY), later);
});

test("of keys that are not collapsed those released first are forgotten first", () => {
  const clock = manualClock();
  const flights = createFlights(clock);
  const release = (key: string): void => flights.begin(key, address("/a"))?.released();
  for (let i = 0; i < 10_001; i++) release(`key ${i}`);
  assert.notEqual(flights.begin("key 0", address("/a")), null);
  for (const key of ["key 1", "key 10000"]) assert.equal(flights.begin(key, address("/a")), null);
});

test("a key that is released anew stays uncollapsed for ten seconds from then on", () => {
  const { clock, flights, flight } = begun();
  const other = flights.begin("other", address("/b")) as Flight;
  flight.released();
  clock.advance(5000);
  other.released();
  clock.advance(5000);
  flights.begin(KEY, address("/a"))?.released();
  clock.advance(5000);
  assert.deepEqual([flights.begin(KEY, address("/a")), flights.begin("other", address("/b")) === null], [null, false]);
  clock.advance(5000);
  assert.notEqual(flights.begin(KEY, address("/a")), null);
});

test("a fetch that is filled lets its key be collapsed again at once", () => {
  const { flights, flight } = begun();
  flight.released();
  flights.loner(KEY, address("/a")).filled();
  assert.notEqual(flights.begin(KEY, address("/a")), null);
});
