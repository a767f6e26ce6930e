import { deepEqual, equal } from "node:assert/strict";
import { describe, test } from "node:test";
import type { Batch } from "../../src/journal/batch/batch.ts";
import { decideBatch } from "../../src/journal/batch/decide.ts";
import { countItems, itemChanges, partsOf, splitAnswer, withChanges } from "../../src/journal/batch/split.ts";
import { composeAnswer } from "../../src/journal/batch/compose.ts";
import type { EntryState } from "../../src/journal/entry.ts";
import type { Identified } from "../../src/journal/identify.ts";
import { itemState, openItem, type HeldItem, type Item, type ItemFacts, type ItemOutcome } from "../../src/journal/batch/items.ts";
import { compilePolicy, type SubmissionPolicy } from "../../src/journal/policy.ts";
import { submissionOptions } from "../../src/journal/options.ts";
import { idOf } from "./sample-entry.ts";
import { jsonAnswer, someEntry, WALL } from "./some-entry.ts";

const ITEMS = {
  each: { json: "/docs" },
  key: [{ json: "/no" }, { json: "/kind" }],
  scope: [{ header: "x-seller" }],
  policy: "perItem",
  outcomes: [
    { each: { json: "/good" }, key: [{ json: "/no" }, { json: "/kind" }], is: "accepted", reference: { json: "/id" } },
    { each: { json: "/bad" }, key: [{ json: "/no" }, { json: "/kind" }], is: [{ when: { json: "/code", equals: 1 }, means: "same" }, { when: { json: "/code", equals: 2 }, means: "not-executed" }, { when: { json: "/code", equals: 3 }, means: "conflict" }, { when: { json: "/code", exists: true }, means: "rejected" }] },
  ],
};

function policyOf(items: object = ITEMS): SubmissionPolicy {
  return compilePolicy(submissionOptions.parse({ items }), "site", "route");
}

function identified(body: string | Buffer, { items = ITEMS, headers = ["x-seller", "S"], contentType = "application/json" }: { items?: object; headers?: readonly string[]; contentType?: string } = {}): ReturnType<SubmissionPolicy["identify"]> {
  return policyOf(items).identify({ headers, pathVariables: {}, query: "", body: Buffer.from(body), contentType }, "/x");
}

const docs = (...list: readonly (readonly [no: unknown, kind?: string, rest?: string])[]): string => JSON.stringify({ sent: list.length, docs: list.map(([no, kind = "I", rest = "x"]) => ({ no, kind, rest })) });

