import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { EntriesView, EntryView, JournalStatsView, ReconcileView } from "../../src/admin/journal-views.ts";
import { realWorld } from "../../src/cli/world.ts";
import { orderOf, SELLER } from "../exactly-once/caller.ts";
import { configuration } from "../exactly-once/configuration.ts";
import { eventually, issuedOnce, logged, openScene, type Scene } from "../exactly-once/scene.ts";
import { run, type Said } from "./console.ts";

/** The platform is asked once it may show what it issued; what it does not know then, a person decides. */
const RESOLVE = '[{ query: { method: GET, path: "/api/invoices?orderNo={key}&sellerTaxNo={scope}" }, found: { status: 200 }, absent: { status: 404 }, absentMeans: held, notFoundValidAfter: 0ms, every: 50ms, for: 5s }, hold]';

/** The command line that talks to a scene's Taxgate, with the machine's own token or another one. */
function commands({ taxgate, folder }: Scene) {
  const place = (): string[] => ["--admin", `http://127.0.0.1:${taxgate().port("admin")}`];
  const journal = (words: readonly string[]): Promise<Said> => run(["journal", ...words, ...place(), "--token-file", join(folder, "state", "admin.token")], realWorld);
  const jsonOf = async <View>(...words: readonly string[]): Promise<View> => JSON.parse((await journal([...words, "--json"])).out) as View;
  return {
    journal: (...words: readonly string[]) => journal(words),
    stranger: (...words: readonly string[]) => run(["journal", ...words, ...place()], realWorld, { env: { TAXGATE_TOKEN: `tg_local_${"0".repeat(40)}` } }),
    nobody: (...words: readonly string[]) => run(["journal", ...words, ...place()], realWorld),
    jsonOf,
    async entryOf(orderNo: string): Promise<EntryView> {
      const { entries } = await jsonOf<EntriesView>("list", "--key", orderNo);
      return entries.at(-1) ?? assert.fail(`listing ${orderNo}: nothing`);
    },
  };
}

/** Submits an order whose answer is lost, and that the platform does not show; waits until a person has to decide. */
async function makeHeld(scene: Scene, orderNo: string, entryOf: (orderNo: string) => Promise<EntryView>): Promise<EntryView> {
  await scene.sandbox.faults.set({ resetAfterProcessing: { on: ["issue"], times: 1 }, lateVisibility: { ms: 3_600_000 } });
  await scene.submit(orderOf(orderNo), { patience: 300 });
  await eventually(`${orderNo} is held`, async () => (await entryOf(orderNo)).state === "held");
  return entryOf(orderNo);
}

