import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { cancellationRecord, invoiceRecord, NIF, question, send, submission, type Sold } from "../../platforms/es-verifactu/records.ts";
import { started, type Started } from "../started.ts";

const open = (t: TestContext, faults: FaultSet = { settings: { waitSeconds: 0 } }): Promise<Started> => started(t, faults, { kind: "es-verifactu" });

/** An invoice of the platform's today, stamped `secondsAgo`. */
function sold({ clock }: Started, number: string, secondsAgo = 0): Sold {
  const stamped = Temporal.Instant.fromEpochMilliseconds(clock.wall() - secondsAgo * 1000).toZonedDateTimeISO("Europe/Madrid");
  const [year, month, day] = stamped.toPlainDate().toString().split("-");
  return { number, date: `${day}-${month}-${year}`, stamped: stamped.toString({ timeZoneName: "never", fractionalSecondDigits: 0 }) };
}

await test("takes an invoice in once, and calls its repetition a duplicate of a good record", async (t) => {
  const platform = await open(t);
  const message = submission([invoiceRecord(sold(platform, "A-1")).xml]);
  const first = await send(platform.origin, message);
  const again = await send(platform.origin, message);
  assert.equal(first.submission, "Correcto");
  assert.deepEqual(first.records, [{ number: "A-1", state: "Correcto", code: null, duplicate: null }]);
  assert.equal(again.submission, "Incorrecto");
  assert.deepEqual(again.records, [{ number: "A-1", state: "Incorrecto", code: "3000", duplicate: "Correcta" }]);
  assert.deepEqual([platform.ledger.totals().issued, platform.ledger.totals().refused], [1, 1]);
});

await test("answers a batch line by line, and calls it partly correct", async (t) => {
  const platform = await open(t);
  await send(platform.origin, submission([invoiceRecord(sold(platform, "A-1")).xml]));
  const foreign = invoiceRecord({ ...sold(platform, "A-3"), issuer: "89890009X" }).xml;
  const { submission: state, records } = await send(platform.origin, submission([invoiceRecord(sold(platform, "A-1")).xml, invoiceRecord(sold(platform, "A-2")).xml, foreign]));
  assert.equal(state, "ParcialmenteCorrecto");
  assert.deepEqual(records.map(({ state: line, code }) => [line, code]), [["Incorrecto", "3000"], ["Correcto", null], ["Incorrecto", "1108"]]);
});

await test("keeps a record with a stamp of more than 240 s ago, with an error", async (t) => {
  const platform = await open(t);
  const late = await send(platform.origin, submission([invoiceRecord(sold(platform, "L-1", 241)).xml]));
  const onTime = await send(platform.origin, submission([invoiceRecord(sold(platform, "L-2", 239)).xml]));
  const wrong = await send(platform.origin, submission([invoiceRecord(sold(platform, "L-3")).xml.replace(/<sf:Huella>.{4}/, "<sf:Huella>0000")]));
  assert.deepEqual([late, onTime, wrong].map(({ records }) => [records[0]?.state, records[0]?.code]), [["AceptadoConErrores", "2004"], ["Correcto", null], ["AceptadoConErrores", "2000"]]);
  assert.equal((await send(platform.origin, submission([invoiceRecord(sold(platform, "L-1", 241)).xml]))).records[0]?.duplicate, "AceptadaConErrores");
});

await test("follows AEAT's table of what may come after what", async (t) => {
  const platform = await open(t);
  const one = sold(platform, "T-1");
  const steps: readonly (readonly [string, string, string | null])[] = [
    [cancellationRecord(one), "Incorrecto", "3002"],
    [invoiceRecord({ ...one, type: "X9" }).xml, "Incorrecto", "1106"],
    [invoiceRecord({ ...one, date: "01-01-2999" }).xml, "Incorrecto", "1112"],
    [invoiceRecord({ ...one, correction: "S" }).xml, "Incorrecto", "3002"],
    [invoiceRecord(one).xml, "Correcto", null],
    [invoiceRecord({ ...one, correction: "S", total: "122.00" }).xml, "Correcto", null],
    [cancellationRecord(one), "Correcto", null],
    [cancellationRecord(one), "Incorrecto", "3001"],
    [invoiceRecord(one).xml, "Incorrecto", "3000"],
  ];
  for (const [record, state, code] of steps) {
    const { records } = await send(platform.origin, submission([record]));
    assert.deepEqual([records[0]?.state, records[0]?.code], [state, code], record.slice(0, 400));
  }
});

