import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { DecisionView, EntryDetail } from "../../src/admin/journal-views.ts";
import type { Span } from "../../src/journal/reconcile.ts";
import { idOf, newEntry } from "../journal/sample-entry.ts";
import { REMOTE } from "./request.ts";
import { journalUnderTest, type JournalUnderTest } from "./journal-setup.ts";

const RESOLVE = "POST /api/v1/journal/resolve";
const RELEASE = "POST /api/v1/journal/release";
const VERIFY = "POST /api/v1/journal/verify";
const RECONCILE = "POST /api/v1/journal/reconcile";
const BACKUP = "POST /api/v1/journal/backup";
const ID = idOf("a");

async function withHeld(): Promise<JournalUnderTest> {
  const made = journalUnderTest();
  await made.put({ ...newEntry("a"), state: { kind: "held", why: "nobody knows", until: 5 } });
  return made;
}

describe("a decision", () => {
  test("is done, shown, and logged with who, from where and why", async () => {
    const { ask, log, store } = await withHeld();
    const { status, body } = await ask(RESOLVE, { id: ID, revision: 1, to: "accepted", reference: "2685", reason: "seen in the web page" }, { peer: REMOTE });
    const view = body as unknown as Extract<DecisionView, { result: "done" }>;
    assert.deepEqual([status, view.result, view.entry.state, view.entry.how, view.entry.reference, view.entry.why], [200, "done", "accepted", "by-hand", "2685", "seen in the web page"]);
    assert.deepEqual(store.peek()[0]?.state, { kind: "accepted", how: "by-hand", reference: "2685", why: "seen in the web page" });
    assert.deepEqual(log, [
      { event: "by hand", fields: { id: ID, to: "accepted", by: "local from 192.0.2.7", reason: "seen in the web page" } },
      { event: "admin action", fields: { path: "/api/v1/journal/resolve", by: "local", role: "admin", peer: "192.0.2.7", status: 200 } },
    ]);
  });

  test("keeps the answer for later tries as it was given", async () => {
    const { ask } = await withHeld();
    await ask(RESOLVE, { id: ID, to: "accepted", reason: "by phone", answer: { status: 201, contentType: "text/xml", body: "<a>{key}</a>" } });
    const [shown] = (await ask(`GET /api/v1/journal/entry?id=${ID}`)).body["revisions"] as EntryDetail[];
    assert.deepEqual(shown?.answer, { status: 201, headers: [{ name: "Content-Type", value: "text/xml" }], body: { bytes: 12, text: "<a>{key}</a>", base64: null, cut: false } });
  });

  test("to release is a call of its own", async () => {
    const { ask, store } = await withHeld();
    assert.equal((await ask(RELEASE, { id: ID, reason: "not there" })).status, 200);
    assert.deepEqual(store.peek()[0]?.state, { kind: "released", why: "not there" });
  });

  const REFUSED: readonly (readonly [string, string, unknown, number, RegExp])[] = [
    ["an accepted one", RELEASE, { id: idOf("done"), reason: "try again" }, 409, /^it is accepted, and that stays: correct an issued invoice at the platform, by a red-letter invoice/],
    ["an older revision", RELEASE, { id: ID, revision: 3, reason: "try again" }, 409, /^revision 3 is not the newest: that is 1/],
    ["one that is not there", RELEASE, { id: "0".repeat(32), reason: "try again" }, 404, /^there is no entry '0+'$/],
    ["without a reason", RELEASE, { id: ID }, 400, /^'reason': /],
    ["with too short a reason", RELEASE, { id: ID, reason: "no" }, 400, /^the reason has 2 characters: want one line of 3 to 500$/],
    ["with no state to go to", RESOLVE, { id: ID, reason: "try again" }, 400, /^'to': /],
    ["to a state that nobody decides", RESOLVE, { id: ID, to: "held", reason: "try again" }, 400, /^'to': /],
    ["with an id of another shape", RESOLVE, { id: "abc", to: "released", reason: "try again" }, 400, /^'id': want 32 hexadecimal digits$/],
    ["with a misspelt member", RESOLVE, { id: ID, to: "accepted", refrence: "2685", reason: "try again" }, 400, /refrence/],
    ["with an answer that is none", RESOLVE, { id: ID, to: "accepted", reason: "try again", answer: { status: 99 } }, 400, /^'answer\.status': /],
    ["with an answer whose type ends its field", RESOLVE, { id: ID, to: "accepted", reason: "try again", answer: { status: 200, contentType: "a/b\r\nx: y" } }, 400, /^'answer\.contentType': want a content type$/],
    ["with a number for a release", RESOLVE, { id: ID, to: "released", reference: "1", reason: "try again" }, 400, /^a reference belongs to an accepted one/],
    ["that is no JSON", RESOLVE, "id=1", 400, /^the body is not JSON in UTF-8$/],
    ["without a body", RESOLVE, undefined, 400, /^'id': /],
    ["in the address", `${RELEASE}?id=${ID}`, { reason: "try again" }, 400, /^this call takes its parameters as JSON in the body, none in the address$/],
  ];
  for (const [name, line, body, status, said] of REFUSED) {
    test(`about ${name} is refused with ${status}, and changes nothing`, async () => {
      const { ask, put, store } = await withHeld();
      await put({ ...newEntry("done"), state: { kind: "accepted", how: "answered", reference: "1" } });
      const before = store.peek();
      const answer = await ask(line, body);
      assert.equal(answer.status, status);
      assert.match(String(answer.body["why"] ?? answer.body["detail"]), said);
      assert.equal(store.peek(), before);
    });
  }
});

