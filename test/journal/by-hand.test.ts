import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { BY_HAND, decideByHand, type ByHandOrder, type ByHandState } from "../../src/journal/by-hand.ts";
import { STATES, type Entry, type EntryState, type StateName } from "../../src/journal/entry.ts";
import { Flight } from "../../src/journal/flight.ts";
import { submissionOptions } from "../../src/journal/options.ts";
import { compilePolicy } from "../../src/journal/policy.ts";
import { StoreFault } from "../../src/journal/store.ts";
import { openMemoryStore, type MemoryStore } from "./memory-store.ts";
import { answerOf, idOf, newEntry } from "./sample-entry.ts";

const FIRST: Readonly<Record<StateName, EntryState>> = {
  queued: { kind: "queued", until: null },
  sending: { kind: "sending" },
  unsent: { kind: "unsent", why: "refused" },
  "in-doubt": { kind: "in-doubt", cause: "timed-out", why: "no answer" },
  held: { kind: "held", why: "nobody knows", until: 5 },
  accepted: { kind: "accepted", how: "answered", reference: "N1" },
  rejected: { kind: "rejected", until: 5 },
  released: { kind: "released", why: "by somebody" },
  expired: { kind: "expired", why: "by somebody" },
  provisional: { kind: "provisional", how: "answered", reference: "T1", until: 5 },
};
const POLICY = compilePolicy(submissionOptions.parse({ key: [{ json: "/orderNo" }], rejectedFor: "1min" }), "china", "issue");
const ORDER: ByHandOrder = { id: idOf("one"), revision: null, to: "released", reference: null, answer: null, reason: " seen in the web page ", by: "ops from 127.0.0.1" };

/** A journal of one entry, in an earlier life's hands, and everything that deciding tells others. */
async function setUp(state: EntryState, before: (store: MemoryStore) => MemoryStore = (store) => store.crash()) {
  const clock = manualClock();
  const first = openMemoryStore({ now: clock.wall });
  await first.insert({ ...newEntry("one"), state });
  const store = before(first);
  const flights = new Map<string, Flight>();
  const said: string[] = [];
  const env = {
    clock, store, flights,
    events: { byHand: (facts: Pick<Entry, "revision">, to: string, by: string, reason: string) => void said.push(`byHand ${facts.revision} ${to} | ${by} | ${reason}`) },
    policyOf: () => Promise.resolve(POLICY),
    resolver: { add: () => void said.push("resolved again"), drop: () => void said.push("left alone") },
    decided: (entry: Entry) => void said.push(`decided ${entry.state.kind}`),
  };
  const fly = (changes: Partial<Flight>, attempts = 0): void => {
    const flight = Object.assign(new Flight(POLICY, first.peek()[0] as Entry, null, clock), changes);
    for (let begun = 0; begun < attempts; begun += 1) flight.begin();
    flights.set(flight.facts.id, flight);
  };
  const outcome = async (order: Partial<ByHandOrder> = {}): Promise<string> => {
    const result = await decideByHand(env, { ...ORDER, ...order });
    return result.kind === "done" ? "done" : result.refusal;
  };
  return { clock, store, said, env, fly, outcome, entry: async () => (await store.read(ORDER.id)).at(-1) as Entry };
}

const OPEN: readonly StateName[] = ["queued", "sending", "unsent", "in-doubt", "held", "provisional"];

describe("a decision by hand", () => {
  for (const from of STATES) {
    for (const to of BY_HAND) {
      const wanted = OPEN.includes(from) || (from === "expired" && to === "released") ? "done" : "settled";
      test(`from ${from} to ${to} is ${wanted}`, async () => {
        const { outcome, entry, said } = await setUp(FIRST[from]);
        assert.equal(await outcome({ to }), wanted);
        const { state, fence } = await entry();
        assert.deepEqual([state.kind, fence], wanted === "done" ? [to, 2] : [from, 1]);
        assert.deepEqual(said, wanted === "done" ? [`decided ${to}`, `byHand 1 ${to} | ops from 127.0.0.1 | seen in the web page`] : []);
      });
    }
  }

  const KEPT: readonly (readonly [ByHandState, Partial<ByHandOrder>, EntryState])[] = [
    ["accepted", { reference: "2685" }, { kind: "accepted", how: "by-hand", reference: "2685", why: "seen in the web page" }],
    ["accepted", {}, { kind: "accepted", how: "by-hand", reference: null, why: "seen in the web page" }],
    ["rejected", {}, { kind: "rejected", until: 1_790_000_060_000, why: "seen in the web page" }],
    ["released", {}, { kind: "released", why: "seen in the web page" }],
    ["expired", {}, { kind: "expired", why: "seen in the web page" }],
  ];
  for (const [to, order, state] of KEPT) {
    test(`to ${to} keeps its reason${order.reference === undefined ? "" : " and the number"}, and forgets the caller's credentials`, async () => {
      const { outcome, entry, store } = await setUp(FIRST.held);
      assert.equal(await outcome({ to, ...order }), "done");
      assert.deepEqual((await entry()).state, state);
      const request = await store.request(ORDER.id, 1);
      assert.deepEqual([request?.headers, request?.method], [[], "POST"]);
    });
  }

  test("keeps an answer for later tries where one is given", async () => {
    const { outcome, entry } = await setUp(FIRST.held);
    assert.equal(await outcome({ to: "accepted", answer: answerOf(10) }), "done");
    assert.deepEqual((await entry()).answer, answerOf(10));
  });

  const WRONG: readonly (readonly [string, Partial<ByHandOrder>, string])[] = [
    ["without a reason", { reason: "  " }, "wrong-order"],
    ["with too short a reason", { reason: "ok " }, "wrong-order"],
    ["with too long a reason", { reason: "x".repeat(501) }, "wrong-order"],
    ["with a reason of several lines", { reason: "one\ntwo" }, "wrong-order"],
    ["with the longest reason", { reason: "x".repeat(500) }, "done"],
    ["with the shortest reason", { reason: "yes" }, "done"],
    ["to release, with a number", { reference: "2685" }, "wrong-order"],
    ["to accept, with an empty number", { to: "accepted", reference: "" }, "wrong-order"],
    ["to accept, with an endless number", { to: "accepted", reference: "1".repeat(201) }, "wrong-order"],
    ["to release, with an answer", { answer: answerOf(1) }, "wrong-order"],
    ["to give up, with an answer", { to: "expired", answer: answerOf(1) }, "wrong-order"],
    ["to reject, with an answer", { to: "rejected", answer: answerOf(1) }, "done"],
    ["about an entry that is not there", { id: idOf("other") }, "unknown"],
    ["about the revision that is the newest", { revision: 1 }, "done"],
    ["about a revision to come", { revision: 2 }, "not-newest"],
  ];
  for (const [name, order, wanted] of WRONG) test(`${name} is ${wanted}`, async () => assert.equal(await (await setUp(FIRST.held)).outcome(order), wanted));

  test("about an older revision is refused, and the newest is decided", async () => {
    const { store, outcome, entry } = await setUp(FIRST.released);
    await store.insert({ ...newEntry("one"), revision: 2, state: FIRST.held });
    assert.equal(await outcome({ revision: 1 }), "not-newest");
    assert.equal(await outcome(), "done");
    assert.deepEqual([(await entry()).revision, (await entry()).state.kind], [2, "released"]);
  });
});

