import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { xmlProfile } from "../compiled-profile.ts";
import { cancellationRecord, invoiceRecord, NIF, PATH, question, submission, type Sold } from "./records.ts";

/*
 * What every kind of answer of AEAT means to the profile, which route a message takes, and what makes two of them the same.
 */

const profile = xmlProfile("es-verifactu");

/** AEAT uses these prefixes; other servers of SOAP use others. */
const enveloped = (content: string): string => `<?xml version="1.0"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns:R="urn:r" xmlns:T="urn:t"><env:Header/><env:Body Id="Body">${content}</env:Body></env:Envelope>`;
const fault = (code: string, text: string): string => enveloped(`<env:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring></env:Fault>`);

interface Line { readonly state: string; readonly code?: string; readonly duplicate?: string; readonly number?: string }
const lineOf = ({ state, code, duplicate, number = "A-1" }: Line): string =>
  `<R:RespuestaLinea><R:IDFactura><T:IDEmisorFactura>${NIF}</T:IDEmisorFactura><T:NumSerieFactura>${number}</T:NumSerieFactura><T:FechaExpedicionFactura>22-11-2026</T:FechaExpedicionFactura></R:IDFactura><R:Operacion><T:TipoOperacion>Alta</T:TipoOperacion></R:Operacion><R:EstadoRegistro>${state}</R:EstadoRegistro>` +
  `${code === undefined ? "" : `<R:CodigoErrorRegistro>${code}</R:CodigoErrorRegistro>`}${duplicate === undefined ? "" : `<R:RegistroDuplicado><T:IdPeticionRegistroDuplicado>1</T:IdPeticionRegistroDuplicado><T:EstadoRegistroDuplicado>${duplicate}</T:EstadoRegistroDuplicado></R:RegistroDuplicado>`}</R:RespuestaLinea>`;
const answered = (overall: string, ...lines: readonly Line[]): string => enveloped(`<R:RespuestaRegFactuSistemaFacturacion><R:TiempoEsperaEnvio>60</R:TiempoEsperaEnvio><R:EstadoEnvio>${overall}</R:EstadoEnvio>${lines.map(lineOf).join("")}</R:RespuestaRegFactuSistemaFacturacion>`);

type Case = readonly [what: string, status: number, document: string, meaning: string];

const FAULTS: readonly Case[] = [
  ["a fault that blames the message", 500, fault("env:Client", "Codigo[4104].El NIF no está identificado"), "rejected"],
  ["the same with another prefix and a good status", 200, fault("soapenv:Client", "Codigo[4102].Falta"), "rejected"],
  ["access suspended, which no retry mends", 500, fault("env:Client", "Codigo[4141].Su acceso ha sido suspendido"), "rejected"],
  ["a fault of the server: nobody knows", 500, fault("env:Server", "Codigo[3501].Error técnico de base de datos"), "in-doubt"],
  ["the same with another prefix", 500, fault("soapenv:Server", "Error"), "in-doubt"],
  ["out of service", 503, fault("env:Server", "Codigo[4134].Servicio no activo"), "not-executed"],
  ["limited in front of AEAT", 429, "", "not-executed"],
  ["an answer cut off", 200, answered("Correcto", { state: "Correcto" }).slice(0, -20), "in-doubt"],
  ["an answer of another service", 200, enveloped("<R:Otra/>"), "in-doubt"],
  ["nothing", 200, "", "in-doubt"],
  ["unavailable, and nobody says why", 503, "", "in-doubt"],
];