test("a person lists, shows, decides, compares, saves and puts back what the journal knows", { timeout: 60_000 }, async (t) => {
  const scene = await openScene({ yaml: (origin) => configuration(origin, { submission: { resolve: RESOLVE } }) });
  t.after(() => scene.end());
  const { journal, stranger, nobody, jsonOf, entryOf } = commands(scene);
  const numberOf = (orderNo: string): string => scene.sandbox.ledger.ofOrder(orderNo)[0]?.invoiceNo ?? assert.fail(`no invoice for ${orderNo}`);

  await t.test("an issued one is listed, shown and counted", async () => {
    issuedOnce(scene, "A", await scene.submit(orderOf("A")));
    const entry = await entryOf("A");
    assert.deepEqual([entry.state, entry.how, entry.reference, entry.scope, entry.attempts], ["accepted", "answered", numberOf("A"), [SELLER], 1]);
    const lines = (await journal("list")).out.split("\n");
    assert.match(lines[0] ?? "", /^id {32}revision {2}state {5}age/);
    assert.ok(lines[1]?.startsWith(`${entry.id}  1         accepted  `), lines[1] ?? "");
    assert.equal(lines[2], "1 entry");
    const { code, out } = await journal("show", entry.id);
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^entry ${entry.id}: number A of ${SELLER}\n[^]*answer for replays: status 200\n[^]*"invoiceNo":"${numberOf("A")}"`));
    assert.equal((await jsonOf<JournalStatsView>("stats")).states.accepted, 1);
  });

  await t.test("nobody reads it without a token, not even on this machine", async () => {
    for (const words of [["list"], ["show", "0".repeat(32)], ["stats"], ["export"]]) {
      assert.deepEqual([(await nobody(...words)).code, (await stranger(...words)).code], [4, 4], words.join(" "));
    }
  });

  await t.test("a held one that was issued is found by comparing, accepted by hand, and its caller is told the number", async () => {
    const entry = await makeHeld(scene, "B", entryOf);
    assert.match((await journal("list", "--state", "held")).out, /held {2,}.*the platform does not know it; a person decides/);
    assert.deepEqual([(await journal("list", "--state", "held", "--older-than", "1h")).out], ["0 entries\n"]);
    await scene.sandbox.faults.clear();
    const compared = await journal("reconcile", "--from", "1h");
    assert.equal(compared.code, 1);
    assert.match(compared.out, new RegExp(`^only-there {2}${entry.id} .* B {2}the platform has it, and here it is 'held', number ${numberOf("B")}\n2 entries compared: 1 the same, 1 not; 0 passed over`));
    const refused = await journal("resolve", entry.id, "--to", "accepted", "--reason", "no");
    assert.deepEqual(refused, { code: 2, out: "", err: "the reason has 2 characters: want one line of 3 to 500\n" });
    const done = await journal("resolve", entry.id, "--to", "accepted", "--reference", numberOf("B"), "--reason", "seen in the web page");
    assert.deepEqual(done, { code: 0, err: "", out: `number B, revision 1: accepted, number ${numberOf("B")}, by-hand, seen in the web page\n` });
    const told = await scene.submit(orderOf("B"));
    assert.deepEqual([told.status, told.error], [409, "already-issued"]);
    assert.ok(told.body.toString().includes(numberOf("B")));
    await eventually("the decision is logged", () => logged(scene.taxgate(), "submission decided by hand").length === 1);
    assert.match(logged(scene.taxgate(), "submission decided by hand")[0] ?? "", /"by":"local from 127\.0\.0\.1".*"reason":"seen in the web page"/);
  });

  await t.test("an answer that is given is replayed", async () => {
    const entry = await makeHeld(scene, "C", entryOf);
    const file = join(scene.folder, "answer.json");
    writeFileSync(file, JSON.stringify({ code: 0, invoiceNo: numberOf("C") }));
    assert.equal((await journal("resolve", entry.id, "--to", "accepted", "--reference", numberOf("C"), "--reason", "by phone", "--answer-file", file)).code, 0);
    const told = await scene.submit(orderOf("C"));
    assert.deepEqual([told.submission, told.headers["content-type"]], ["replayed", "application/json"]);
    issuedOnce(scene, "C", told);
  });

  await t.test("one that was never issued is released, and the next try issues it", async () => {
    await scene.sandbox.faults.set({ html: { status: 502, on: ["issue"], times: 1 } });
    await scene.submit(orderOf("D"), { patience: 300 });
    await eventually("D is held", async () => (await entryOf("D")).state === "held");
    const { id } = await entryOf("D");
    assert.equal((await scene.submit(orderOf("D"))).error, "held");
    assert.deepEqual(await journal("release", id, "--reason", "the desk has no such invoice"), { code: 0, err: "", out: "number D, revision 1: released, the desk has no such invoice\n" });
    issuedOnce(scene, "D", await scene.submit(orderOf("D")));
    assert.deepEqual([(await entryOf("D")).revision, (await entryOf("D")).state], [2, "accepted"]);
    const again = await journal("release", id, "--reason", "once more");
    assert.equal(again.code, 2);
    assert.match(again.err, /^it is accepted, and that stays/);
  });

  await t.test("then both sides are the same, and everything that is stored is whole", async () => {
    await scene.sandbox.faults.clear();
    assert.deepEqual(await journal("reconcile", "--from", "1h"), { code: 0, err: "", out: "4 entries compared: 4 the same, 0 not; 1 passed over (queued, being sent, or followed by a newer revision)\n" });
    assert.deepEqual((await jsonOf<ReconcileView>("reconcile", "--from", "1h", "--region", "nowhere")).asked, 0);
    assert.deepEqual(await journal("verify"), { code: 0, err: "", out: "5 entries checked: no faults\n" });
    const exported = (await journal("export")).out.trim().split("\n").map((line) => JSON.parse(line) as EntryView);
    assert.deepEqual(exported.map(({ key, revision, state }) => `${key[0] ?? ""}${revision} ${state}`), ["A1 accepted", "B1 accepted", "C1 accepted", "D1 released", "D2 accepted"]);
    assert.equal((await journal("export", "--to", "1h")).out, "");
  });

  await t.test("a backup is put back into a stopped Taxgate alone, and what it cannot know is asked about before it is sent", async () => {
    const saved = await jsonOf<{ readonly file: string; readonly bytes: number }>("backup", "--name", "first.sqlite");
    assert.deepEqual([saved.file, saved.bytes > 4096], [join(scene.folder, "state", "backups", "first.sqlite"), true]);
    assert.equal((await journal("backup", "--name", "first.sqlite")).code, 2);
    issuedOnce(scene, "E", await scene.submit(orderOf("E")));
    const restore = (): Promise<Said> => run(["journal", "restore", saved.file, scene.taxgate().file], realWorld);
    const running = await restore();
    assert.equal(running.code, 2);
    assert.match(running.err, /^taxgate: locking state directory '[^']+': in use by process \d+ on .*; stop that Taxgate first\n$/);
    await scene.stop();
    const restored = await restore();
    assert.deepEqual([restored.code, restored.err], [0, ""]);
    const [aside = ""] = readdirSync(join(scene.folder, "state")).filter((name) => name.startsWith("journal-before-"));
    assert.ok(existsSync(join(scene.folder, "state", aside, "journal.sqlite")));
    await scene.start();
    await eventually("the old journal is noticed", () => logged(scene.taxgate(), "journal was put back").length === 1);
    assert.deepEqual((await jsonOf<EntriesView>("list", "--key", "E")).entries, []);
    const told = await scene.submit(orderOf("E"));
    assert.notEqual(told.submission, "fresh");
    issuedOnce(scene, "E", told);
    assert.equal((await entryOf("E")).state, "accepted");
  });
});
