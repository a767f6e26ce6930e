import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ManualClock } from "../../src/base/clock.ts";
import { OPEN_STATES, type EntryState, type StateName } from "../../src/journal/entry.ts";
import type { Store } from "../../src/journal/store.ts";
import { acceptance, answerOf, idOf, newEntry } from "./sample-entry.ts";
import type { OpenStore } from "./store-conformance.ts";

const DAY_MS = 86_400_000;
const AWAITED: EntryState = { kind: "provisional", how: "answered", reference: "T-1", until: 1_790_000_000_000 };
const STATES: readonly EntryState[] = [{ kind: "sending" }, AWAITED, { kind: "accepted", how: "answered", reference: null }];

/** Declares what every implementation of Store must do with entries that await the platform's verdict. */
export function describeProvisional(name: string, open: OpenStore): void {
  describe(`${name}: what awaits its verdict`, () => {
    let store: Store;
    let clock: ManualClock;
    let start = 0;
    before(async () => {
      ({ store, clock } = await open());
      start = clock.wall();
      for (let index = 0; index < 9; index += 1) {
        await store.insert({ ...newEntry(`one${index}`), state: STATES[index % 3] as EntryState, site: `site${index % 2}` });
        clock.advance(1000);
      }
    });
    after(() => store.close());

    const listed = async (states: readonly StateName[], site?: string): Promise<number[]> => {
      const { entries } = await store.list({ states, ...(site === undefined ? {} : { site }) }, 100);
      return entries.map(({ id }) => [0, 1, 2, 3, 4, 5, 6, 7, 8].findIndex((index) => idOf(`one${index}`) === id));
    };

    const cases: readonly (readonly [name: string, states: readonly StateName[], site: string | undefined, wanted: readonly number[]])[] = [
      ["alone", ["provisional"], undefined, [1, 4, 7]],
      ["of a site", ["provisional"], "site1", [1, 7]],
      ["with what is open otherwise, in one order", [...OPEN_STATES], undefined, [0, 1, 3, 4, 6, 7]],
      ["with what is over", ["provisional", "accepted"], undefined, [1, 2, 4, 5, 7, 8]],
      ["is left out of the rest", ["sending"], undefined, [0, 3, 6]],
    ];
    for (const [what, states, site, wanted] of cases) test(`it is listed ${what}`, async () => assert.deepEqual(await listed(states, site), wanted));

    test("pages of it and the rest follow one another without a gap or an overlap", async () => {
      const seen: string[] = [];
      for (let after: number | null = 0; after !== null; ) {
        const page = await store.list({ states: [...OPEN_STATES], after }, 2);
        seen.push(...page.entries.map(({ id }) => id));
        after = page.next;
      }
      assert.deepEqual(seen, [0, 1, 3, 4, 6, 7].map((index) => idOf(`one${index}`)));
    });

    test("its state comes back as it was written", async () => {
      const { entries } = await store.list({ states: ["provisional"] }, 1);
      assert.deepEqual(entries[0]?.state, AWAITED);
    });

    test("numbers tell the oldest of it apart from the oldest that is open otherwise", async () => {
      const { states, oldestOpenAt, oldestProvisionalAt } = await store.stats();
      assert.deepEqual([states.provisional, states.sending, oldestOpenAt, oldestProvisionalAt], [3, 3, start, start + 1000]);
    });

    test("it stays however old it gets, and goes with the others once its verdict is known", async () => {
      await store.update({ ...acceptance("one7", answerOf(10)), state: { kind: "accepted", how: "answered", reference: "T-1", number: "N-7", verdict: "passing" } });
      clock.advance(400 * DAY_MS);
      while (await store.compact({ outcome: Number.POSITIVE_INFINITY, bodies: DAY_MS }));
      assert.deepEqual(await listed(["provisional"]), [1, 4]);
      assert.notEqual(await store.request(idOf("one1"), 1), null);
      assert.equal(await store.request(idOf("one7"), 1), null);
      const [over] = await store.read(idOf("one7"));
      assert.deepEqual(over?.state, { kind: "accepted", how: "answered", reference: "T-1", number: "N-7", verdict: "passing" });
      assert.equal((await store.stats()).oldestProvisionalAt, start + 1000);
    });
  });
}