await test("is asked for an invoice by month and number, and shows it when it may be seen", async (t) => {
  const platform = await open(t, { settings: { waitSeconds: 0 }, lateVisibility: { ms: 2000 } });
  const one = sold(platform, "Q/1 & co");
  await send(platform.origin, submission([invoiceRecord({ ...one, number: "Q-1" }).xml]));
  const early = await send(platform.origin, question({ ...one, number: "Q-1" }));
  platform.clock.advance(2000);
  const later = await send(platform.origin, question({ ...one, number: "Q-1" }));
  const other = await send(platform.origin, question({ ...one, number: "Q-2" }));
  assert.match(early.text, />SinDatos</);
  assert.deepEqual(later.records.map(({ number }) => number), ["Q-1"]);
  assert.match(later.text, />Correcto</);
  assert.match(other.text, />SinDatos</);
  assert.match((await send(platform.origin, question({ ...one, number: "Q-1" }, "89890009X"))).text, />SinDatos</);
});

await test("tells how long to wait, and does nothing for a sender that comes before", async (t) => {
  const platform = await open(t, {});
  const first = await send(platform.origin, submission([invoiceRecord(sold(platform, "W-1")).xml]));
  platform.clock.advance(59_000);
  const early = await send(platform.origin, submission([invoiceRecord(sold(platform, "W-2")).xml]));
  const elsewhere = await send(platform.origin, submission([invoiceRecord({ ...sold(platform, "W-2"), issuer: "89890009X" }).xml], "89890009X"));
  platform.clock.advance(1000);
  const onTime = await send(platform.origin, submission([invoiceRecord(sold(platform, "W-2")).xml]));
  assert.equal(first.wait, "60");
  assert.deepEqual([early.status, early.submission], [503, null]);
  assert.match(early.fault ?? "", /^Codigo\[4134\]/);
  assert.deepEqual([elsewhere.submission, onTime.submission], ["Correcto", "Correcto"]);
});

await test("refuses what is no message of its service with a fault that blames the client", async (t) => {
  const platform = await open(t);
  const record = invoiceRecord(sold(platform, "F-1")).xml;
  const cases: readonly (readonly [string, string])[] = [
    [submission([record]).replace("</soapenv:Envelope>", ""), "4103"],
    [submission(Array.from({ length: 1001 }, () => record)), "4113"],
    [submission([record], "123"), "4116"],
    [submission([]), "4102"],
    [submission([record.replace(/<sf:Huella>.*<\/sf:Huella>/, "")]), "4102"],
    ["<nothing/>", "4138"],
  ];
  for (const [body, code] of cases) {
    const { status, fault, text } = await send(platform.origin, body);
    assert.deepEqual([status, fault?.slice(0, 12)], [500, `Codigo[${code}]`]);
    assert.match(text, />env:Client</);
  }
  assert.equal(platform.ledger.totals().issued, 0);
});

await test("says what it does not know in its own form", async (t) => {
  const platform = await open(t, { settings: { waitSeconds: 0 }, errorAfter: { as: "504", times: 1 }, errorBefore: { times: 1 } });
  const message = submission([invoiceRecord(sold(platform, "E-1")).xml]);
  const before = await send(platform.origin, message);
  const after = await send(platform.origin, message);
  assert.deepEqual([before.status, before.fault], [503, "Codigo[4134].Servicio no activo."]);
  assert.equal(after.status, 500);
  assert.match(after.text, />env:Server<.*Codigo\[3501\]/s);
  assert.equal(platform.ledger.totals().issued, 1);
  assert.equal((await send(platform.origin, question(sold(platform, "E-1")))).records[0]?.number, "E-1", NIF);
});