describe("while this process works on it", () => {
  const ending = { kind: "unsent", result: null, why: "" } as const;
  const FLIGHTS: readonly (readonly [string, EntryState, Partial<Flight>, number, string, readonly string[]])[] = [
    ["a claim that is not sent yet", FIRST.sending, {}, 0, "under-way", []],
    ["an attempt is under way", FIRST.sending, { departed: true }, 1, "under-way", []],
    ["the pause before the next attempt", FIRST.sending, { departed: true }, 0, "under-way", []],
    ["in doubt, but its late answer may still come", FIRST["in-doubt"], { departed: true, inDoubt: true }, 1, "under-way", []],
    ["its outcome is known and being written", FIRST["in-doubt"], { departed: true, inDoubt: true, settling: true }, 0, "under-way", []],
    ["its outcome is told and could not be written yet", FIRST["in-doubt"], { departed: true, inDoubt: true, ending }, 0, "under-way", []],
    ["in doubt, and only asked about", FIRST["in-doubt"], { departed: true, inDoubt: true }, 0, "done", ["left alone", "decided released", "byHand 1 released | ops from 127.0.0.1 | seen in the web page"]],
  ];
  for (const [name, state, changes, attempts, wanted, told] of FLIGHTS) {
    test(`${name}: ${wanted}`, async () => {
      const { outcome, fly, said } = await setUp(state, (store) => store);
      fly(changes, attempts);
      assert.equal(await outcome(), wanted);
      assert.deepEqual(said, told);
    });
  }

  test("a refused decision leaves a doubt to the resolver again", async () => {
    const { outcome, fly, said } = await setUp(FIRST["in-doubt"], (store) => store);
    fly({ inDoubt: true });
    assert.equal(await outcome({ revision: 7 }), "not-newest");
    assert.deepEqual(said, ["left alone", "resolved again"]);
  });

  test("a decision that cannot be written leaves a doubt to the resolver again", async () => {
    const { env, fly, said } = await setUp(FIRST["in-doubt"], (store) => store);
    fly({ inDoubt: true });
    const store = { ...env.store, update: () => Promise.reject(new StoreFault("full", "no room")) };
    await assert.rejects(decideByHand({ ...env, store }, ORDER), StoreFault);
    assert.deepEqual(said, ["left alone", "resolved again"]);
  });

  test("whoever took it over in between wins", async () => {
    const { env, entry, said } = await setUp(FIRST.unsent);
    const update = async (change: Parameters<MemoryStore["update"]>[0]) => {
      await env.store.update({ id: ORDER.id, revision: 1, fence: 1, state: FIRST.sending, take: true });
      return env.store.update(change);
    };
    const result = await decideByHand({ ...env, store: { ...env.store, update } }, ORDER);
    assert.deepEqual([result.kind === "refused" && result.refusal, (await entry()).state.kind, said], ["overtaken", "sending", []]);
  });

  for (const [name, state, wanted] of [["sent", FIRST.sending, "under-way"], ["resolved", FIRST["in-doubt"], "under-way"], ["held", FIRST.held, "done"]] as const) {
    test(`one that another living instance has ${name} is ${wanted}`, async () => {
      const { env } = await setUp(state);
      const result = await decideByHand({ ...env, store: { ...env.store, isOwned: () => true } }, ORDER);
      assert.equal(result.kind === "done" ? "done" : result.refusal, wanted);
    });
  }
});
