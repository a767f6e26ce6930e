import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ManualClock } from "../../src/base/clock.ts";
import { OPEN_STATES, STATES, type EntryState, type StateName, type StoredAnswer } from "../../src/journal/entry.ts";
import { StoreFault, type Filter, type Store } from "../../src/journal/store.ts";
import { acceptance, answerOf, idOf, newEntry, REQUEST } from "./sample-entry.ts";

/** A fresh and empty store, with the clock that it reads. */
export type OpenStore = () => Promise<{ readonly store: Store; readonly clock: ManualClock }>;

/** One of each state. */
const EACH: { readonly [Kind in StateName]: Extract<EntryState, { kind: Kind }> } = {
  queued: { kind: "queued", until: null },
  sending: { kind: "sending" },
  unsent: { kind: "unsent", why: "the platform said it is busy" },
  "in-doubt": { kind: "in-doubt", cause: "lost-answer", why: "connection reset" },
  held: { kind: "held", why: "no plan applies", until: 1_800_000_000_000 },
  accepted: { kind: "accepted", how: "confirmed", reference: "24312000000012345678" },
  rejected: { kind: "rejected", until: 1_800_000_000_000 },
  released: { kind: "released", why: "a person says: 从未开具" },
  expired: { kind: "expired", why: "its time ran out" },
  provisional: { kind: "provisional", how: "answered", reference: "20261122-SE-1", until: 1_800_000_000_000 },
};