describe("a batch is recognised", () => {
  const base = identified(docs(["1"], ["2"])) as Identified;
  const SAME: readonly (readonly [what: string, body: string, sameId: boolean, sameContent: boolean])[] = [
    ["with its items in another order and another time stamp around them", docs(["2"], ["1"]).replace('"sent":2', '"sent":9'), true, true],
    ["with another content of an item", docs(["1"], ["2", "I", "y"]), true, false],
    ["with another item", docs(["1"], ["3"]), false, false],
    ["with an item more", docs(["1"], ["2"], ["3"]), false, false],
    ["with another part of a key", docs(["1"], ["2", "C"]), false, false],
    ["whose keys run together to the same text", docs(["1", "I2"], ["", "I"]), false, false],
  ];
  for (const [what, body, sameId, sameContent] of SAME) {
    test(what, () => {
      const other = identified(body);
      deepEqual(other.kind === "identified" ? [other.id === base.id, other.fingerprint === base.fingerprint] : [false, false], [sameId, sameContent]);
    });
  }

  test("by its scope, and never as a submission of its own", () => {
    const other = identified(docs(["1"]), { headers: ["x-seller", "T"] }) as Identified;
    const one = identified(docs(["1"])) as Identified;
    const single = compilePolicy(submissionOptions.parse({ key: ITEMS.key, scope: ITEMS.scope }), "site", "route").identify({ headers: ["x-seller", "S"], pathVariables: {}, query: "", body: Buffer.from('{"no":"1","kind":"I"}'), contentType: undefined }, "/x") as Identified;
    equal(new Set([one.id, other.id, single.id]).size, 3);
    deepEqual([one.key, one.scope, one.items?.list.map(({ key }) => key), single.items], [["1", "I"], ["S"], [["1", "I"]], null]);
    // An item is known by what a submission of the same operation would be known by.
    equal(one.items?.list[0]?.id, single.id);
  });

  const NOT: readonly (readonly [what: string, body: string | Buffer, kind: string, detail: RegExp])[] = [
    ["without items", '{"docs":[]}', "missing", /holds no items/],
    ["without its list", "{}", "missing", /no such member/],
    ["whose list is none", '{"docs":{}}', "unclear", /a object where a list/],
    ["that is no JSON", "{", "unclear", /not JSON/],
    ["with an item without a number", docs(["1"], [""]), "unclear", /the key of item 2 at json \/no is empty/],
    ["with the same item twice", docs(["1"], ["1"]), "unclear", /'1, I' stands in the batch twice/],
    ["that is too large", docs(...Array.from({ length: 1001 }, (_, no): [number] => [no])), "unclear", /1001 items, and may hold 1000/],
  ];
  for (const [what, body, kind, detail] of NOT) {
    test(`not ${what}`, () => {
      const read = identified(body);
      deepEqual(read.kind === "identified" ? "identified" : [read.kind, detail.test(read.detail) ? "" : read.detail], [kind, ""]);
    });
  }

  test("with a contradiction where a number stands there twice with different contents", () => {
    deepEqual((identified(docs(["1"], ["1", "I", "y"])) as Identified).items?.contradiction, ["1", "I"]);
  });

  test("inside of what its body wraps, in any charset that is read", () => {
    const wrapped = { each: { json: "" }, in: { body: true, decode: ["base64"] }, key: [{ json: "/no" }] };
    const read = identified(Buffer.from('[{"no":"7"},{"no":"8"}]').toString("base64"), { items: wrapped }) as Identified;
    deepEqual(read.items?.list.map(({ key }) => key), [["7"], ["8"]]);
    const gbk = identified(Buffer.concat([Buffer.from('{"docs":[{"no":"'), Buffer.from([0xb7, 0xa2]), Buffer.from('","kind":"I"}]}')]), { contentType: "application/json; charset=gbk" }) as Identified;
    deepEqual(gbk.items?.list[0]?.key, ["发", "I"]);
  });

  test("and its body is written with some items alone, unless its charset is one that we do not write", () => {
    const batch = policyOf().batch as Batch;
    const body = Buffer.from('{"docs":[{"no":"é"},{"no":2}]}');
    deepEqual(batch.subset(body, "application/json", new Set([0]), 2)?.toString(), '{"docs":[{"no":"é"}]}');
    equal(batch.subset(body, "application/json", new Set([0]), 3), null);
    equal(batch.subset(Buffer.from([0x7b, 0x22, 0xb7, 0xa2, 0x22, 0x3a, 0x31, 0x7d]), "application/json; charset=gbk", new Set([0]), 1), null);
  });
});

const item = (name: string, fingerprint = "same"): ItemFacts => ({ id: idOf(name), key: [name], fingerprint });

function held(name: string, sequence: number, state: EntryState, { outcome = "open", fingerprint = "same", until = 0 }: { outcome?: ItemOutcome; fingerprint?: string; until?: number } = {}): HeldItem {
  return { ...item(name, fingerprint), outcome, reference: null, until, entry: someEntry({ id: idOf(`entry ${sequence}`), sequence, state }) };
}

const ACCEPTED = { kind: "accepted", how: "answered", reference: null } as const;