describe("answers to new invoices", () => {
  const cases: readonly Case[] = [
    ...FAULTS,
    ["all taken in", 200, answered("Correcto", { state: "Correcto" }), "accepted"],
    ["some taken in: each line says which", 200, answered("ParcialmenteCorrecto", { state: "Correcto" }, { state: "Incorrecto", code: "1109", number: "A-2" }), "accepted"],
    ["none taken in: each line says why", 200, answered("Incorrecto", { state: "Incorrecto", code: "1109" }), "accepted"],
  ];
  for (const route of ["invoices", "invoice"]) for (const [what, status, document, meaning] of cases) test(`${route}, ${what}: ${status} is ${meaning}`, () => assert.equal(profile.judged(route, status, document), meaning));
  test("a page in front of AEAT is in doubt", () => assert.equal(profile.judged("invoices", 403, "<html></html>", "text/html"), "in-doubt"));
});

describe("lines of an answer", () => {
  const cases: readonly (readonly [what: string, line: Line, meaning: string | null])[] = [
    ["registered", { state: "Correcto" }, "accepted"],
    ["registered with errors, such as a stamp of more than 240 s ago", { state: "AceptadoConErrores", code: "2004" }, "accepted"],
    ["known, and right", { state: "Incorrecto", code: "3000", duplicate: "Correcta" }, "same"],
    ["known, with errors", { state: "Incorrecto", code: "3000", duplicate: "AceptadaConErrores" }, "same"],
    ["known and cancelled: the number is never free again", { state: "Incorrecto", code: "3000", duplicate: "Anulada" }, "conflict"],
    ["wrong content", { state: "Incorrecto", code: "1109" }, "rejected"],
    ["a technical failure", { state: "Incorrecto", code: "3500" }, "not-executed"],
    ["a technical failure of the parser", { state: "Incorrecto", code: "4103" }, "not-executed"],
    ["a state that nobody knows", { state: "Pendiente" }, null],
  ];
  for (const [what, line, meaning] of cases) test(`${what}: ${String(meaning)}`, () => assert.equal(profile.itemMeans("invoices", [NIF, "A-1", "22-11-2026"], answered("ParcialmenteCorrecto", line)), meaning));
  test("two lines that contradict each other say nothing", () => assert.equal(profile.itemMeans("invoices", [NIF, "A-1", "22-11-2026"], answered("ParcialmenteCorrecto", { state: "Correcto" }, { state: "Incorrecto", code: "1109" })), null));
  test("a line about another number says nothing", () => assert.equal(profile.itemMeans("invoices", [NIF, "A-2", "22-11-2026"], answered("Correcto", { state: "Correcto" })), null));
});

describe("answers to corrections, cancellations and mixed messages", () => {
  const cases: readonly (readonly [route: string, ...Case])[] = [
    ...["record", "cancellation", "mixed"].flatMap((route) => FAULTS.map((one) => [route, ...one] as const)),
    ["record", "taken in", 200, answered("Correcto", { state: "Correcto" }), "accepted"],
    ["mixed", "partly taken in: the lines are the caller's business", 200, answered("ParcialmenteCorrecto", { state: "Correcto" }, { state: "Incorrecto", code: "1109", number: "A-2" }), "accepted"],
    ["record", "one that corrects what is not there yet", 200, answered("Incorrecto", { state: "Incorrecto", code: "3002" }), "rejected"],
    ["record", "one that is known", 200, answered("Incorrecto", { state: "Incorrecto", code: "3000", duplicate: "Correcta" }), "duplicate-same"],
    ["record", "a technical failure", 200, answered("Incorrecto", { state: "Incorrecto", code: "1243" }), "not-executed"],
    ["cancellation", "cancelled", 200, answered("Correcto", { state: "Correcto" }), "accepted"],
    ["cancellation", "cancelled before", 200, answered("Incorrecto", { state: "Incorrecto", code: "3001" }), "duplicate-same"],
    ["cancellation", "of what does not exist", 200, answered("Incorrecto", { state: "Incorrecto", code: "3002" }), "rejected"],
  ];
  for (const [route, what, status, document, meaning] of cases) test(`${route}, ${what}: ${status} is ${meaning}`, () => assert.equal(profile.judged(route, status, document), meaning));
});

const one: Sold = { number: "A-1", date: "22-11-2026", stamped: "2026-11-22T08:00:00+01:00" };
const other: Sold = { ...one, number: "A-2" };
const invoice = invoiceRecord(one).xml;

