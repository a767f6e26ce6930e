import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answered, ISSUED, LOST, scripted, type Call, type Scripted } from "./scripted-journal.ts";
import { WALL } from "./some-entry.ts";

/*
 * Doubts whose way out is a list, from the caller's side: what the platform's pages show decides what becomes of it.
 */

const AS = { status: 202, body: '{"ref":"{/ref}","n":"{reference}"}' };
const STEP = {
  query: { path: "/list?year={remember.date[0..4]}&s=1", headers: { "x-page": "first" } },
  each: { json: "/items" }, match: [{ read: { json: "/hash" }, is: "{key}" }], absent: { status: 200, json: "/done", equals: true },
  as: AS, reference: { json: "/ref" }, notFoundValidAfter: "1s", every: "1s", for: "10s",
};
const NEXT = { next: { read: { json: "/next" }, header: "x-page" } };
const NUMBERED = { next: { numbered: true, query: "p" } };
const OPTIONS = { key: [{ json: "/invoiceHash" }], remember: { date: { json: "/date" } } };
const ORDER = { invoiceHash: "h1", orderNo: "1", date: "2026-11-22" };
const own = { hash: "h1", ref: "R1" };
const other = { hash: "h2", ref: "R2" };

type Page = Readonly<Record<string, unknown>> | string | number;

/** What becomes of a submission whose answer is lost, before a platform that answers each question with these pages. */
async function outcome(step: Readonly<Record<string, unknown>>, pages: readonly Page[] | ((call: Call) => Page), options: Readonly<Record<string, unknown>> = {}, order: Readonly<Record<string, unknown>> = ORDER): Promise<{ readonly heard: string; readonly life: Scripted; readonly asked: readonly Call[] }> {
  const life = scripted({ ...OPTIONS, ...options, resolve: [{ ...STEP, ...step }] });
  let turned = 0;
  let lost = false;
  life.script = (call) => {
    if (call.kind === "submit") {
      if (lost) return ISSUED;
      lost = true;
      return LOST;
    }
    turned = call.headers.includes("first") && call.target.endsWith("s=1") ? 0 : turned + 1;
    const page = typeof pages === "function" ? pages(call) : (pages[turned] as Page);
    const told = typeof page === "object" && typeof page["told"] === "string" ? page["told"] : null;
    return typeof page === "number" ? answered(page) : dated(answered(200, page, typeof page === "string" && page.startsWith("<") ? "text/xml" : "application/json"), told);
  };
  const hearing = life.hear(order);
  await life.pass(30_000, 100);
  const heard = await hearing;
  const text = typeof heard === "string" ? heard : heard.kind === "answered" ? `${heard.how} ${heard.answer.status} ${Buffer.from(heard.answer.body).toString()}` : heard.kind === "told" ? heard.entry.state.kind : heard.kind;
  return { heard: text, life, asked: life.calls.filter(({ kind }) => kind === "poll") };
}

/** The same answer with a Date. */
function dated(result: ReturnType<typeof answered>, date: string | null): ReturnType<typeof answered> {
  if (result.kind !== "answered" || date === null) return result;
  return { ...result, answer: { ...result.answer, headers: [...result.answer.headers, "date", date] } };
}

