import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { createConcurrency } from "../../../src/limits/concurrency/concurrency.ts";
import type { NoSlot, SlotWait } from "../../../src/limits/concurrency/slot-waiter.ts";
import type { Slots, SlotsOptions } from "../../../src/limits/concurrency/slots.ts";

const OPTIONS: SlotsOptions = { mode: "fixed", min: 1, max: 4, queue: 10, queueTimeout: 1000, reserve: 0 };

interface Going {
  state: string;
  wait: SlotWait | null;
  retryAfter: number;
}

function scene(change: Partial<SlotsOptions> = {}) {
  const clock = manualClock();
  const shed: string[] = [];
  const table = createConcurrency({ clock, random: { next: () => 0 }, shed: (routeClass, reason) => void shed.push(`${routeClass} ${reason}`) });
  const slots = table.use("a", { ...OPTIONS, ...change });
  const go = (routeClass: string, lane = "", deadline = Infinity): Going => {
    const going: Going = { state: "waits", wait: null, retryAfter: 0 };
    if (slots.enter(routeClass) > 0) return Object.assign(going, { state: "goes" });
    going.wait = slots.wait({ class: routeClass, lane, deadline }, (_taken: number, none: NoSlot | null) => {
      going.state = none === null ? "goes" : none.reason;
      going.retryAfter = none?.retryAfter ?? 0;
    });
    return going;
  };
  return { clock, shed, slots, table, go };
}

function back(slots: Slots, ms = 10): void {
  slots.leave({ kind: "k", sign: "done", ms, among: 1 });
}

const states = (...all: readonly Going[]): string => all.map(({ state }) => state).join(" ");

describe("slots", () => {
  it("are given out up to the limit, and then in turn", () => {
    const { slots, go } = scene({ max: 2 });
    const all = ["read", "read", "read", "read"].map((routeClass) => go(routeClass));
    assert.equal(states(...all), "goes goes waits waits");
    back(slots);
    assert.equal(states(...all), "goes goes goes waits");
    assert.deepEqual(slots.status(), { limit: 2, inFlight: 2, waiting: 1 });
  });

  it("go to submissions before polls before reads", () => {
    const { slots, go } = scene({ max: 1 });
    go("read");
    const [read, poll, submit] = [go("read"), go("poll"), go("submit")];
    back(slots);
    assert.equal(states(read, poll, submit), "waits waits goes");
    back(slots);
    assert.equal(states(read, poll, submit), "waits goes goes");
  });

  it("go to taxpayers by turns", () => {
    const { slots, go } = scene({ max: 1 });
    go("read");
    const [first, second, third] = [go("read", "a"), go("read", "a"), go("read", "b")];
    back(slots);
    back(slots);
    assert.equal(states(first, second, third), "goes waits goes");
  });

  it("are kept for submissions as far as the reserve goes", () => {
    const { slots, go } = scene({ max: 4, reserve: 0.5 });
    const reads = [go("read"), go("read"), go("read")];
    const submits = [go("submit"), go("submit"), go("submit")];
    assert.equal(states(...reads, ...submits), "goes goes waits goes goes waits");
    back(slots);
    assert.equal(states(...reads, ...submits), "goes goes waits goes goes goes");
    // Two of the four are reads: no third one, though a slot is free.
    back(slots);
    assert.equal(states(...reads), "goes goes waits");
    back(slots);
    back(slots);
    assert.equal(states(...reads), "goes goes goes");
  });

  it("are never all kept for submissions", () => {
    assert.equal(scene({ max: 1, reserve: 1 }).go("read").state, "goes");
  });

  it("are not given to whoever gave up", () => {
    const { slots, go, clock } = scene({ max: 1 });
    go("read");
    const [first, second] = [go("read"), go("read")];
    first.wait?.cancel();
    back(slots);
    assert.equal(states(first, second), "waits goes");
    back(slots);
    assert.deepEqual(slots.status(), { limit: 1, inFlight: 0, waiting: 0 });
    assert.equal(clock.pending(), 0);
  });

  it("are forced by a trial, and given back like any other", () => {
    const { slots, go } = scene({ max: 1 });
    go("read");
    assert.equal(slots.force(), 2);
    const waits = go("read");
    back(slots);
    assert.equal(waits.state, "waits");
    back(slots);
    assert.equal(waits.state, "goes");
  });

  it("come back from within a turn without a deep stack", () => {
    const { slots, go } = scene({ max: 1, queue: 20_000 });
    go("read");
    let served = 0;
    for (let one = 0; one < 20_000; one++) {
      slots.wait({ class: "read", lane: "", deadline: Infinity }, () => {
        served++;
        back(slots, 0);
      });
    }
    back(slots, 0);
    assert.equal(served, 20_000);
    assert.deepEqual(slots.status(), { limit: 1, inFlight: 0, waiting: 0 });
  });
});