describe("a batch by what is known of an item", () => {
  const CASES: readonly (readonly [what: string, holders: readonly HeldItem[], wanted: string])[] = [
    ["nothing", [], "fresh"],
    ["it is being sent", [held("A", 1, { kind: "sending" })], "known 1"],
    ["it is in doubt", [held("A", 1, { kind: "in-doubt", cause: "crash", why: "" })], "known 1"],
    ["it is held", [held("A", 1, { kind: "held", why: "", until: 0 })], "known 1"],
    ["it waits for delivery", [held("A", 1, { kind: "queued", until: null })], "known 1"],
    ["its batch was given up", [held("A", 1, { kind: "expired", why: "" })], "known 1"],
    ["its batch was accepted", [held("A", 1, ACCEPTED)], "known 1"],
    ["it awaits its verdict", [held("A", 1, { kind: "provisional", how: "answered", reference: null, until: 0 })], "known 1"],
    ["it was accepted, and its batch is in doubt", [held("A", 1, { kind: "in-doubt", cause: "crash", why: "" }, { outcome: "accepted" })], "known 1"],
    ["it was accepted, and its batch was released", [held("A", 1, { kind: "released", why: "" }, { outcome: "accepted" })], "known 1"],
    ["it was refused a moment ago", [held("A", 1, ACCEPTED, { outcome: "rejected", until: WALL + 1 })], "known 1"],
    ["it was refused long ago", [held("A", 1, ACCEPTED, { outcome: "rejected", until: WALL })], "fresh"],
    ["it was not executed", [held("A", 1, ACCEPTED, { outcome: "unsent" })], "fresh"],
    ["its number is closed", [held("A", 1, ACCEPTED, { outcome: "closed", until: WALL + 1 })], "known 1"],
    ["its batch was refused as a whole", [held("A", 1, { kind: "rejected", until: WALL + 1 })], "fresh"],
    ["its batch was closed as a whole", [held("A", 1, { kind: "rejected", until: WALL + 1, closed: true })], "known 1"],
    ["its batch was released", [held("A", 1, { kind: "released", why: "" })], "fresh"],
    ["its batch was not executed", [held("A", 1, { kind: "unsent", why: "" })], "fresh, closes 1"],
    ["another content is being sent", [held("A", 1, { kind: "sending" }, { fingerprint: "other" })], "conflict 1"],
    ["another content was accepted", [held("A", 1, ACCEPTED, { fingerprint: "other" })], "conflict 1"],
    ["another content was refused", [held("A", 1, ACCEPTED, { fingerprint: "other", outcome: "rejected", until: WALL + 1 })], "fresh"],
    ["another content was not executed", [held("A", 1, { kind: "unsent", why: "" }, { fingerprint: "other" })], "fresh, closes 1"],
    ["it was refused, and a corrected content accepted since", [held("A", 1, ACCEPTED, { outcome: "rejected", until: WALL + 1 }), held("A", 2, ACCEPTED, { fingerprint: "other" })], "known 1"],
    ["it was not executed, and accepted in a later batch", [held("A", 1, ACCEPTED, { outcome: "unsent" }), held("A", 2, ACCEPTED)], "known 2"],
  ];
  for (const [what, holders, wanted] of CASES) {
    test(`${what}: ${wanted}`, () => {
      const standing = decideBatch([item("A")], holders, (_, { fingerprint }) => fingerprint, WALL);
      const told = standing.kind === "conflict" ? `conflict ${standing.entry.sequence}` : [...(standing.fresh.size > 0 ? ["fresh"] : []), ...standing.known.map(({ entry }) => `known ${entry.sequence}`), ...standing.closes.map(({ sequence }) => `closes ${sequence}`)].join(", ");
      equal(told, wanted);
      if (standing.kind === "sorted" && standing.fresh.size > 0) equal(standing.after.get(idOf("A")), holders.at(-1)?.entry.sequence);
    });
  }

  test("with several items: what is known is sorted by its entries, and one conflict is one of all", () => {
    const holders = [held("A", 1, ACCEPTED), held("C", 1, ACCEPTED), held("B", 2, { kind: "sending" })];
    const standing = decideBatch(["C", "D", "B", "A"].map((name) => item(name)), holders, (_, { fingerprint }) => fingerprint, WALL);
    deepEqual(standing.kind === "sorted" && [standing.known.map(({ entry, items }) => [entry.sequence, items.map(({ key }) => key[0])]), [...standing.fresh]], [[[1, ["C", "A"]], [2, ["B"]]], [1]]);
    equal(decideBatch([item("D"), item("A", "other")], holders, (_, { fingerprint }) => fingerprint, WALL).kind, "conflict");
  });

  test("an item alone stands where its batch does, but for what is known of it", () => {
    deepEqual(itemState({ id: "", outcome: "accepted", reference: "N", until: 0 }, { kind: "in-doubt", cause: "crash", why: "" }), { kind: "accepted", how: "answered", reference: "N" });
  });
});

const KEYS = (name: string): ItemFacts => ({ ...item(name), key: [name, "I"] });

