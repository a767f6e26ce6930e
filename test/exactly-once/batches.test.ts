import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";
import { jsonRoute, SOAP, WHOLE_FORM } from "./batch-routes.ts";
import { startBatchPlatform, type BatchPlatform } from "./batch-platform.ts";
import { submit, type Manners, type Told } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { eventually } from "./scene.ts";

type Document = readonly [number: string, hash?: string];

function batchOf(...documents: readonly Document[]): string {
  return `{ "sent": "now", "documents": [ ${documents.map(([codeNumber, hash = "h"]) => `{"codeNumber":"${codeNumber}", "hash":"${hash}", "total":1.10}`).join(" ,\n ")} ], "end": 1 }`;
}

/** The outcome of each document as a caller reads it. */
function readOf({ body }: Told): readonly string[] {
  const { acceptedDocuments, rejectedDocuments } = JSON.parse(body.toString()) as { acceptedDocuments: { uuid: string; invoiceCodeNumber: string }[]; rejectedDocuments: { invoiceCodeNumber: string }[] };
  return [...acceptedDocuments.map(({ uuid, invoiceCodeNumber }) => `${invoiceCodeNumber}=${uuid}`), ...rejectedDocuments.map(({ invoiceCodeNumber }) => `${invoiceCodeNumber}=no`)];
}