const FOUND = 'confirmed 202 {"ref":"R1","n":"R1"}';
const SENT_AGAIN = 'fresh 200 {"invoiceNo":"N1"}';
const cases: readonly { readonly what: string; readonly step?: Readonly<Record<string, unknown>>; readonly pages: readonly Page[]; readonly wanted: string; readonly options?: Readonly<Record<string, unknown>> }[] = [
  { what: "shows it among others", pages: [{ items: [other, own] }], wanted: FOUND },
  { what: "does not hold it", pages: [{ items: [other], done: true }], wanted: SENT_AGAIN },
  { what: "is empty", pages: [{ items: [], done: true }], wanted: SENT_AGAIN },
  { what: "does not hold it, and is not what absence looks like", pages: [{ items: [other], done: false }], wanted: "held" },
  { what: "is none", pages: [{ done: true }], wanted: "held" },
  { what: "holds a part that says no hash", pages: [{ items: [other, { ref: "R3" }], done: true }], wanted: "held" },
  { what: "holds a part that says two hashes", pages: ['{"items":[{"hash":"h2","hash":"h1"}],"done":true}'], wanted: "held" },
  { what: "holds parts that 'found' leaves out", step: { found: { json: "/hash", exists: true } }, pages: [{ items: [{ ref: "R3" }, own] }], wanted: FOUND },
  { what: "holds none that 'found' leaves in", step: { found: { json: "/hash", exists: true } }, pages: [{ items: [{ ref: "R3" }], done: true }], wanted: SENT_AGAIN },
  { what: "goes on, and shows it on its third page", step: NEXT, pages: [{ items: [other], next: "t1" }, { items: [], next: "t2" }, { items: [own] }], wanted: FOUND },
  { what: "goes on, and does not hold it", step: NEXT, pages: [{ items: [other], next: "t1", done: true }, { items: [], next: null, done: true }], wanted: SENT_AGAIN },
  { what: "goes on to a last page that is not what absence looks like", step: NEXT, pages: [{ items: [other], next: "t1", done: true }, { items: [] }], wanted: "held" },
  { what: "leads back to its first page", step: NEXT, pages: [{ items: [other], next: "t1", done: true }, { items: [], next: "t2", done: true }, { items: [], next: "t1", done: true }, { items: [], done: true }], wanted: "held" },
  { what: "has more pages than are read", step: { ...NEXT, pages: 2 }, pages: [{ items: [], next: "t1" }, { items: [], next: "t2" }, { items: [], next: null, done: true }], wanted: "held" },
  { what: "breaks off", step: NEXT, pages: [{ items: [], next: "t1" }, 500], wanted: "held" },
  { what: "goes on with a token that no header holds", step: NEXT, pages: [{ items: [], next: "票" }, { items: [], done: true }], wanted: "held" },
  { what: "has numbered pages, and shows it on the third", step: NUMBERED, pages: [{ items: [other] }, { items: [other] }, { items: [own] }], wanted: FOUND },
  { what: "has numbered pages, and does not hold it before the one without a part", step: NUMBERED, pages: [{ items: [other] }, { items: [], done: true }], wanted: SENT_AGAIN },
  { what: "has numbered pages, of which the first one is empty", step: NUMBERED, pages: [{ items: [], done: true }], wanted: SENT_AGAIN },
  { what: "has numbered pages, and an empty one that is not what absence looks like", step: NUMBERED, pages: [{ items: [other], done: true }, { items: [] }], wanted: "held" },
  { what: "has numbered pages, the second of which has no list", step: NUMBERED, pages: [{ items: [other] }, { done: true }], wanted: "held" },
  { what: "has numbered pages, the second of which cannot be read", step: NUMBERED, pages: [{ items: [other], done: true }, '{"items":'], wanted: "held" },
  { what: "has more numbered pages than are read", step: { ...NUMBERED, pages: 2 }, pages: [{ items: [other], done: true }, { items: [other], done: true }, { items: [], done: true }], wanted: "held" },
  { what: "has more numbered pages than are read, and shows it on the last of those", step: { ...NUMBERED, pages: 2 }, pages: [{ items: [other] }, { items: [own] }], wanted: FOUND },
  { what: "is XML", step: { each: { xml: "/r/i" }, match: [{ read: { xml: "/i/h" }, is: "{key}" }], as: { status: 200, body: "{reference}" }, reference: { xml: "/i/@n" } }, pages: ['<r><i n="8"><h>h2</h></i><i n="9"><h>h1</h></i></r>'], wanted: "confirmed 200 9" },
  { what: "repeats the key where the submission has it", step: { match: [] }, pages: [{ items: [{ invoiceHash: "h2", ref: "R2" }, { invoiceHash: "h1", ref: "R1" }] }], wanted: FOUND },
  { what: "does not repeat the key at all", step: { match: [] }, pages: [{ items: [own], done: true }], wanted: "held" },
  { what: "shows its key under another scope", options: { scope: [{ json: "/orderNo" }] }, pages: [{ items: [{ ...own, orderNo: "2" }], done: true }], wanted: SENT_AGAIN },
];
for (const { what, step = {}, pages, wanted, options } of cases) {
  test(`a list that ${what}: ${wanted}`, async () => assert.equal((await outcome(step, pages, options)).heard, wanted));
}