describe("an answer to a batch is taken apart", () => {
  const answer = (body: object): Parameters<typeof partsOf>[1] => ({ status: 200, headers: [], contentType: "application/json", body: Buffer.from(JSON.stringify(body)) });
  const part = (no: string, more: object = {}): object => ({ no, kind: "I", ...more });
  const split = (body: object, items: readonly Item[] = ["A", "B"].map((name) => openItem(KEYS(name)))): { items: string[]; silent: number; conflicts: number } => {
    const { changes, silent, conflicts } = splitAnswer(items, partsOf(policyOf().batch as Batch, answer(body)), 99);
    return { items: withChanges(items, changes).map(({ outcome, reference, until }) => `${outcome} ${reference ?? "-"} ${until}`), silent: silent.length, conflicts: conflicts.length };
  };
  const CASES: readonly (readonly [what: string, body: object, items: readonly string[], silent: number, conflicts: number])[] = [
    ["each item in a list", { good: [part("A", { id: "N1" })], bad: [part("B", { code: 9 })] }, ["accepted N1 0", "rejected - 99"], 0, 0],
    ["accepted before, and not executed", { good: [], bad: [part("A", { code: 1 }), part("B", { code: 2 })] }, ["accepted - 0", "unsent - 0"], 0, 0],
    ["another content at the platform", { good: [part("A")], bad: [part("B", { code: 3 })] }, ["accepted - 0", "rejected - 99"], 0, 1],
    ["an item of which nothing is said", { good: [part("A")] }, ["accepted - 0", "open - 0"], 1, 0],
    ["a part that fits no condition", { good: [part("A")], bad: [part("B")] }, ["accepted - 0", "open - 0"], 1, 0],
    ["two parts that contradict each other", { good: [part("A"), part("B")], bad: [part("B", { code: 9 })] }, ["accepted - 0", "open - 0"], 1, 0],
    ["two parts that say the same", { good: [part("A", { id: "1" }), part("A", { id: "2" }), part("B")] }, ["accepted 1 0", "accepted - 0"], 0, 0],
    ["parts about others and about nobody", { good: [part("Z"), { no: "A" }, part("A"), part("B")] }, ["accepted - 0", "accepted - 0"], 0, 0],
    ["no lists at all", {}, ["open - 0", "open - 0"], 2, 0],
  ];
  for (const [what, body, items, silent, conflicts] of CASES) test(what, () => deepEqual(split(body), { items, silent, conflicts }));

  test("what was learnt before stays, but for a word of acceptance", () => {
    const before: Item[] = [{ ...openItem(KEYS("A")), outcome: "unsent" }, { ...openItem(KEYS("B")), outcome: "accepted", reference: "N2" }];
    deepEqual(split({ good: [part("A", { id: "N1" })], bad: [part("B", { code: 9 })] }, before).items, ["accepted N1 0", "accepted N2 0"]);
  });

  test("counts are kept where not every item was accepted, and what awaits its verdict follows its batch", () => {
    const items: Item[] = [{ ...openItem(KEYS("A")), outcome: "accepted", reference: "N" }, { ...openItem(KEYS("B")), outcome: "rejected", until: 7 }, { ...openItem(KEYS("C")), outcome: "closed", until: 9 }, { ...openItem(KEYS("D")), outcome: "unsent" }, openItem(KEYS("E"))];
    deepEqual([countItems(items), countItems(items.slice(0, 1)), countItems([])], [{ accepted: 2, rejected: 2, unsent: 1, until: 7 }, undefined, undefined]);
    deepEqual(itemChanges(items, "provisional").items?.map(({ outcome }) => outcome), ["open", "rejected", "closed", "unsent"]);
    deepEqual([itemChanges(items, "accepted").items?.map(({ outcome }) => outcome), itemChanges(null, "accepted"), itemChanges([openItem(KEYS("E"))], "held")], [["accepted", "rejected", "closed", "unsent"], {}, {}]);
  });
});

describe("an answer is composed", () => {
  const batch = policyOf().batch as Batch;
  const decode = (): Promise<null> => Promise.resolve(null);
  const entry = (sequence: number, body: string | null, headers: readonly string[] = ["Content-Type", "application/json"]): ReturnType<typeof someEntry> => someEntry({ sequence, state: ACCEPTED, answer: body === null ? null : { ...jsonAnswer(200, 0), headers, body: Buffer.from(body) } });
  const of = (...names: readonly string[]): Item[] => names.map((name) => openItem(KEYS(name)));
  const OLD = '{"batch":1,"good":[{"no":"A","kind":"I","total":1.10},{"no":"X","kind":"I"}],"bad":[{"no":"B","kind":"I","code":9}]}';
  const NEW = '{"batch":2, "good": [ {"no":"C","kind":"I"} ]}';
  const compose = async (names: readonly string[], sources: Parameters<typeof composeAnswer>[2]): Promise<string | null> => {
    const answer = await composeAnswer(batch, of(...names), sources, decode);
    return answer === null ? null : Buffer.from(answer.body).toString();
  };

  test("in the newest one, each part as it was written, in the order of the request", async () => {
    equal(await compose(["C", "B", "A"], [{ entry: entry(1, OLD), items: of("A", "B") }, { entry: entry(2, NEW), items: of("C") }]), '{"bad":[{"no":"B","kind":"I","code":9}],"batch":2, "good": [{"no":"C","kind":"I"},{"no":"A","kind":"I","total":1.10}]}');
  });

  const NOT: readonly (readonly [what: string, names: readonly string[], sources: Parameters<typeof composeAnswer>[2]])[] = [
    ["without the part of an item", ["A", "Z"], [{ entry: entry(1, OLD), items: of("A", "Z") }]],
    ["with an item that no source has", ["A", "C"], [{ entry: entry(1, OLD), items: of("A") }]],
    ["with an answer that is not kept any more", ["A"], [{ entry: entry(1, null), items: of("A") }]],
    ["with an answer that is no JSON", ["A"], [{ entry: entry(1, "<html>"), items: of("A") }]],
    ["with an answer that cannot be decoded", ["A"], [{ entry: entry(1, OLD, ["Content-Type", "application/json", "Content-Encoding", "br"]), items: of("A") }]],
    ["of nothing", ["A"], []],
  ];
  for (const [what, names, sources] of NOT) test(`not ${what}`, async () => equal(await compose(names, sources), null));
});
