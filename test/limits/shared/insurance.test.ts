import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock, type ManualClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { CallerFacts } from "../../../src/limits/caller/key.ts";
import { createLimits } from "../../../src/limits/caller/limits.ts";
import { limitsOptions } from "../../../src/limits/caller/options.ts";
import type { SharedCount, SharedDemand, SharedLimits } from "../../../src/limits/shared/shared-limits.ts";
import { BEGIN } from "./subject.ts";

/** What the place where instances share says to each demand: there is room, there is none, or nothing at all. */
type Mood = "room" | "full" | "away";

interface Scene {
  readonly clock: ManualClock;
  mood: (limit: string) => Mood;
  readonly asked: (readonly SharedDemand[])[];
  readonly given: string[];
  /** How many of so many requests at once go through. */
  passing(requests: number): Promise<number>;
}

function scene(limits: Readonly<Record<string, object>>): Scene {
  const clock = manualClock(BEGIN);
  const asked: (readonly SharedDemand[])[] = [];
  const given: string[] = [];
  const count = ({ limit, rules }: SharedDemand): SharedCount | null => {
    const mood = made.mood(limit);
    return mood === "away" ? null : { fits: mood === "room", taken: mood === "room", wait: mood === "room" ? 0 : 500, rules: rules.map(() => ({ left: 1, reset: 1 })), at: 1 };
  };
  const place: SharedLimits = {
    state: "up",
    take(demands) {
      asked.push(demands);
      return Promise.resolve(demands.map(count));
    },
    giveBack: ({ limit }) => void given.push(limit),
    stop() {},
  };
  const events = { went() {}, refused() {}, would() {} };
  const route = createLimits({ clock, random: seededRandom(1), events, shared: () => place }).open(limitsOptions.parse(limits)).of(Object.keys(limits));
  const facts: CallerFacts = { site: "s", route: "r", routeClass: "read", region: null, taxpayer: "91310000MA1K3YTX0A", principal: null, client: "10.0.0.1", bodyBytes: null, source: null };
  const made: Scene = {
    clock, asked, given, mood: () => "away",
    async passing(requests) {
      const refusals = await Promise.all(Array.from({ length: requests }, async () => route?.passage(facts).enter(Infinity)));
      return refusals.filter((refusal) => refusal === null).length;
    },
  };
  return made;
}

const limit = (more: object): Readonly<Record<string, object>> => ({ one: { key: "taxpayer", shared: true, ...more } });

describe("a limit whose shared counter does not answer", () => {
  const shares: readonly (readonly [string, object, number, number])[] = [
    ["the whole limit, unless more is said", { windows: ["10/s"] }, 10, 10],
    ["the share that is its insurance", { windows: ["10/s"], insurance: "50%" }, 5, 5],
    ["the smaller of several windows' shares", { windows: ["10/s", "12/min"], insurance: "50%" }, 5, 1],
    ["one at least, however small the share", { windows: ["3/s"], insurance: "10%" }, 1, 1],
    ["a share of a burst, and of the rate after it", { windows: ["10/s"], burst: 4, insurance: "50%" }, 2, 2],
    ["a share of a day", { windows: ["100/s"], quota: [{ most: 10, per: "day" }], insurance: "60%" }, 6, 0],
  ];
  for (const [name, options, atOnce, aSecondLater] of shares) {
    test(`is kept by each instance alone: ${name}`, async () => {
      const made = scene(limit(options));
      assert.equal(await made.passing(20), atOnce);
      made.clock.advance(1005);
      assert.equal(await made.passing(20), aSecondLater);
    });
  }

  test("has counted along while the shared one answered, by what that let through", async () => {
    const made = scene(limit({ windows: ["10/s"] }));
    made.mood = () => "room";
    assert.equal(await made.passing(6), 6);
    made.mood = () => "full";
    assert.equal(await made.passing(100), 0);
    made.mood = () => "away";
    assert.equal(await made.passing(20), 4);
    made.mood = () => "room";
    assert.equal(await made.passing(20), 20, "the shared one decides alone where it answers");
  });

  test("starts from more than its share where it had used more", async () => {
    const made = scene(limit({ windows: ["10/s"], insurance: "50%" }));
    made.mood = () => "room";
    await made.passing(8);
    made.mood = () => "away";
    assert.equal(await made.passing(20), 0);
    made.clock.advance(1005);
    assert.equal(await made.passing(20), 5);
  });

  test("is asked about with each request, so that it comes back by itself", async () => {
    const made = scene(limit({ windows: ["1/s"] }));
    await made.passing(3);
    assert.equal(made.asked.length, 3);
  });
});

describe("several limits of one request", () => {
  const options = { narrow: { key: "taxpayer", windows: ["2/s"], shared: true }, wide: { key: "route", windows: ["9/s"], shared: true } };

  test("are asked about at once", async () => {
    const made = scene(options);
    made.mood = () => "room";
    await made.passing(1);
    assert.deepEqual(made.asked.map((demands) => demands.map((one) => one.limit)), [["narrow", "wide"]]);
  });

  test("take nothing where the instance itself refuses one that did not answer", async () => {
    const made = scene(options);
    made.mood = (name) => (name === "wide" ? "room" : "away");
    assert.equal(await made.passing(5), 2);
    assert.deepEqual(made.given, ["wide", "wide", "wide"]);
  });
});
