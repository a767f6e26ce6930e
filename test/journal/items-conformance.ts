import { deepEqual, equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HeldItem, NewItem } from "../../src/journal/batch/items.ts";
import type { Insertion, NewEntry, Store } from "../../src/journal/store.ts";
import { acceptance, idOf, newEntry } from "./sample-entry.ts";
import type { OpenStore } from "./store-conformance.ts";

/** A batch of items by their keys; one written `B*` has another content. */
export function newBatch(name: string, keys: readonly string[], after: Readonly<Record<string, number>> = {}): NewEntry {
  return { ...newEntry(name), key: keys, items: keys.map((key): NewItem => ({ id: itemId(key), key: [key.slice(0, 40), "部"], fingerprint: (key.endsWith("*") ? "e" : "d").repeat(32), after: after[key] ?? 0 })) };
}

/** The id of an item by its key. */
export function itemId(key: string): string {
  return idOf(`item ${key.replace("*", "")}`);
}

/** Holders as pairs of entry and item. */
export function pairs(holders: readonly HeldItem[]): string[] {
  return holders.map(({ entry, key, outcome }) => `${entry.key.join("+")}/${entry.revision}:${key[0]}:${outcome}`);
}

function sequenceOf(insertion: Insertion): number {
  return insertion.kind === "inserted" ? insertion.entry.sequence : -1;
}

/** Declares what every implementation of Store must do with the items of batches. */
export function describeItems(name: string, open: OpenStore): void {
  describe(`${name}: items of batches`, () => {
    let store: Store;
    before(async () => ({ store } = await open()));
    after(() => store.close());

    test("a batch is inserted with its items, in their order, and neither entry nor item says more than was given", async () => {
      const given = newBatch("three", ["A", "B", "C"]);
      const inserted = await store.insert(given);
      equal(inserted.kind, "inserted");
      equal(inserted.kind === "inserted" && "items" in inserted.entry, false);
      const items = (given.items ?? []).map(({ id, key, fingerprint }) => ({ id, key, fingerprint, outcome: "open", reference: null, until: 0 }));
      deepEqual(await store.items(given.id, 1), items);
      deepEqual([await store.items(given.id, 2), await store.items(idOf("never"), 1)], [[], []]);
      deepEqual(await store.read(given.id), inserted.kind === "inserted" ? [inserted.entry] : []);
      deepEqual([await store.insert(newEntry("without")).then(({ kind }) => kind), await store.items(idOf("without"), 1)], ["inserted", []]);
    });

    test("a batch with an item that another entry has is not inserted, and all is told that is known of its items", async () => {
      await store.insert(newBatch("held", ["H1", "H2"]));
      const refused = await store.insert(newBatch("other", ["H3", "H2*", "H1"]));
      equal(refused.kind, "taken");
      deepEqual(refused.kind === "taken" && pairs(refused.holders).toSorted(), ["H1+H2/1:H2:open", "H1+H2/1:H1:open"].toSorted());
      deepEqual([await store.read(idOf("other")), await store.holders([itemId("H3")])], [[], []]);
      equal((await store.insert(newBatch("held", ["H1", "H2"]))).kind, "known");
    });

    test("an item is taken over by whoever knows all that had it, and by nobody else", async () => {
      const first = sequenceOf(await store.insert(newBatch("first", ["T1", "T2"])));
      await store.update({ id: idOf("first"), revision: 1, fence: 1, state: { kind: "released", why: "test" } });
      equal((await store.insert(newBatch("second", ["T1"], { T1: first - 1 }))).kind, "taken");
      const second = sequenceOf(await store.insert(newBatch("second", ["T1"], { T1: first })));
      const third = await store.insert(newBatch("third", ["T1", "T2"], { T1: first, T2: first }));
      deepEqual(third.kind === "taken" && pairs(third.holders), ["T1+T2/1:T1:open", "T1+T2/1:T2:open", "T1/1:T1:open"]);
      equal((await store.insert(newBatch("third", ["T1", "T2"], { T1: second, T2: first }))).kind, "inserted");
    });

    test("of twenty batches that share an item and come at once exactly one is inserted", async () => {
      const all = await Promise.all(Array.from({ length: 20 }, (_, index) => store.insert(newBatch(`share${index}`, ["S", `S${index}`]))));
      equal(all.filter(({ kind }) => kind === "inserted").length, 1);
      equal((await store.holders([itemId("S")])).length, 1);
    });

    test("what became of items is written with the change of their entry, or not at all", async () => {
      await store.insert(newBatch("settled", ["O1", "O2", "O3"]));
      const items = [
        { id: itemId("O1"), outcome: "accepted", reference: "N-1 ü", until: 0 },
        { id: itemId("O3"), outcome: "rejected", reference: null, until: 1_800_000_000_000 },
        { id: itemId("elsewhere"), outcome: "unsent", reference: null, until: 0 },
      ] as const;
      equal(await store.update({ ...acceptance("settled"), fence: 7, items }), null);
      deepEqual((await store.items(idOf("settled"), 1)).map(({ outcome }) => outcome), ["open", "open", "open"]);
      await store.update({ ...acceptance("settled"), items });
      deepEqual((await store.items(idOf("settled"), 1)).map(({ outcome, reference, until }) => [outcome, reference, until]), [["accepted", "N-1 ü", 0], ["open", null, 0], ["rejected", null, 1_800_000_000_000]]);
      await store.update({ ...acceptance("settled"), items: [{ id: itemId("O2"), outcome: "unsent", reference: null, until: 0 }] });
      deepEqual(pairs(await store.holders([itemId("O1"), itemId("O2"), itemId("O3")])).toSorted(), ["O1+O2+O3/1:O1:accepted", "O1+O2+O3/1:O2:unsent", "O1+O2+O3/1:O3:rejected"]);
    });

    test("a batch is listed by the key of any of its items, once", async () => {
      await store.insert({ ...newBatch("listed", ["L1", "L2"]), key: ["L1"] });
      deepEqual((await store.list({ key: "L2" }, 10)).entries.map(({ id }) => id), [idOf("listed")]);
      deepEqual((await store.list({ key: "L1" }, 10)).entries.length, 1);
      deepEqual((await store.list({ key: "L" }, 10)).entries, []);
    });

    test("ten thousand items of one batch are held", async () => {
      const keys = Array.from({ length: 10_000 }, (_, index) => `many-${index}`);
      equal((await store.insert({ ...newBatch("many", keys), key: ["many"] })).kind, "inserted");
      const refused = await store.insert({ ...newBatch("more", keys.toReversed()), key: ["more"] });
      equal(refused.kind === "taken" && refused.holders.length, 10_000);
    });
  });
}