/** Declares what every implementation of Store must do. */
export function describeStore(name: string, open: OpenStore): void {
  describe(name, () => {
    let store: Store;
    let clock: ManualClock;
    before(async () => ({ store, clock } = await open()));
    after(() => store.close());

    test("a new entry is inserted once, whoever comes second is told what is known", async () => {
      const entry = newEntry("once");
      const first = await store.insert(entry);
      assert.equal(first.kind, "inserted");
      if (first.kind !== "inserted") return;
      const { request: _, ...facts } = entry;
      const made = { sequence: first.entry.sequence, fence: 1, owner: store.owner, attempts: 0, endpoint: "", createdAt: clock.wall(), updatedAt: clock.wall(), answer: null };
      assert.deepEqual(first.entry, { ...facts, ...made });
      assert.deepEqual(await store.insert({ ...entry, fingerprint: "f".repeat(32) }), { kind: "known", entries: [first.entry] });
      assert.deepEqual(await store.read(entry.id), [first.entry]);
    });

    test("of fifty that come at once exactly one is inserted", async () => {
      const all = await Promise.all(Array.from({ length: 50 }, () => store.insert(newEntry("at-once"))));
      assert.equal(all.filter(({ kind }) => kind === "inserted").length, 1);
      assert.ok(all.every((one) => one.kind === "inserted" || (one.kind === "known" && one.entries.length === 1)));
    });

    test("sequences rise in the order of claims", async () => {
      const all = await Promise.all(["s1", "s2", "s3"].map((id) => store.insert(newEntry(id))));
      const sequences = all.map((one) => (one.kind === "inserted" ? one.entry.sequence : -1));
      assert.deepEqual(sequences, sequences.toSorted((a, b) => a - b));
      assert.equal(new Set(sequences).size, 3);
    });

    test("a revision needs that none is newer; all are told, the oldest first", async () => {
      await store.insert(newEntry("revised"));
      assert.equal((await store.insert({ ...newEntry("revised"), revision: 2, fingerprint: "2".repeat(32) })).kind, "inserted");
      for (const revision of [1, 2]) {
        const again = await store.insert({ ...newEntry("revised"), revision });
        assert.deepEqual(again.kind === "known" && again.entries.map((entry) => [entry.revision, entry.fingerprint[0]]), [[1, "a"], [2, "2"]]);
      }
      const changed = await store.update({ id: idOf("revised"), revision: 2, fence: 1, state: EACH.accepted });
      assert.equal(changed?.revision, 2);
      assert.deepEqual((await store.read(idOf("revised"))).map(({ state }) => state.kind), ["sending", "accepted"]);
    });

    test("nothing is known of an id that was never claimed", async () => {
      assert.deepEqual(await store.read(idOf("never")), []);
      assert.equal(await store.request(idOf("never"), 1), null);
      assert.equal(await store.update({ id: idOf("never"), revision: 1, fence: 1, state: EACH.sending }), null);
    });

    for (const state of STATES) {
      test(`state ${state} comes back as it was written, from the insertion and from a change`, async () => {
        const inserted = await store.insert({ ...newEntry(`state-${state}`), state: EACH[state] });
        assert.deepEqual(inserted.kind === "inserted" && inserted.entry.state, EACH[state]);
        await store.insert(newEntry(`changed-${state}`));
        assert.deepEqual((await store.update({ id: idOf(`changed-${state}`), revision: 1, fence: 1, state: EACH[state] }))?.state, EACH[state]);
        for (const id of [`state-${state}`, `changed-${state}`]) assert.deepEqual((await store.read(idOf(id)))[0]?.state, EACH[state]);
      });
    }

    test("an answer is kept byte for byte, and stays until it is changed or taken away", async () => {
      await store.insert(newEntry("answered"));
      for (const size of [0, 100, 5000, 300_000, 10]) {
        const answer = answerOf(size);
        assertAnswer((await store.update(acceptance("answered", answer)))?.answer ?? null, answer);
        assertAnswer((await store.update({ ...acceptance("answered"), attempts: 2 }))?.answer ?? null, answer);
        assertAnswer((await store.read(idOf("answered")))[0]?.answer ?? null, answer);
      }
      assert.equal((await store.update({ ...acceptance("answered"), answer: null }))?.answer, null);
      assert.equal((await store.read(idOf("answered")))[0]?.answer, null);
    });

    test("a change sets what it names and leaves the rest", async () => {
      await store.insert(newEntry("partly"));
      clock.advance(1000);
      const changed = await store.update({ id: idOf("partly"), revision: 1, fence: 1, state: EACH.unsent, attempts: 3, endpoint: "https://bj.tax.example" });
      assert.equal((changed?.updatedAt ?? 0) - (changed?.createdAt ?? 0), 1000);
      const again = await store.update({ id: idOf("partly"), revision: 1, fence: 1, state: EACH.sending });
      assert.deepEqual(again, { ...changed, state: EACH.sending });
    });

    test("whoever takes over raises the fence, and the one before changes nothing any more", async () => {
      await store.insert(newEntry("fenced"));
      const taken = await store.update({ id: idOf("fenced"), revision: 1, fence: 1, state: EACH["in-doubt"], take: true });
      assert.deepEqual([taken?.fence, taken?.owner], [2, store.owner]);
      assert.equal(await store.update(acceptance("fenced", answerOf(10))), null);
      assert.equal(await store.update({ ...acceptance("fenced"), fence: 3 }), null);
      assert.deepEqual(await store.read(idOf("fenced")), [taken]);
      const both = await Promise.all([1, 2].map(() => store.update({ id: idOf("fenced"), revision: 1, fence: 2, state: EACH.sending, take: true })));
      assert.equal(both.filter((one) => one !== null).length, 1);
    });

    test("operations of one turn happen in the order in which they were asked for", async () => {
      const [inserted, changed, read] = await Promise.all([store.insert(newEntry("ordered")), store.update(acceptance("ordered", answerOf(3))), store.read(idOf("ordered"))]);
      assert.equal(inserted.kind, "inserted");
      assert.equal(changed?.state.kind, "accepted");
      assert.deepEqual(read, [changed]);
    });

    test("the request is kept; its fields go when they are dropped, and come with another request", async () => {
      await store.insert(newEntry("asked"));
      assertRequest(await store.request(idOf("asked"), 1), REQUEST);
      await store.update({ ...acceptance("asked"), dropHeaders: true });
      assertRequest(await store.request(idOf("asked"), 1), { ...REQUEST, headers: [] });
      const renewed = { ...REQUEST, headers: ["authorization", "Bearer new"] };
      await store.update({ ...acceptance("asked"), request: renewed });
      assertRequest(await store.request(idOf("asked"), 1), renewed);
      await store.insert({ ...newEntry("asked-nothing"), request: null });
      assert.equal(await store.request(idOf("asked-nothing"), 1), null);
    });

    test("its own entries are owned, those of a life that is gone are not", async () => {
      const made = await store.insert(newEntry("owned"));
      assert.ok(made.kind === "inserted" && store.isOwned(made.entry));
      assert.ok(made.kind === "inserted" && !store.isOwned({ ...made.entry, owner: "0-gone" }));
    });

    test("profile texts are kept under their hash", async () => {
      await store.keepProfile("h1", "accepted: [{ status: 200 }]");
      await store.keepProfile("h1", "accepted: [{ status: 200 }]");
      assert.equal(await store.profile("h1"), "accepted: [{ status: 200 }]");
      assert.equal(await store.profile("h2"), null);
    });

    test("what was given may be changed by the caller at once", async () => {
      const body = Buffer.from("original");
      const inserting = store.insert({ ...newEntry("given"), request: { ...REQUEST, body } });
      body.fill(0);
      await inserting;
      assert.equal(Buffer.from((await store.request(idOf("given"), 1))?.body ?? []).toString(), "original");
    });

    test("nothing is wrong with what was written", async () => {
      assert.deepEqual((await store.verify()).faults, []);
      assert.equal(store.fault(), null);
    });
  });
  describeLists(name, open);
  describeEnd(name, open);
}

