import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { type Started, started } from "../started.ts";

const SELLER = "91110000600007156X";
const HOUR = 3_600_000;

interface Said {
  readonly code: string;
  readonly msg: string;
  readonly access_token?: string;
  readonly datagram?: { readonly fpxx?: Readonly<Record<string, string>> };
}

interface Intermediary {
  readonly sandbox: Started;
  readonly token: () => Promise<Said>;
  readonly issue: (serial: string, jshj?: unknown) => Promise<Said>;
  readonly apply: (serial: string) => Promise<Said>;
  readonly fetched: (serial: string) => Promise<Said>;
}

async function intermediary(t: TestContext, faults: FaultSet = {}): Promise<Intermediary> {
  const sandbox = await started(t, {}, { kind: "cn-intermediary" });
  const call = async (name: string, body: object, held = ""): Promise<Said> => {
    const answer = await fetch(`${sandbox.origin}/hx/api/fp/${name}`, { method: "POST", body: JSON.stringify(body), headers: { nsrsbh: SELLER, access_token: held } });
    assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
    return (await answer.json()) as Said;
  };
  const token = (): Promise<Said> => call("accessToken", { nsrsbh: SELLER });
  const { access_token: held = "" } = await token();
  await sandbox.faults.set(faults);
  const query = (serial: string): object => ({ nsrsbh: SELLER, ptsbm: "TEST", fpqqlsh: serial, cxfw: "1" });
  return {
    sandbox, token,
    issue: (serial, jshj = "113.00") => call("h5.js.blueInvoiceIssu.gm", { fpkjxx_fptxx: { fpqqlsh: serial, xhf_nsrsbh: SELLER, jshj } }, held),
    apply: (serial) => call("h5.js.invoiceIssuRes.apply", query(serial), held),
    fetched: (serial) => call("h5.js.invoiceApplyRes.query", query(serial), held),
  };
}

test("an order is issued once, and its serial number is used up", async (t) => {
  const { issue, sandbox } = await intermediary(t);
  const first = await issue("A1");
  const number = sandbox.ledger.ofOrder("A1")[0]?.invoiceNo;
  assert.deepEqual([first.code, first.datagram?.fpxx?.fphm, first.datagram?.fpxx?.jshj], ["0000", number, "113.00"]);
  assert.deepEqual([(await issue("A1")).code, (await issue("A1", 7)).code, (await issue("A2", 7)).code], ["6655", "6655", "0000"]);
  const { issued, duplicates, refused } = sandbox.ledger.totals();
  assert.deepEqual([issued, duplicates, refused, sandbox.ledger.refusalsOf("A1")], [2, 0, 2, 2]);
});

test("an order under way is fetched in two steps, and its repetition says that it exists", async (t) => {
  const { issue, apply, fetched, sandbox } = await intermediary(t, { settings: { processingMs: 5000, lookUpMs: 1000 } });
  const codes = async (): Promise<unknown> => (await fetched("A1")).code;
  assert.deepEqual((await issue("A1")).datagram, { fpqqlsh: "A1" });
  assert.deepEqual([(await issue("A1")).code, await codes(), (await apply("A1")).code, await codes()], ["6783", "6902", "0000", "6901"]);
  sandbox.clock.advance(1000);
  assert.equal(await codes(), "6901");
  sandbox.clock.advance(4000);
  const { code, datagram } = await fetched("A1");
  assert.deepEqual([code, datagram?.fpxx?.fphm], ["0000", sandbox.ledger.ofOrder("A1")[0]?.invoiceNo]);
  await apply("A1");
  assert.equal(await codes(), "6901");
  assert.equal((await issue("A1")).code, "6655");
});

test("what is not found is given up after twelve hours, not before, and the serial number is lost", async (t) => {
  const { issue, apply, fetched, sandbox, token } = await intermediary(t, { settings: { loses: true } });
  await issue("LOST");
  sandbox.clock.advance(HOUR);
  await apply("LOST");
  await apply("NEVER");
  const codes = async (): Promise<unknown> => [(await fetched("LOST")).code, (await fetched("NEVER")).code];
  sandbox.clock.advance(11 * HOUR - 1);
  assert.deepEqual(await codes(), ["6901", "6901"]);
  sandbox.clock.advance(1);
  assert.deepEqual(await codes(), ["6904", "6901"]);
  sandbox.clock.advance(HOUR);
  assert.deepEqual(await codes(), ["6904", "6904"]);
  await sandbox.faults.clear();
  assert.deepEqual([(await issue("LOST")).code, (await issue("NEVER")).code, (await issue("NEW1")).code], ["6655", "6655", "0000"]);
  assert.equal((await token()).code, "1000");
  assert.deepEqual(sandbox.ledger.totals().issued, 1);
});