test("absence counts only where all pages were read, each asked for with the token of the one before", async () => {
  const pages = (call: Call): Page => {
    const token = call.headers[call.headers.indexOf("x-page") + 1] ?? "";
    return { items: [other], next: ({ first: "t1", t1: "t2" } as Readonly<Record<string, string>>)[token] ?? "", done: true };
  };
  const { heard, asked, life } = await outcome(NEXT, pages);
  assert.equal(heard, SENT_AGAIN);
  assert.equal(life.calls.at(-1)?.kind, "submit");
  assert.deepEqual(asked.slice(0, 3).map(({ headers }) => headers.filter((_, index) => headers[index - 1] === "x-page")), [["first"], ["t1"], ["t2"]]);
});

test("a token in the query takes the place of the one before it, and leaves the rest", async () => {
  const { asked, heard } = await outcome({ next: { read: { json: "/next" }, query: "s" } }, [{ items: [], next: "a b" }, { items: [own] }]);
  assert.equal(heard, FOUND);
  assert.deepEqual(asked.map(({ target }) => target), ["/list?year=2026&s=1", "/list?year=2026&s=a%20b"]);
});

for (const date of [undefined, "202", null]) {
  test(`a question about a date of ${JSON.stringify(date)} is not put: the next step decides`, async () => {
    const { asked, heard } = await outcome({}, [{ items: [own] }], {}, { ...ORDER, date });
    assert.deepEqual([asked.length, heard], [0, "held"]);
  });
}

test("numbered pages are asked for by their numbers, from the second on", async () => {
  const { asked } = await outcome(NUMBERED, [{ items: [other] }, { items: [other] }, { items: [own] }]);
  assert.deepEqual(asked.map(({ target }) => target), ["/list?year=2026&s=1", "/list?year=2026&s=1&p=2", "/list?year=2026&s=1&p=3"]);
});

describe("a list of what came since it was claimed", () => {
  const SINCE = { query: { path: "/list?from={since}&to={until}&s=1", headers: { "x-page": "first", "x-since": "{since}" } } };

  test("is asked for from that time less five minutes to the question's and five more, away to full five minutes", async () => {
    const { asked, heard } = await outcome({ ...SINCE, absent: undefined }, [{ items: [other] }]);
    const rounded = (round: (x: number) => number, ms: number): string => `${new Date(round((WALL + ms) / 300_000) * 300_000).toISOString().slice(0, 19)}Z`;
    const [since, until] = [rounded(Math.floor, -300_000), rounded(Math.ceil, 310_000)];
    assert.equal(heard, "held");
    assert.ok(asked.length > 3);
    assert.deepEqual([...new Set(asked.map(({ target }) => target))], [`/list?from=${encodeURIComponent(since)}&to=${encodeURIComponent(until)}&s=1`]);
    assert.ok(asked.every(({ headers }) => headers.includes(since)));
  });

  for (const [told, wanted] of [[-200_000, SENT_AGAIN], [200_000, SENT_AGAIN], [-280_000, "held"], [280_000, "held"]] as const) {
    test(`does not count as absence where the platform's clock is far from ours (${told / 1000} s): ${wanted}`, async () => {
      const { heard } = await outcome(SINCE, () => ({ items: [other], done: true, told: new Date(WALL + told).toUTCString() }));
      assert.equal(heard, wanted);
    });
  }

  test("is not asked for where the journal was put back: it may have been sent long before", async () => {
    const before = scripted({ ...OPTIONS, resolve: [{ ...STEP, ...SINCE }] });
    const life = before.crash(WALL + 3_600_000);
    life.script = (call) => (call.kind === "submit" ? ISSUED : answered(200, { items: [], done: true }));
    const hearing = life.hear(ORDER);
    await life.pass(15_000, 100);
    const heard = await hearing;
    assert.deepEqual([life.calls.length, typeof heard === "object" && heard.kind === "told" ? heard.entry.state.kind : heard], [0, "held"]);
  });
});