describe("a wait for a slot", () => {
  it("ends after the longest wait", () => {
    const { clock, go, shed } = scene({ max: 1 });
    go("submit");
    const waits = go("submit");
    clock.advance(999);
    assert.equal(waits.state, "waits");
    clock.advance(1);
    assert.equal(waits.state, "timed-out");
    assert.deepEqual(shed, ["submit timed-out"]);
    assert.equal(waits.retryAfter, 1);
  });

  it("ends at the request's own deadline, and does not begin where it cannot end before it", () => {
    const { clock, slots, go } = scene({ max: 1 });
    go("submit");
    back(slots, 400);
    go("submit");
    const waits = go("submit", "", 500);
    // Two before it, 400 ms each.
    assert.equal(go("submit", "", 700).state, "too-late");
    assert.equal(go("submit", "", 0).state, "too-late");
    clock.advance(500);
    assert.equal(waits.state, "timed-out");
  });

  it("is refused at once in a full line, where nobody of a lower rank makes room", () => {
    const { go, shed } = scene({ max: 1, queue: 2 });
    go("read");
    const [old, young] = [go("read"), go("read")];
    assert.equal(go("read").state, "queue-full");
    const submits = [go("submit"), go("submit"), go("submit")];
    assert.equal(states(old, young, ...submits), "queue-full queue-full waits waits queue-full");
    assert.deepEqual(shed, ["read queue-full", "read queue-full", "read queue-full", "submit queue-full"]);
  });

  it("makes room in a full line for who has fewer in it", () => {
    const { go } = scene({ max: 1, queue: 3 });
    go("read");
    const many = [go("read", "a"), go("read", "a"), go("read", "a")];
    assert.equal(states(...many, go("read", "b")), "waits waits queue-full waits");
  });

  it("is refused at once without a line", () => {
    const { go } = scene({ max: 1, queue: 0 });
    go("read");
    assert.equal(states(go("submit"), go("read")), "queue-full queue-full");
  });

  it("is told to come back later the longer the line is", () => {
    const { slots, go } = scene({ max: 1, queue: 3, queueTimeout: 60_000 });
    go("read");
    back(slots, 4000);
    const all = [go("submit"), go("submit"), go("submit"), go("submit"), go("submit")];
    assert.equal(all.at(-1)?.state, "queue-full");
    assert.equal(all.at(-1)?.retryAfter, 12);
  });
});

describe("a line that stands", () => {
  /** Reads and submissions come faster than they are served, for so long; what became of them by class. */
  function overload(ms: number) {
    const parts = scene({ max: 1, queue: 1000, queueTimeout: 10_000 });
    const { clock, slots, go } = parts;
    go("read");
    back(slots, 100);
    go("read");
    const all: { readonly routeClass: string; readonly at: number; readonly going: Going }[] = [];
    for (let at = 0; at < ms; at += 50) {
      clock.advance(50);
      // One call takes 100 ms; one read each 50 ms and one submission each 500 ms.
      if (at % 100 === 0) back(slots, 100);
      all.push({ routeClass: "read", at, going: go("read", "r") });
      if (at % 500 === 0) all.push({ routeClass: "submit", at, going: go("submit", "s") });
    }
    return { ...parts, all };
  }

  it("sends reads away after a short wait and submissions never", () => {
    const { all, shed } = overload(20_000);
    assert.ok(shed.length > 100, `only ${shed.length}`);
    assert.deepEqual([...new Set(shed)], ["read standing-queue"]);
    assert.ok(all.filter(({ routeClass, at }) => routeClass === "submit" && at < 19_000).every(({ going }) => going.state === "goes"));
  });

  it("keeps the wait of those who are served short", () => {
    const { slots } = overload(20_000);
    // At ten calls a second and a short wait of half a second.
    assert.ok(slots.status().waiting <= 8, `${slots.status().waiting} wait`);
  });

  it("is over when calls are served quickly again", () => {
    const { slots, go, clock } = overload(5000);
    while (slots.status().inFlight > 0) back(slots, 100);
    clock.advance(1000);
    go("read");
    const before = [go("read", "a"), go("read", "a"), go("read", "a"), go("read", "a"), go("read", "a"), go("read", "a"), go("read", "a")];
    assert.ok(before.every(({ state }) => state === "waits"), states(...before));
  });

  it("is not one that is long for a moment", () => {
    const { slots, go, clock } = scene({ max: 1, queue: 1000, queueTimeout: 10_000 });
    go("read");
    back(slots, 20);
    go("read");
    const burst = Array.from({ length: 60 }, () => go("read"));
    for (let ended = 0; ended < 60; ended++) {
      clock.advance(20);
      back(slots, 20);
    }
    const refused = burst.filter(({ state }) => state !== "goes").length;
    assert.ok(refused <= 35, `${refused} of 60 refused`);
    assert.ok(burst.slice(0, 24).every(({ state }) => state === "goes"));
  });
});

describe("slots across configurations", () => {
  it("keep who has one, and take new bounds over", () => {
    const { table, slots, go } = scene({ max: 2 });
    const all = [go("read"), go("read"), go("read")];
    const next = { ...OPTIONS, max: 3 };
    assert.equal(table.use("a", next), slots);
    assert.equal(states(...all), "goes goes goes");
    table.letGo("a", next);
    assert.equal(slots.status().limit, 2, "a configuration that was not taken over changes nothing");
  });

  it("send everybody away with their last user", () => {
    const clock = manualClock();
    const table = createConcurrency({ clock, random: { next: () => 0 }, shed: () => undefined });
    const options = { ...OPTIONS, max: 1 };
    const slots = table.use("a", options);
    slots.enter("read");
    const told: (string | undefined)[] = [];
    slots.wait({ class: "read", lane: "", deadline: Infinity }, (_taken, none) => void told.push(none?.reason));
    table.letGo("a", options);
    assert.deepEqual(told, ["stopped"]);
    assert.equal(slots.enter("read"), 0);
    assert.equal(clock.pending(), 0);
  });
});