test("a check says what was looked at and what is wrong", async () => {
  const { ask } = await withHeld();
  assert.deepEqual((await ask(VERIFY, {})).body, { entries: 1, faults: [] });
  assert.deepEqual((await ask(VERIFY)).body, { entries: 1, faults: [] });
  assert.equal((await ask(VERIFY, { quick: true })).status, 400);
});

describe("a comparison with the platform", () => {
  test("reads span, filters and fields", async () => {
    const { ask, journal, clock } = await withHeld();
    const spans: Span[] = [];
    const { reconcile } = journal;
    journal.reconcile = (span) => {
      spans.push(span);
      return reconcile(span);
    };
    const { body } = await ask(RECONCILE, { from: "2h", to: "1h", region: "beijing", after: 7, limit: 10, headers: { Authorization: "Bearer x" } });
    assert.deepEqual(body, { asked: 0, same: 0, passed: 0, differences: [], next: null });
    await ask(RECONCILE, { from: "2026-09-01" });
    const now = clock.wall();
    assert.deepEqual(spans, [
      { from: now - 7_200_000, to: now - 3_600_000, filter: { region: "beijing" }, after: 7, limit: 10, headers: ["authorization", "Bearer x"] },
      { from: 1_788_220_800_000, to: now, filter: {}, after: 0, limit: 1000, headers: [] },
    ]);
  });

  test("shows what differs", async () => {
    const { ask, clock } = await withHeld();
    clock.advance(1000);
    const { body } = await ask(RECONCILE, { from: "1h" });
    const [difference] = body["differences"] as { kind: string; why: string; entry: { id: string } }[];
    assert.deepEqual([body["asked"], difference?.kind, difference?.why, difference?.entry.id], [1, "cannot-tell", "its route is not known any more", ID]);
  });

  for (const [name, body] of [["no start", {}], ["a start that is no time", { from: "soon" }], ["an end before the start", { from: "1h", to: "2h" }], ["too large a piece", { from: "1h", limit: 1001 }], ["a field that ends its line", { from: "1h", headers: { a: "b\nc: d" } }], ["a field without a name", { from: "1h", headers: { "": "b" } }]] as const) {
    test(`with ${name} is refused`, async () => assert.equal((await (await withHeld()).ask(RECONCILE, body)).status, 400));
  }
});

describe("a backup", () => {
  async function inFolder(run: (folder: string, made: JournalUnderTest) => Promise<void>): Promise<void> {
    const folder = mkdtempSync(join(tmpdir(), "taxgate-backup-"));
    const copies = (store: JournalUnderTest["store"]) => ({ ...store, backup: (file: string) => Promise.resolve(writeFileSync(file, "copy", { flag: "wx" })) });
    try {
      await run(folder, journalUnderTest(folder, copies));
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  test("goes into the state directory's own folder, under a name of the time or a given one, and never over another", async () => inFolder(async (folder, { ask }) => {
    const file = join(folder, "backups", "journal-20260921T141320Z.sqlite");
    assert.deepEqual((await ask(BACKUP)).body, { result: "done", file, bytes: 4 });
    assert.equal(statSync(join(folder, "backups")).mode & 0o777, 0o700);
    const again = await ask(BACKUP, {});
    assert.deepEqual([again.status, again.body], [409, { result: "refused", why: `'${file}' exists already: give another name` }]);
    assert.equal((await ask(BACKUP, { name: "mine.sqlite" })).body["file"], join(folder, "backups", "mine.sqlite"));
  }));

  for (const name of ["../mine", "a/b", "/etc/x", ".hidden", "", "a\u0000b", "a".repeat(101)]) {
    test(`under the name ${JSON.stringify(name)} is refused`, async () => inFolder(async (folder, { ask }) => {
      assert.equal((await ask(BACKUP, { name })).status, 400);
      assert.equal(existsSync(join(folder, "backups")), false);
    }));
  }
});