function describeLists(name: string, open: OpenStore): void {
  describe(`${name}: lists and numbers`, () => {
    let store: Store;
    let clock: ManualClock;
    let start = 0;
    before(async () => {
      ({ store, clock } = await open());
      start = clock.wall();
      for (let index = 0; index < 12; index += 1) {
        const kind = STATES[index % 3] as StateName;
        const where = { site: `site${index % 2}`, route: `route${index % 3}`, region: index < 6 ? "north" : "south", taxpayer: index === 0 ? null : "91", lane: index === 5 ? "lane" : null };
        await store.insert({ ...newEntry(`listed${index}`), ...where, key: [`K${index}`, "common"], state: EACH[kind] });
        clock.advance(1000);
      }
      await store.update(acceptance("listed11", answerOf(20)));
    });
    after(() => store.close());

    const cases: readonly (readonly [name: string, filter: (start: number) => Filter, wanted: readonly number[]])[] = [
      ["nothing is asked", () => ({}), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
      ["a state", () => ({ states: ["sending"] }), [1, 4, 7, 10]],
      ["open states", () => ({ states: [...OPEN_STATES] }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
      ["open and closed states", () => ({ states: ["accepted", "unsent"] }), [2, 5, 8, 11]],
      ["no state at all", () => ({ states: [] }), []],
      ["a site", () => ({ site: "site1" }), [1, 3, 5, 7, 9, 11]],
      ["a site that was never seen", () => ({ site: "nowhere" }), []],
      ["a route and a region", () => ({ route: "route0", region: "south" }), [6, 9]],
      ["a taxpayer", () => ({ taxpayer: "91", states: ["queued"] }), [3, 6, 9]],
      ["a lane", () => ({ lane: "lane" }), [5]],
      ["a value of the key", () => ({ key: "K7" }), [7]],
      ["any value of the key", () => ({ key: "common", region: "north" }), [0, 1, 2, 3, 4, 5]],
      ["no part of a value", () => ({ key: "K" }), []],
      ["a span, its end not included", (start) => ({ from: start + 2000, to: start + 5000 }), [2, 3, 4]],
    ];
    for (const [name, filter, wanted] of cases) {
      test(`entries in the order of claims where ${name}`, async () => {
        const page = await store.list(filter(start), 100);
        assert.deepEqual(page.entries.map(({ id }) => id), wanted.map((index) => idOf(`listed${index}`)));
        assert.equal(page.next, null);
      });
    }

    test("pages follow one another without a gap, an overlap or an empty last one", async () => {
      const seen: string[] = [];
      const sizes: number[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const page = await store.list({ states: [...OPEN_STATES, "accepted"], after }, 4);
        seen.push(...page.entries.map(({ id }) => id));
        sizes.push(page.entries.length);
        after = page.next;
      }
      assert.deepEqual(sizes, [4, 4, 4]);
      assert.equal(new Set(seen).size, 12);
    });

    test("a list leaves the answers out", async () => {
      const { entries } = await store.list({ states: ["accepted"] }, 10);
      assert.deepEqual(entries.map(({ answer }) => answer), [null]);
      assert.notEqual((await store.read(idOf("listed11")))[0]?.answer, null);
    });

    test("numbers count entries by state and tell the oldest that is open", async () => {
      const { states, oldestOpenAt } = await store.stats();
      assert.deepEqual([states.queued, states.sending, states.unsent, states.accepted, states.held], [4, 4, 3, 1, 0]);
      assert.equal(oldestOpenAt, start);
    });
  });
}

function describeEnd(name: string, open: OpenStore): void {
  test(`${name}: closing waits for what was begun, and nothing is taken after`, async () => {
    const { store } = await open();
    const begun = Array.from({ length: 20 }, (_, index) => store.insert(newEntry(`late${index}`)));
    const closed = store.close();
    await assert.rejects(store.insert(newEntry("later")), (fault) => fault instanceof StoreFault && fault.kind === "closed");
    await closed;
    assert.ok((await Promise.all(begun)).every(({ kind }) => kind === "inserted"));
    await store.close();
  });
}

function assertAnswer(got: StoredAnswer | null, wanted: StoredAnswer): void {
  assert.deepEqual(got && { ...got, body: Buffer.from(got.body) }, { ...wanted, body: Buffer.from(wanted.body) });
}

function assertRequest(got: Awaited<ReturnType<Store["request"]>>, wanted: typeof REQUEST): void {
  assert.deepEqual(got && { ...got, body: Buffer.from(got.body) }, { ...wanted, body: Buffer.from(wanted.body) });
}
