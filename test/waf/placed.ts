import { seededRandom } from "../../src/base/random.ts";
import { genericInvoice } from "./generated/json-invoices.ts";
import type { Sent } from "./generated/sent.ts";
import { createTexts, type Texts } from "./generated/texts.ts";
import { ublXml } from "./generated/ubl.ts";
import { writable } from "./generated/write-xml.ts";

/** A kind of request that carries a value in one of its fields. */
export interface Carrier {
  readonly name: string;
  /** A column of the tables. */
  readonly column: "json" | "ubl" | "nested" | "query" | "form";
  /** The request; null where its syntax has no way to say the value. The same number gives the same request around it. */
  carry(value: string, seed: number): Sent | null;
}

const JSON_TYPE = ["content-type", "application/json"];
const XML_TYPE = ["content-type", "application/xml"];

/** The plain invoice in JSON, and UBL: each with the value in one text field and honest texts everywhere else. */
export const INVOICE_CARRIERS: readonly Carrier[] = [
  json("json buyer name", (texts, buyer) => genericInvoice(texts, { buyer })),
  json("json item name", (texts, item) => genericInvoice(texts, { item })),
  json("json remark", (texts, remark) => genericInvoice(texts, { remark })),
  ubl("ubl note", (texts, note) => ublXml(texts, { note })),
  ubl("ubl item name", (texts, itemName) => ublXml(texts, { itemName })),
  ubl("ubl attribute", (texts, scheme) => ublXml(texts, { scheme })),
];

/** UBL inside JSON, as a string and as base64, in SOAP, and JSON inside UBL: the way of whoever hopes that one reader is not followed by another. */
export const NESTED_CARRIERS: readonly Carrier[] = [
  nested("string in json", (texts, note) => JSON.stringify({ orderNo: "S-1", document: ublXml(texts, { note }) }), JSON_TYPE),
  nested("base64 in json", (texts, note) => JSON.stringify({ invoiceHash: "x", invoice: Buffer.from(ublXml(texts, { note })).toString("base64") }), JSON_TYPE),
  nested("cdata in soap", (texts, note) => `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><a><![CDATA[${ublXml(texts, { note }).replaceAll("]]>", "]]]]><![CDATA[>")}]]></a></s:Body></s:Envelope>`, XML_TYPE),
  nested("json in ubl", (texts, value) => ublXml(texts, { note: JSON.stringify({ remark: value }) }), XML_TYPE),
];

/** A member of a query, and a field of a form. */
export const PARAMETER_CARRIERS: readonly Carrier[] = [
  { name: "query member", column: "query", carry: (value) => ({ method: "GET", path: `/api/codes?page=1&q=${encodeURIComponent(value)}&lang=en`, headers: ["accept", "application/json"], body: Buffer.alloc(0) }) },
  { name: "form field", column: "form", carry: (value) => ({ method: "POST", path: "/submit", headers: ["content-type", "application/x-www-form-urlencoded"], body: Buffer.from(String(new URLSearchParams({ id: "7", text: value, lang: "en" }))) }) },
];

function json(name: string, write: (texts: Texts, value: string) => Sent): Carrier {
  return { name, column: "json", carry: (value, seed) => ({ ...write(plainTexts(seed), value), path: "/submit" }) };
}

function ubl(name: string, write: (texts: Texts, value: string) => string): Carrier {
  return {
    name, column: "ubl",
    carry: (value, seed) => (writable(value) ? { method: "POST", path: "/submit", headers: XML_TYPE, body: Buffer.from(write(plainTexts(seed), value)) } : null),
  };
}

function nested(name: string, write: (texts: Texts, value: string) => string, headers: readonly string[]): Carrier {
  return { name, column: "nested", carry: (value, seed) => (writable(value) ? { method: "POST", path: "/submit", headers, body: Buffer.from(write(plainTexts(seed), value)) } : null) };
}

/** Texts that cannot be taken for an attack themselves, so that what is stopped is stopped for the value. */
function plainTexts(seed: number): Texts {
  const texts = createTexts(seededRandom(Math.imul(seed + 1, 0x85ebca6b)));
  return { ...texts, name: () => "Müller & Söhne GmbH", goods: () => "Pipe elbow 1/2\" x 3/4\"", note: () => "please call before delivery", lines: () => 2 };
}