describe("batches", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-batches-"));
  let platform: BatchPlatform;
  let taxgate: TaxgateProcess;
  let yaml = "";
  before(async () => {
    platform = await startBatchPlatform();
    yaml = configuration(platform.origin, { routes: [jsonRoute("documents", "perItem"), jsonRoute("whole", "whole", WHOLE_FORM), SOAP].join("\n") });
    taxgate = await startTaxgate(yaml, { folder });
  });
  after(async () => {
    await taxgate.stop();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const send = (body: string, manners: Manners = {}): Promise<Told> => submit(taxgate.port("plain"), body, { path: "/documents", ...manners, headers: { "x-taxpayer": "C1", ...manners.headers } });
  const idOf = (told: Told, number: string): string => readOf(told).find((one) => one.startsWith(`${number}=`)) ?? `no ${number}`;
  const once = (...numbers: readonly string[]): void => deepEqual(numbers.map((number) => platform.issued.get(number) ?? 0), numbers.map(() => 1));

  test("row 15: of a batch of which some are accepted and one is rejected each outcome is kept: the same batch is replayed byte for byte", async () => {
    const told = await send(batchOf(["A1"], ["BAD1"], ["A2"]));
    const batches = platform.batches.length;
    deepEqual([told.status, told.submission, readOf(told).map((one) => one.split("=")[0])], [202, "fresh", ["A1", "A2", "BAD1"]]);
    const again = await send(batchOf(["A1"], ["BAD1"], ["A2"]));
    deepEqual([again.submission, again.body.toString()], ["replayed", told.body.toString()]);
    const turned = await send(batchOf(["A2"], ["A1"], ["BAD1"]));
    deepEqual([turned.submission, turned.body.toString(), platform.batches.length], ["replayed", told.body.toString(), batches]);
    once("A1", "A2");
  });

  test("row 15: of a second batch with known and new items the new ones alone are sent, as they are written, and the answer is composed", async () => {
    const first = await send(batchOf(["M1"], ["BAD-M"], ["M2"]));
    const told = await send(batchOf(["M3"], ["M1"], ["BAD-M"], ["M4"]));
    deepEqual(platform.batches.at(-1), ["M3", "M4"]);
    equal(platform.bodies.at(-1)?.toString(), batchOf(["M3"], ["M4"]).replace(" ,\n ", ",").replace("[ ", "[").replace(" ]", "]"));
    deepEqual([told.status, told.submission, readOf(told).map((one) => one.split("=")[0])], [202, "composed", ["M3", "M1", "M4", "BAD-M"]]);
    deepEqual([idOf(told, "M1"), told.headers["content-type"]], [idOf(first, "M1"), "application/json"]);
    match(told.body.toString(), new RegExp(`^{ "submissionUid": "S${platform.batches.length}", "acceptedDocuments": \\[`));
    const again = await send(batchOf(["M3"], ["M1"], ["BAD-M"], ["M4"]));
    deepEqual([again.submission, again.body.toString(), platform.batches.at(-1)], ["composed", told.body.toString(), ["M3", "M4"]]);
    const part = await send(batchOf(["M4"], ["M2"]));
    deepEqual([part.submission, readOf(part)], ["composed", [idOf(told, "M4"), idOf(first, "M2")]]);
    once("M1", "M2", "M3", "M4");
  });

  test("row 15: a corrected item in the same batch is sent alone, and the uncorrected one still gets the old no", async () => {
    const first = await send(batchOf(["C1"], ["BAD-C", "old"]));
    const corrected = await send(batchOf(["C1"], ["BAD-C", "new"]));
    deepEqual([platform.batches.at(-1), corrected.submission, idOf(corrected, "C1"), idOf(corrected, "BAD-C")], [["BAD-C"], "composed", idOf(first, "C1"), "BAD-C=no"]);
    const batches = platform.batches.length;
    const old = await send(batchOf(["C1"], ["BAD-C", "old"]));
    deepEqual([old.body.toString(), platform.batches.length], [first.body.toString(), batches]);
    once("C1");
  });

  test("row 15: an item of another content, in another batch or twice in one, is a conflict; twice the same is unclear; nothing is sent", async () => {
    await send(batchOf(["X1"], ["X2"]));
    const batches = platform.batches.length;
    const other = await send(batchOf(["X3"], ["X2", "other"]));
    deepEqual([other.status, other.submission, other.error], [409, "conflict", "conflict"]);
    match(other.body.toString(), /number 'X2'/);
    const twice = await send(batchOf(["X4"], ["X4", "other"]));
    deepEqual([twice.status, twice.error], [409, "conflict"]);
    const same = await send(batchOf(["X4"], ["X4"]));
    deepEqual([same.status, same.error], [422, "key-unclear"]);
    const large = await send(batchOf(["X4"], ["X5"], ["X6"], ["X7"], ["X8"], ["X9"]));
    deepEqual([large.status, large.error, (await send(batchOf())).error], [422, "key-unclear", "key-missing"]);
    deepEqual([platform.batches.length, await send(batchOf(["X2"]), { headers: { "x-taxpayer": "C2" } }).then(({ submission }) => submission)], [batches, "fresh"]);
  });

  test("row 15: on a route that sends batches whole a mixed one is refused with what is known, and an identical one replayed", async () => {
    const path = "/whole";
    const told = await send(batchOf(["W1"], ["BAD-W"]), { path });
    const batches = platform.batches.length;
    const mixed = await send(batchOf(["W1"], ["W2"], ["BAD-W"]), { path });
    deepEqual([mixed.status, mixed.submission, mixed.error], [422, "conflict", "batch-mixed"]);
    deepEqual(JSON.parse(mixed.body.toString()), { known: [{ no: "W1", as: "accepted", id: idOf(told, "W1").slice(3) }, { no: "BAD-W", as: "rejected", id: "" }] });
    deepEqual([(await send(batchOf(["BAD-W"], ["W1"]), { path })).body.toString(), platform.batches.length], [told.body.toString(), batches]);
    // A corrected item frees its number, and the batch that holds it goes as a whole where nothing else in it is known.
    deepEqual([(await send(batchOf(["BAD-W", "new"], ["W3"]), { path })).submission, platform.issued.get("W3")], ["fresh", 1]);
    once("W1");
  });

  test("row 15: a caller of a batch with items that are under way waits for them, and gets one answer", async () => {
    platform.strike({ answer: "late" });
    const first = send(batchOf(["P1"], ["P2"]));
    await eventually("the first batch is there", () => platform.issued.has("P2"));
    const second = send(batchOf(["P2"], ["P3"]));
    await eventually("the new item is sent", () => platform.issued.has("P3"));
    const impatient = await send(batchOf(["P2"], ["P3"]), { patience: 300 });
    equal(impatient.status, 0);
    platform.release();
    const [one, two] = await Promise.all([first, second]);
    deepEqual([one.submission, two.submission, idOf(two, "P2")], ["fresh", "composed", idOf(one, "P2")]);
    once("P1", "P2", "P3");
  });

  test("row 15: of batches that share items and come at once every item is issued once, and each caller is told of all of its items", async () => {
    const told = await Promise.all([["R1", "R2", "R3"], ["R2", "R3", "R4"], ["R3", "R4", "R5"], ["R1", "R5"], ["R5", "R4", "R3", "R2", "R1"]].map((numbers) => send(batchOf(...numbers.map((number): Document => [number])))));
    once("R1", "R2", "R3", "R4", "R5");
    const numbers = new Set(told.flatMap((one) => readOf(one)));
    deepEqual([told.map(({ status }) => status), numbers.size, told.map((one) => readOf(one).length)], [[202, 202, 202, 202, 202], 5, [3, 3, 3, 2, 5]]);
  });

  test("row 15: a batch whose answer is lost is asked about item by item: all there confirm it", async () => {
    platform.strike({ answer: "reset" });
    const told = await send(batchOf(["Q1"], ["Q2"]));
    deepEqual([told.status, told.submission, readOf(told).map((one) => one.split("=")[0])], [202, "confirmed", ["Q1", "Q2"]]);
    deepEqual(platform.asked.slice(-2).toSorted(), ["Q1", "Q2"]);
    equal((await send(batchOf(["Q2"], ["Q1"]))).body.toString(), told.body.toString());
    const mixed = await send(batchOf(["Q2"], ["Q3"]));
    deepEqual([mixed.submission, idOf(mixed, "Q2")], ["composed", idOf(told, "Q2")]);
    once("Q1", "Q2", "Q3");
  });

  test("row 15: a batch of which nothing arrived is sent again whole once its absence has lasted", async () => {
    platform.strike({ answer: "reset", reads: 0 });
    const told = await send(batchOf(["N1"], ["N2"]));
    deepEqual([told.status, readOf(told).length, platform.batches.slice(-2)], [202, 2, [["N1", "N2"], ["N1", "N2"]]]);
    once("N1", "N2");
  });

  test("row 15: of a batch that was read in part the caller is asked to come back, and the rest alone is sent then", async () => {
    platform.strike({ answer: "reset", reads: 2 });
    const told = await send(batchOf(["H1"], ["H2"], ["H3"]));
    deepEqual([told.status, told.submission, told.error], [503, "in-doubt", "try-later"]);
    const again = await send(batchOf(["H1"], ["H2"], ["H3"]));
    deepEqual([again.status, again.submission, readOf(again).map((one) => one.split("=")[0]), platform.batches.at(-1)], [202, "composed", ["H1", "H2", "H3"], ["H3"]]);
    once("H1", "H2", "H3");
  });

  test("row 15: of a whole batch that was read in part a person decides, and nothing is sent again", async () => {
    platform.strike({ answer: "reset", reads: 1 });
    const told = await send(batchOf(["HW1"], ["HW2"]), { path: "/whole" });
    deepEqual([told.status, told.submission], [503, "held"]);
    const mixed = await send(batchOf(["HW2"], ["HW3"]), { path: "/whole" });
    deepEqual([mixed.error, platform.issued.has("HW3")], ["batch-mixed", false]);
    once("HW1");
  });

  test("row 15: an answer that says nothing about an item leaves it in doubt; once it is asked about the batch is confirmed", async () => {
    platform.strike({ silentAbout: "S2" });
    const told = await send(batchOf(["S1"], ["S2"], ["BAD-S"]));
    deepEqual([told.status, told.submission, readOf(told).map((one) => one.split("=")[0]), platform.asked.at(-1)], [202, "confirmed", ["S1", "S2", "BAD-S"], "S2"]);
    ok(!platform.asked.includes("S1"), "what the answer told is asked about");
    once("S1", "S2");
  });

  test("row 15: an item that was not executed is sent with the next try, the others are not", async () => {
    platform.strike({ busyFor: ["B2"] });
    const told = await send(batchOf(["B1"], ["B2"]));
    deepEqual(readOf(told).map((one) => one.split("=")[0]), ["B1", "B2"]);
    const again = await send(batchOf(["B1"], ["B2"]));
    deepEqual([again.submission, platform.batches.at(-1), idOf(again, "B1")], ["composed", ["B2"], idOf(told, "B1")]);
    once("B1", "B2");
  });

  test("row 15: a batch that was not executed gives its items free to another one, and is not sent as it was any more", async () => {
    for (let times = 0; times < 4; times++) platform.strike({ answer: "unavailable" });
    const told = await send(batchOf(["U1"], ["U2"]));
    equal(told.status, 503);
    const other = await send(batchOf(["U2"], ["U3"]));
    deepEqual([other.status, other.submission, platform.batches.at(-1)], [202, "fresh", ["U2", "U3"]]);
    const again = await send(batchOf(["U1"], ["U2"]));
    deepEqual([again.submission, platform.batches.at(-1), idOf(again, "U2")], ["composed", ["U1"], idOf(other, "U2")]);
    once("U1", "U2", "U3");
  });

  test("row 15: where the platform refuses the new items as a whole, no caller is told a no of those that were issued; they may come in another batch", async () => {
    const first = await send(batchOf(["L1"]));
    platform.strike({ answer: "refused" });
    const told = await send(batchOf(["L1"], ["L2"]));
    deepEqual([told.status, told.error, told.submission], [409, "batch-mixed", "conflict"]);
    match(told.body.toString(), new RegExp(`1 of 2 items were sent before: 'L1' \\(accepted, number ${idOf(first, "L1").slice(3)}\\)`));
    const other = await send(batchOf(["L2"], ["L3"], ["L1"]));
    deepEqual([other.status, readOf(other).length, platform.batches.at(-1)], [202, 3, ["L2", "L3"]]);
    once("L1", "L2", "L3");
  });

  test("row 15: a batch that is held is found by any of its numbers, shown with what is known of each item, and holds a caller of one of them, while new items are issued", async () => {
    platform.strike({ answer: "reset", reads: 1 });
    equal((await send(batchOf(["G1"], ["G2"]), { path: "/whole" })).submission, "held");
    const admin = async (path: string, body?: object): Promise<{ readonly entries: { readonly id: string }[]; readonly revisions: { readonly items: { readonly key: readonly string[]; readonly outcome: string; readonly reference: string | null }[]; readonly itemCount: number }[] }> =>
      (await (await fetch(`http://127.0.0.1:${taxgate.port("admin")}/api/v1/journal/${path}`, { method: body === undefined ? "GET" : "POST", headers: { authorization: `Bearer ${taxgate.token()}`, "content-type": "application/json" }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })).json()) as never;
    const { entries } = await admin("entries?key=G2");
    const id = entries[0]?.id ?? "";
    const { revisions } = await admin(`entry?id=${id}`);
    deepEqual(revisions[0]?.items.map(({ key, outcome, reference }) => [key[0], outcome, reference === null]), [["G1", "accepted", false], ["G2", "held", true]]);
    const mixed = await send(batchOf(["G2"], ["G3"]));
    deepEqual([mixed.submission, platform.issued.has("G3")], ["held", true]);
    once("G1", "G3");
  });

  test("row 15: after a kill in the middle a batch that overlaps waits for the one of the earlier life, and nothing is issued twice", async () => {
    platform.strike({ answer: "late" });
    const lost = send(batchOf(["K1"], ["K2"]));
    await eventually("the batch is there", () => platform.issued.has("K2"));
    taxgate.signal("SIGKILL");
    await taxgate.ended;
    equal((await lost).status, 0);
    taxgate = await startTaxgate(yaml, { folder });
    platform.release();
    const told = await send(batchOf(["K2"], ["K3"]));
    deepEqual([told.status, told.submission, readOf(told).map((one) => one.split("=")[0])], [202, "composed", ["K2", "K3"]]);
    const again = await send(batchOf(["K1"], ["K2"]));
    deepEqual([again.submission, idOf(again, "K2")], ["replayed", idOf(told, "K2")]);
    once("K1", "K2", "K3");
  });

  test("row 15: another caller's batch with a known item is refused, and told nothing of it", async () => {
    await send(batchOf(["Y1"]), { headers: { authorization: "Bearer one" } });
    const told = await send(batchOf(["Y1"], ["Y2"]), { headers: { authorization: "Bearer two" } });
    // Tokens change: whoever has another one may be the same.
    deepEqual([told.status, told.submission], [202, "composed"]);
  });

  const record = (prefix: string, number: string): string => `<${prefix}:RegistroFactura><i:RegistroAlta xmlns:i="urn:inf"><i:NumSerieFactura>${number}</i:NumSerieFactura></i:RegistroAlta></${prefix}:RegistroFactura>`;
  const soapOf = (prefix: string, ...numbers: readonly string[]): string => `<?xml version="1.0" encoding="UTF-8"?>\n<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:${prefix}="urn:sum"><e:Body><${prefix}:Reg><!-- é -->${numbers.map((number) => record(prefix, number)).join("\n")}</${prefix}:Reg></e:Body></e:Envelope>`;
  const sendSoap = (body: string): Promise<Told> => send(body, { path: "/soap", headers: { "content-type": "text/xml; charset=utf-8" } });
  const linesOf = ({ body }: Told): readonly string[] => [...body.toString().matchAll(/NumSerieFactura>([^<]+)<\/\w+:NumSerieFactura><\/\w+:IDFactura><\w+:EstadoRegistro>(\w+)/g)].map(([, number, state]) => `${number} ${state}`);

  test("row 15: SOAP records are sent alone where others are known, whatever prefixes a message has, and the lines composed", async () => {
    const first = await sendSoap(soapOf("a", "V1", "BAD-V"));
    deepEqual([first.status, linesOf(first)], [200, ["V1 Correcto", "BAD-V Incorrecto"]]);
    const told = await sendSoap(soapOf("b", "V2", "BAD-V", "V1"));
    deepEqual([told.submission, linesOf(told), platform.batches.at(-1)], ["composed", ["V2 Correcto", "BAD-V Incorrecto", "V1 Correcto"], ["V2"]]);
    equal(platform.bodies.at(-1)?.toString(), soapOf("b", "V2").replace("</b:Reg>", "\n\n</b:Reg>"));
    once("V1", "V2");
  });

  test("row 15: SOAP records whose answer was lost are sent again as they are, and what the platform has already is their success", async () => {
    platform.strike({ answer: "reset", reads: 1 });
    const told = await sendSoap(soapOf("a", "Z1", "Z2"));
    deepEqual([told.status, linesOf(told), platform.batches.slice(-2)], [200, ["Z1 Correcto", "Z2 Correcto"], [["Z1", "Z2"], ["Z1", "Z2"]]]);
    const batches = platform.batches.length;
    const again = await sendSoap(soapOf("b", "Z2", "Z1"));
    deepEqual([again.submission, again.body.toString(), platform.batches.length], ["replayed", told.body.toString(), batches]);
    deepEqual(linesOf(await sendSoap(soapOf("a", "Z1", "Z3"))), ["Z1 Correcto", "Z3 Correcto"]);
    once("Z1", "Z2", "Z3");
  });

  test("row 15: no item was issued twice in all of this", () => deepEqual([...platform.issued].filter(([, times]) => times !== 1).map(([number]) => number).filter((number) => number !== "X2"), []));
});
