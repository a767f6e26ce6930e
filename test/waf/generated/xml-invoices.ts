import { createCipheriv, createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { between, pick } from "../corpus/grammar.ts";
import type { Sent } from "./sent.ts";
import type { Texts } from "./texts.ts";
import { element, writeXml, type Element } from "./write-xml.ts";

const AEAT = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/";

/** As Poland's takes it: encrypted with AES in a JSON envelope; a quarter is the bare FA(3), as older software sends it to a gateway. */
export function ksefInvoice(texts: Texts): Sent {
  const plain = Buffer.from(fa3(texts));
  const path = `/v2/sessions/online/20261122-SO-${texts.bytes(5).toString("hex").toUpperCase()}-AA/invoices`;
  const authorization = `Bearer ${texts.bytes(90).toString("base64url")}`;
  if (texts.chance(25)) return { method: "POST", path, headers: ["content-type", "application/xml", "authorization", authorization], body: plain };
  const cipher = createCipheriv("aes-256-cbc", texts.bytes(32), texts.bytes(16));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  const body = JSON.stringify({ invoiceHash: sha256(plain), invoiceSize: plain.length, encryptedInvoiceHash: sha256(sealed), encryptedInvoiceSize: sealed.length, encryptedInvoiceContent: sealed.toString("base64"), offlineMode: false });
  return { method: "POST", path, headers: ["content-type", "application/json", "authorization", authorization], body: Buffer.from(body) };
}

function fa3(texts: Texts): string {
  const side = (name: string): Element => element(name, [element("f:DaneIdentyfikacyjne", [element("f:NIP", texts.digits(10)), element("f:Nazwa", texts.name())]), element("f:Adres", [element("f:KodKraju", "PL"), element("f:AdresL1", texts.name()), element("f:AdresL2", texts.name())]), element("f:DaneKontaktowe", [element("f:Email", "p.o'hara@example.pl"), element("f:Telefon", texts.digits(9))])]);
  const row = (_: unknown, i: number): Element => element("f:FaWiersz", [element("f:NrWierszaFa", String(i + 1)), element("f:P_7", texts.goods()), element("f:Indeks", texts.goods()), element("f:P_8A", "szt."), element("f:P_8B", String(between(1, 99, texts.random))), element("f:P_11", texts.amount()), element("f:P_12", "23")]);
  const extra = (): Element => element("f:DodatkowyOpis", [element("f:Klucz", texts.goods()), element("f:Wartosc", texts.note())]);
  const fa = element("f:Fa", [element("f:KodWaluty", "PLN"), element("f:P_1", texts.date()), element("f:P_2", texts.number()), element("f:P_15", texts.amount()), element("f:RodzajFaktury", "VAT"), extra(), extra(), ...Array.from({ length: texts.lines() }, row)]);
  const prefix = pick(["", "tns", "f"], texts.random);
  const root = element("f:Faktura", [element("f:Naglowek", [element("f:KodFormularza", "FA", { kodSystemowy: "FA (3)", wersjaSchemy: "1-0E" }), element("f:DataWytworzeniaFa", "2026-11-22T08:30:00Z"), element("f:SystemInfo", texts.name())]), side("f:Podmiot1"), side("f:Podmiot2"), fa, element("f:Stopka", [element("f:Informacje", [element("f:StopkaFaktury", texts.note())])])], { [prefix === "" ? "xmlns" : `xmlns:${prefix}`]: "http://crd.gov.pl/wzor/2025/06/25/13775/" });
  return writeXml(root, { prefixes: { f: prefix }, indent: texts.chance(50), texts });
}

/** As Hungary's takes it: invoices in base64, at times compressed, in a signed request. */
export function navInvoice(texts: Texts): Sent {
  const compressed = texts.chance(25);
  const data = (): string => {
    const xml = navData(texts);
    return (compressed ? gzipSync(xml) : Buffer.from(xml)).toString("base64");
  };
  const operation = (_: unknown, i: number): Element => element("a:invoiceOperation", [element("a:index", String(i + 1)), element("a:invoiceOperation", "CREATE"), element("a:invoiceData", data())]);
  const root = element("a:ManageInvoiceRequest", [
    element("c:header", [element("c:requestId", `RID${texts.digits(12)}`), element("c:timestamp", "2026-11-22T08:30:00.000Z"), element("c:requestVersion", "3.0"), element("c:headerVersion", "1.0")]),
    element("c:user", [element("c:login", "lwilsmn0uqdxe6u"), element("c:passwordHash", texts.bytes(64).toString("hex").toUpperCase(), { cryptoType: "SHA-512" }), element("c:taxNumber", texts.digits(8)), element("c:requestSignature", texts.bytes(64).toString("hex").toUpperCase(), { cryptoType: "SHA3-512" })]),
    element("a:software", [element("a:softwareId", `HU${texts.digits(16)}`), element("a:softwareName", texts.name()), element("a:softwareOperation", "LOCAL_SOFTWARE"), element("a:softwareDevName", texts.name()), element("a:softwareDevContact", texts.name())]),
    element("a:exchangeToken", `${texts.uuid()}2P0ZHLXBRI2U`),
    element("a:invoiceOperations", [element("a:compressedContent", String(compressed)), ...Array.from({ length: between(1, 3, texts.random) }, operation)]),
  ], { "xmlns:c": "http://schemas.nav.gov.hu/NTCA/1.0/common", xmlns: "http://schemas.nav.gov.hu/OSA/3.0/api" });
  return { method: "POST", path: "/invoiceService/v3/manageInvoice", headers: ["content-type", "application/xml", "accept", "application/xml"], body: Buffer.from(writeXml(root, { prefixes: { a: "" }, indent: texts.chance(50) })) };
}

function navData(texts: Texts): string {
  const address = (): Element => element("i:supplierAddress", [element("b:simpleAddress", [element("b:countryCode", "HU"), element("b:city", texts.name()), element("b:additionalAddressDetail", texts.name())])]);
  const line = (_: unknown, i: number): Element => element("i:line", [element("i:lineNumber", String(i + 1)), element("i:lineDescription", texts.goods()), element("i:quantity", "1"), element("i:unitOfMeasureOwn", texts.goods()), element("i:additionalLineData", [element("i:dataName", "X00001_MJ"), element("i:dataValue", texts.note())])]);
  const head = element("i:invoiceHead", [element("i:supplierInfo", [element("i:supplierName", texts.name()), address()]), element("i:customerInfo", [element("i:customerName", texts.name())])]);
  const root = element("i:InvoiceData", [element("i:invoiceNumber", texts.number()), element("i:invoiceIssueDate", texts.date()), element("i:invoiceMain", [element("i:invoice", [head, element("i:invoiceLines", Array.from({ length: texts.lines() }, line))])])], { xmlns: "http://schemas.nav.gov.hu/OSA/3.0/data", "xmlns:ns2": "http://schemas.nav.gov.hu/OSA/3.0/base" });
  return writeXml(root, { prefixes: { i: "", b: "ns2" }, indent: texts.chance(50), texts });
}

/** As Spain's takes it: records in a SOAP message. */
export function verifactuInvoice(texts: Texts): Sent {
  const id = { IDEmisorFactura: "89890001K", NumSerieFactura: texts.number(), FechaExpedicionFactura: "22-11-2026" };
  const fields = (values: Readonly<Record<string, string>>): Element[] => Object.entries(values).map(([name, value]) => element(`sf:${name}`, value));
  const record = (): Element => element("lr:RegistroFactura", [element("sf:RegistroAlta", [
    element("sf:IDVersion", "1.0"), element("sf:IDFactura", fields(id)), element("sf:NombreRazonEmisor", texts.name()), element("sf:TipoFactura", "F1"), element("sf:DescripcionOperacion", texts.chance(50) ? texts.note() : texts.goods()),
    element("sf:Destinatarios", [element("sf:IDDestinatario", fields({ NombreRazon: texts.name(), NIF: "89890002E" }))]), element("sf:Encadenamiento", [element("sf:PrimerRegistro", "S")]),
    element("sf:SistemaInformatico", fields({ NombreRazon: texts.name(), NombreSistemaInformatico: "Caja & Más", Version: "1.0" })), element("sf:FechaHoraHusoGenRegistro", "2026-11-22T08:30:00+01:00"), element("sf:TipoHuella", "01"), element("sf:Huella", texts.bytes(32).toString("hex").toUpperCase()),
  ])]);
  const head = element("lr:Cabecera", [element("sf:ObligadoEmision", fields({ NombreRazon: texts.name(), NIF: "89890001K" }))]);
  const content = element("lr:RegFactuSistemaFacturacion", [head, ...Array.from({ length: texts.lines() }, record)]);
  const prefixes = pick([{ e: "soapenv", lr: "sfLR", sf: "sf" }, { e: "S", lr: "ns2", sf: "ns3" }, { e: "SOAP-ENV", lr: "sum", sf: "sum1" }], texts.random);
  const spaces = { [`xmlns:${prefixes.e}`]: "http://schemas.xmlsoap.org/soap/envelope/", [`xmlns:${prefixes.lr}`]: `${AEAT}SuministroLR.xsd`, [`xmlns:${prefixes.sf}`]: `${AEAT}SuministroInformacion.xsd` };
  const root = element("e:Envelope", [element("e:Header", ""), element("e:Body", [content])], spaces);
  return { method: "POST", path: "/wlpl/TIKE-CONT/ws/SistemaFacturacion/VerifactuSOAP", headers: ["content-type", "text/xml; charset=utf-8", "soapaction", '""'], body: Buffer.from(writeXml(root, { prefixes, indent: texts.chance(50), texts })) };
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64");
}