describe("which way a message takes", () => {
  const correction = invoiceRecord({ ...one, correction: "S" }).xml;
  const noCorrection = correction.replace(">S</sf:Subsanacion>", ">N</sf:Subsanacion>");
  const dated = invoice.replace("<sf:DescripcionOperacion>", "<sf:FechaOperacion>31-10-2026</sf:FechaOperacion><sf:DescripcionOperacion>");
  const cases: readonly (readonly [what: string, document: string, route: string | null])[] = [
    ["one invoice", submission([invoice]), "invoices"],
    ["several invoices", submission([invoice, invoiceRecord(other).xml]), "invoices"],
    ["an invoice that says it is no correction", submission([noCorrection]), "invoice"],
    ["several that say so", submission([noCorrection, invoiceRecord(other).xml]), "mixed"],
    ["a correction", submission([correction]), "record"],
    ["an invoice with a date of operation", submission([dated]), "record"],
    ["an invoice and a cancellation", submission([invoice, cancellationRecord(other)]), "mixed"],
    ["a cancellation", submission([cancellationRecord(one)]), "cancellation"],
    ["a cancellation and an invoice", submission([cancellationRecord(one), invoiceRecord(other).xml]), "mixed"],
    ["a query", question(one), "query"],
    ["no record at all", submission([]), null],
    ["what is no XML", submission([invoice]).slice(0, -10), null],
  ];
  for (const [what, document, route] of cases) test(`${what}: ${String(route)}`, () => assert.equal(profile.route(PATH, document), route));
});

describe("what makes two submissions the same", () => {
  const found = (route: string, document: string): readonly [id: string, fingerprint: string] => {
    const identified = profile.identified(route, document);
    assert.equal(identified.kind, "identified", JSON.stringify(identified));
    return identified.kind === "identified" ? [identified.id, identified.fingerprint] : ["", ""];
  };
  const first = found("invoices", submission([invoice]));

  test("other prefixes, white space between elements and another name in the header leave it the same", () => {
    const spaced = submission([invoice.replaceAll("sf:", "x:").replace("<x:RegistroAlta>", '<x:RegistroAlta xmlns:x="https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/SuministroInformacion.xsd">\n  ')]);
    assert.deepEqual(found("invoices", spaced.replace("Empresa &amp; Hijos SL</sf", "EMPRESA SL</sf")), first);
  });
  test("a new stamp, another amount and another description are other contents of the same number", () => {
    for (const change of [{ stamped: "2026-11-22T08:01:00+01:00" }, { total: "242.00" }, { description: "Otros" }]) {
      const [id, fingerprint] = found("invoices", submission([invoiceRecord({ ...one, ...change }).xml]));
      assert.deepEqual([id, fingerprint === first[1]], [first[0], false], JSON.stringify(change));
    }
  });
  test("another number, date or issuer is another invoice", () => {
    for (const change of [{ number: "A-2" }, { date: "21-11-2026" }, { issuer: "89890009X" }]) assert.notEqual(found("invoices", submission([invoiceRecord({ ...one, ...change }).xml]))[0], first[0]);
  });
  test("the order of a message's invoices does not matter", () => {
    const both = [invoice, invoiceRecord(other).xml];
    assert.deepEqual(found("invoices", submission(both.toReversed())), found("invoices", submission(both)));
  });
  test("two corrections of one invoice are two submissions, and one of them again is the same", () => {
    const correction = (stamped: string): string => submission([invoiceRecord({ ...one, stamped, correction: "S" }).xml]);
    assert.notEqual(found("record", correction("2026-11-22T09:00:00+01:00"))[0], found("record", correction("2026-11-22T10:00:00+01:00"))[0]);
    assert.deepEqual(found("record", correction("2026-11-22T09:00:00+01:00")), found("record", correction("2026-11-22T09:00:00+01:00")));
  });
});