test("late visibility hides an issued invoice from the query", async (t) => {
  const { issue, apply, fetched, sandbox } = await intermediary(t, { lateVisibility: { ms: 60_000 } });
  await issue("A1");
  await apply("A1");
  sandbox.clock.advance(59_999);
  assert.equal((await fetched("A1")).code, "6901");
  sandbox.clock.advance(1);
  assert.equal((await fetched("A1")).code, "0000");
});

const UNDONE: readonly (readonly [faults: FaultSet, code: string, issued: number])[] = [
  [{ settings: { issueCode: "1101" } }, "1101", 0],
  [{ settings: { issueCode: "1102" } }, "1102", 0],
  [{ settings: { issueCode: "1108" } }, "1108", 0],
  [{ settings: { issueCode: "1108", issueTaken: true } }, "1108", 1],
  [{ settings: { issueCode: "6509" } }, "6509", 0],
  [{ unauthorized: {} }, "1101", 0],
  [{ errorBefore: {} }, "2116", 0],
  [{ errorAfter: { as: "504" } }, "9999", 1],
];

for (const [faults, code, issued] of UNDONE) {
  test(`under ${JSON.stringify(faults)} an order is answered with ${code} and ${issued} are issued`, async (t) => {
    const { issue, sandbox } = await intermediary(t, faults);
    assert.deepEqual([(await issue("A1")).code, sandbox.ledger.totals().issued], [code, issued]);
    await sandbox.faults.clear();
    assert.equal((await issue("A1")).code, issued === 0 ? "0000" : "6655");
  });
}

const REFUSED: readonly (readonly [serial: string, jshj: unknown, code: string])[] = [
  ["A_1", "1.00", "1002"], ["A-1", "1.00", "1002"], ["", "1.00", "1002"], ["A".repeat(51), "1.00", "1002"],
  ["A1", "one", "1002"], ["A1", "-1.00", "6509"], ["A1", 0, "6509"],
];

for (const [serial, jshj, code] of REFUSED) {
  test(`an order "${serial.slice(0, 5)}" of ${JSON.stringify(jshj)} is refused with ${code} and may be corrected`, async (t) => {
    const { issue, sandbox } = await intermediary(t);
    assert.deepEqual([(await issue(serial, jshj)).code, sandbox.ledger.totals().issued], [code, 0]);
    assert.equal((await issue("A1")).code, "0000");
  });
}

test("tokens are good for a day, and there are fifty in thirty days", async (t) => {
  const { issue, token, sandbox } = await intermediary(t);
  const seen = new Set<unknown>();
  for (let i = 0; i < 49; i += 1) seen.add((await token()).access_token);
  assert.equal(seen.size, 49);
  assert.equal((await token()).code, "9999");
  sandbox.clock.advance(24 * HOUR - 1);
  assert.equal((await issue("A1")).code, "0000");
  sandbox.clock.advance(1);
  assert.equal((await issue("A2")).code, "1101");
  sandbox.clock.advance(29 * 24 * HOUR);
  assert.equal((await token()).code, "1000");
  const [{ exceeded, windows } = { exceeded: 0, windows: [] }] = sandbox.limits();
  assert.deepEqual([exceeded, windows[0]?.highest], [1, 51]);
});

test("a platform that recognises nothing issues twice", async (t) => {
  const { issue, sandbox } = await intermediary(t, { settings: { recognises: false } });
  assert.deepEqual([(await issue("A1")).code, (await issue("A1")).code, sandbox.ledger.totals().duplicates], ["0000", "0000", 1]);
});

test("an unknown interface is refused with 1001", async (t) => {
  const { sandbox } = await intermediary(t);
  const answer = await fetch(`${sandbox.origin}/hx/api/fp/h5.js.nothing`, { method: "POST", body: "{}" });
  assert.deepEqual([answer.status, ((await answer.json()) as Said).code], [404, "1001"]);
});
