import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EntryDetail, EntryView } from "../../src/admin/journal-views.ts";
import type { EntryState } from "../../src/journal/entry.ts";
import { StoreFault } from "../../src/journal/store.ts";
import { idOf, newEntry } from "../journal/sample-entry.ts";
import { journalUnderTest, type JournalUnderTest } from "./journal-setup.ts";

const ENTRIES = "GET /api/v1/journal/entries";
const ENTRY = "GET /api/v1/journal/entry";
const EXPORT = "GET /api/v1/journal/export";
const STATS = "GET /api/v1/journal/stats";

const held: EntryState = { kind: "held", why: "nobody knows", until: 1_790_000_000_000 };
const accepted: EntryState = { kind: "accepted", how: "confirmed", reference: "2685" };

/** Four submissions, an hour between two of them: a, b, c, d. */
async function filled(): Promise<JournalUnderTest> {
  const made = journalUnderTest();
  const { put, clock } = made;
  const hour = (): void => clock.advance(3_600_000);
  await put({ ...newEntry("a"), key: ["A-1"], state: held, region: "beijing" });
  hour();
  await put({ ...newEntry("b"), key: ["B-1"], state: { kind: "in-doubt", cause: "crash", why: "ended" }, region: "guangdong" });
  hour();
  await put({ ...newEntry("c"), key: ["C-1", "2"], state: accepted, taxpayer: "44", site: "india", route: "bill" });
  hour();
  await put({ ...newEntry("d"), key: ["D-1"], state: { kind: "rejected", until: 1_790_000_999_000 } });
  hour();
  return made;
}

async function keys({ ask }: JournalUnderTest, query: string): Promise<string> {
  const { status, body } = await ask(`${ENTRIES}?${query}`);
  return status === 200 ? (body["entries"] as EntryView[]).map(({ key }) => key[0]?.[0]).join("") : `${status} ${String(body["detail"])}`;
}

describe("a list of entries", () => {
  const FILTERS: readonly (readonly [string, string])[] = [
    ["", "abcd"],
    ["state=held", "a"],
    ["state=held&state=in-doubt", "ab"],
    ["state=held,rejected", "ad"],
    ["site=china", "abd"],
    ["site=nowhere", ""],
    ["route=bill", "c"],
    ["taxpayer=44", "c"],
    ["region=guangdong", "b"],
    ["key=2", "c"],
    ["key=A-1&state=accepted", ""],
    ["age=150min", "ab"],
    ["age=0ms", "abcd"],
    ["from=150min", "cd"],
    ["from=3h", "bcd"],
    ["to=3h", "a"],
    ["from=4h&to=2h", "ab"],
    ["to=2h&age=3h", "a"],
    ["to=2026-09-21T15:13:20Z", "a"],
    ["to=2026-09-21T17:13:20%2B02:00", "a"],
    ["from=2026-09-21&to=2026-09-22", "abcd"],
    ["from=2026-09-22", ""],
    ["after=2", "cd"],
    ["limit=2", "ab"],
    ["limit=2&after=2", "cd"],
  ];
  for (const [query, wanted] of FILTERS) test(`by '${query}' has '${wanted}'`, async () => assert.equal((await keys(await filled(), query)).toLowerCase(), wanted));

  const WRONG: readonly (readonly [string, RegExp])[] = [
    ["state=hold", /^400 parameter 'state': got 'hold', want one of queued, sending, unsent/],
    ["state=", /^400 parameter 'state': got ''/],
    ["stat=held", /^400 parameter 'stat' is not known/],
    ["site=a&site=b", /^400 parameter 'site' stands there twice/],
    ["from=yesterday", /^400 parameter 'from': got 'yesterday', want a time such as 2026-11-21T08:00:00Z/],
    ["from=2026-02-30", /^400 parameter 'from'/],
    ["from=2026-09-21T08:00:00", /^400 parameter 'from'/],
    ["age=old", /^400 parameter 'age': got 'old', want a duration such as 2h/],
    ["from=1h&to=2h", /^400 nothing lies between/],
    ["from=1h&age=2h", /^400 nothing lies between/],
    ["limit=0", /^400 parameter 'limit': got '0', want a number from 1 to 1000/],
    ["limit=1001", /^400 parameter 'limit'/],
    ["after=-1", /^400 parameter 'after'/],
    ["key=", /^400 parameter 'key' is empty/],
  ];
  for (const [query, said] of WRONG) test(`'${query}' is refused`, async () => assert.match(await keys(await filled(), query), said));

  test("shows what stands in an entry, and says where the next page begins", async () => {
    const { ask } = await filled();
    const { body } = await ask(`${ENTRIES}?limit=1`);
    assert.deepEqual(body, { next: 1, entries: [{
      id: idOf("a"), revision: 1, sequence: 1, site: "china", route: "issue", region: "beijing", taxpayer: "91310000MA1FL0000X", principal: ":[redacted]",
      key: ["A-1"], scope: ["91310000MA1FL0000X"], lane: null, state: "held", why: "nobody knows", cause: null, how: null, reference: null, number: null, verdict: null, until: "2026-09-21T14:13:20.000Z",
      attempts: 0, endpoint: "", createdAt: "2026-09-21T14:13:20.000Z", updatedAt: "2026-09-21T14:13:20.000Z", ageSeconds: 14_400, fingerprint: "a".repeat(32), profile: "b".repeat(16),
    }] });
    assert.equal((await ask(`${ENTRIES}?after=3`)).body["next"], null);
  });

  for (const [principal, shown] of [["certificate:CN=bank", "certificate:CN=bank"], ["address:10.0.0.7", "address:10.0.0.7"], ["x-api-key:open-up", "x-api-key:[redacted]"], [null, null]] as const) {
    test(`shows principal ${String(principal)} as ${String(shown)}`, async () => {
      const { put, ask } = journalUnderTest();
      await put({ ...newEntry("a"), principal });
      assert.equal(((await ask(ENTRIES)).body["entries"] as EntryView[])[0]?.principal, shown);
    });
  }
});

