import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Insertion, NewEntry } from "../../src/journal/store.ts";
import { checkFaults } from "../../src/sandbox/fault-check.ts";
import { GENERIC_JSON } from "../../src/sandbox/kinds/generic-json/generic-json.ts";
import { termsOf } from "../../src/sandbox/routes.ts";
import type { Claim } from "./claim.ts";
import { fillJournal } from "./crash-fill.ts";
import { runCrashDrill } from "./crash-drill.ts";
import { crashConfig, MILD_FAULTS, SHORT_CRASH_PLAN, SHORT_RECOVERY_PLAN } from "./crash-plan.ts";
import type { CrashRecord, RecoveryRecord } from "./crash-record.ts";
import { crashTable, judgeCrash, judgeRecovery } from "./crash-verdict.ts";
import type { Order } from "./legacy-client.ts";

function order(orderNo: string, rest: Partial<Order> = {}): Order {
  return {
    kind: "submission", path: "/api/invoices", sentAt: 0, doneAt: 10_000, status: 200, fault: null, code: null, by: "home", madeAt: null, cacheStatus: null, age: null,
    orderNo, invoiceNo: `1${orderNo}`, said: 0, tries: 1, seen: ["submission 200"], ...rest,
  };
}

const failing = (claims: readonly Claim[]): string[] => claims.filter((claim) => !claim.holds).map((claim) => claim.name);

const lives = [...Array.from({ length: 10 }, (_, index) => ({ spawnedAt: index * 900, readyAt: index * 900 + 700, killedAt: index * 900 + 800 })), { spawnedAt: 9000, readyAt: 9700, killedAt: null }];
const SURVIVED: CrashRecord = { plan: SHORT_CRASH_PLAN, lives, orders: [order("A"), order("B")], issued: [{ orderNo: "A", invoiceNo: "1A" }, { orderNo: "B", invoiceNo: "1B" }], arrived: 2, settled: 5 };

describe("the crash drill's judgement", () => {
  const [a, b] = SURVIVED.issued;
  const untold = order("B", { status: 503, said: null, invoiceNo: null });
  const cases: readonly (readonly [string, Partial<CrashRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["allows a life that is killed while it starts", { lives: lives.map((life, index) => (index === 3 ? { ...life, readyAt: null } : life)) }, []],
    ["notices kills that were left out", { lives: lives.slice(1) }, ["kills"]],
    ["notices kills at which nothing was under way", { orders: [order("A", { doneAt: 3000 }), order("B", { sentAt: 8000 })] }, ["kills with an order under way"]],
    ["notices a duplicate", { issued: [a, b, { orderNo: "A", invoiceNo: "2" }] as CrashRecord["issued"] }, ["invoices beyond the first of their order"]],
    ["notices a lost order", { issued: [a] as CrashRecord["issued"] }, ["told ok, and not in the ledger under that number"]],
    ["notices an order that was issued and never told", { orders: [order("A"), untold] }, ["never told ok, and in the ledger all the same", "never told ok"]],
    ["notices an order that never came through", { orders: [order("A"), untold], issued: [a] as CrashRecord["issued"] }, ["never told ok"]],
    ["notices an invoice that nobody asked for", { issued: [a, b, { orderNo: "Z", invoiceNo: "3" }] as CrashRecord["issued"] }, ["issued, and never submitted"]],
    ["notices one slow start", { lives: lives.map((life, index) => (index === 3 ? { ...life, readyAt: life.spawnedAt + 2001 } : life)) }, ["ready after its spawning, slowest"]],
    ["notices that no life became ready", { lives: lives.map((life) => ({ ...life, readyAt: null })) }, ["ready after its spawning, slowest"]],
    ["notices work that never ends", { settled: null }, ["settled after the load"]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeCrash({ ...SURVIVED, ...change })), expected));
});

const RESTARTS: RecoveryRecord["restarts"] = [{ readyAfter: 900, open: 100_000, firstOrder: 80 }, { readyAfter: 1100, open: 99_900, firstOrder: 90 }];

describe("the recovery drill's judgement", () => {
  const [first, second] = RESTARTS as [RecoveryRecord["restarts"][number], RecoveryRecord["restarts"][number]];
  const cases: readonly (readonly [string, RecoveryRecord["restarts"], readonly string[]])[] = [
    ["holds where all went well", RESTARTS, []],
    ["notices a restart that was left out", [first], ["restarts"]],
    ["notices a slow start", [first, { ...second, readyAfter: 2001 }], ["ready after its spawning, slowest"]],
    ["notices a journal that was not full", [first, { ...second, open: 10 }], ["open entries when it is ready, fewest"]],
    ["notices a number that is not told", [first, { ...second, open: Number.NaN }], ["open entries when it is ready, fewest"]],
    ["notices a new order that does not come through", [first, { ...second, firstOrder: null }], ["new orders right after that not told ok"]],
  ];
  for (const [name, restarts, expected] of cases) test(name, () => assert.deepEqual(failing(judgeRecovery({ plan: SHORT_RECOVERY_PLAN, restarts })), expected));
});

describe("filling a journal", () => {
  test("writes as many entries as asked, each under an identity of its own", async () => {
    const written: NewEntry[] = [];
    const insert = (entry: NewEntry): Promise<Insertion> => Promise.resolve({ kind: "inserted", entry: (written.push(entry), entry) as never });
    await fillJournal({ insert }, 2500);
    assert.deepEqual([written.length, new Set(written.map(({ id }) => id)).size, written.every(({ state }) => state.kind === "sending")], [2500, 2500, true]);
  });

  test("fails where an entry is there already", async () => {
    await assert.rejects(fillJournal({ insert: () => Promise.resolve({ kind: "known", entries: [] }) }, 1), /^Error: filling the journal: an entry was there already/);
  });
});

test("the platform takes the mild faults, and the configuration listens where it is told", () => {
  assert.deepEqual(checkFaults(MILD_FAULTS, termsOf(GENERIC_JSON)), { ok: true, faults: MILD_FAULTS });
  const text = crashConfig("http://127.0.0.1:9", { plain: 1, admin: 2, health: 3 });
  for (const place of ['bind: "127.0.0.1:1" }]', 'admin: { bind: "127.0.0.1:2" }', 'health: { bind: "127.0.0.1:3" }']) assert.ok(text.includes(place), place);
});

test("a Taxgate that is killed again and again under load issues each order once, and tells all of them", async () => {
  const record = await runCrashDrill({ ...SHORT_CRASH_PLAN, kills: 4, life: [20, 300] }, () => undefined);
  // How fast it starts is the drill's to judge: tests share their cores.
  assert.deepEqual(failing(judgeCrash(record)).filter((name) => !name.startsWith("ready")), [], crashTable(record));
});