test("an export has the same entries, a line of JSON each", async () => {
  const { ask } = await filled();
  const { text, status } = await ask(`${EXPORT}?site=china`);
  assert.equal(status, 200);
  assert.ok(text.endsWith("\n"));
  assert.deepEqual(text.trim().split("\n").map((line) => JSON.parse(line) as EntryView), (await ask(`${ENTRIES}?site=china`)).body["entries"]);
  assert.deepEqual((await ask(`${EXPORT}?after=4`)).text, "");
  assert.equal((await ask(`${EXPORT}?limit=1001`)).status, 400);
});

describe("one entry", () => {
  test("is shown with all its revisions, its answer and its content, and no credentials", async () => {
    const { put, ask, store } = journalUnderTest();
    await put({ ...newEntry("a"), state: { kind: "rejected", until: 5 }, request: { method: "POST", target: "/api/invoices?token=hush", headers: ["authorization", "Bearer secret"], body: Buffer.from('{"发票":1}') } });
    await put({ ...newEntry("a"), revision: 2 });
    await store.update({ id: idOf("a"), revision: 2, fence: 1, state: accepted, answer: { status: 201, headers: ["Content-Type", "text/plain"], body: Buffer.from([0xff, 0xfe]) } });
    const { body, text } = await ask(`${ENTRY}?id=${idOf("a")}`);
    const [first, second] = body["revisions"] as EntryDetail[];
    assert.deepEqual([first?.revision, first?.answer, first?.request], [1, null, { method: "POST", path: "/api/invoices", body: { bytes: 12, text: '{"发票":1}', base64: null, cut: false } }]);
    assert.deepEqual([second?.revision, second?.state, second?.reference, second?.answer], [2, "accepted", "2685", { status: 201, headers: [{ name: "Content-Type", value: "text/plain" }], body: { bytes: 2, text: null, base64: "//4=", cut: false } }]);
    for (const hidden of ["secret", "hush", "authorization"]) assert.ok(!text.includes(hidden), hidden);
  });

  test("has large bodies cut, at a mebibyte each and four in all, the newest revision first", async () => {
    const { put, ask } = journalUnderTest();
    const body = Buffer.from("发".repeat(700_000));
    for (let revision = 1; revision <= 4; revision += 1) await put({ ...newEntry("a"), revision, request: { method: "POST", target: "/", headers: [], body } });
    const { revisions } = (await ask(`${ENTRY}?id=${idOf("a")}`)).body as unknown as { readonly revisions: readonly EntryDetail[] };
    const lengths = revisions.map(({ request }) => request?.body.text?.length);
    assert.deepEqual(lengths, [0, 0, 349_525, 349_525]);
    assert.deepEqual(revisions.map(({ request }) => [request?.body.bytes, request?.body.cut]), Array.from({ length: 4 }, () => [2_100_000, true]));
  });

  for (const [query, status] of [["id=abc", 400], ["", 400], [`id=${"0".repeat(32)}`, 404], [`id=${idOf("a")}&x=1`, 400]] as const) {
    test(`asked for by '${query}' is ${status}`, async () => assert.equal((await (await filled()).ask(`${ENTRY}?${query}`)).status, status));
  }
});

test("the figures count what stands there and what is under way", async () => {
  const { ask } = await filled();
  assert.deepEqual((await ask(STATS)).body, {
    states: { queued: 0, sending: 0, unsent: 0, "in-doubt": 1, held: 1, accepted: 1, rejected: 1, released: 0, expired: 0, provisional: 0 },
    bytes: 0, resolving: 0, queued: 0, underWay: 0, unwritten: 0, oldestOpenAt: "2026-09-21T14:13:20.000Z", oldestOpenSeconds: 14_400, oldestProvisionalSeconds: 0, fault: null,
  });
});

test("a journal that cannot be read is told in the store's words", async () => {
  const broken = journalUnderTest("/nowhere", (store) => ({ ...store, list: () => Promise.reject(new StoreFault("corrupt", "reading entry 7: damaged; run verify")) }));
  const { status, body } = await broken.ask(ENTRIES);
  assert.deepEqual([status, body["code"], body["detail"]], [503, "journal-unavailable", "reading entry 7: damaged; run verify"]);
});
