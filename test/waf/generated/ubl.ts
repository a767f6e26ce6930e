import { between, pick } from "../corpus/grammar.ts";
import type { Texts } from "./texts.ts";
import { element, writeXml, type Element } from "./write-xml.ts";

const BASE = "urn:oasis:names:specification:ubl:schema:xsd:";
const DSIG = "http://www.w3.org/2000/09/xmldsig#";
const SPELLINGS: readonly Readonly<Record<string, string>>[] = [
  { u: "", cac: "cac", cbc: "cbc", ds: "ds" },
  { u: "ubl", cac: "n1", cbc: "n2", ds: "dsig" },
  { u: "Invoice", cac: "ns3", cbc: "ns2", ds: "ns7" },
];

/** What places of a document say; the rest is drawn. */
export interface UblWishes {
  readonly note?: string;
  readonly itemName?: string;
  readonly partyName?: string;
  /** Value of an attribute. */
  readonly scheme?: string;
}

/** An invoice in UBL 2.1 as XML. */
export function ublXml(texts: Texts, wishes: UblWishes = {}): string {
  const prefixes = pick(SPELLINGS, texts.random);
  return writeXml(ublTree(texts, prefixes, wishes), { prefixes, indent: texts.chance(50), texts });
}

function ublTree(texts: Texts, prefixes: Readonly<Record<string, string>>, wishes: UblWishes): Element {
  const space = (prefix: string, uri: string): [string, string] => [prefixes[prefix] === "" ? "xmlns" : `xmlns:${prefixes[prefix]}`, uri];
  const spaces = Object.fromEntries([space("u", `${BASE}Invoice-2`), space("cac", `${BASE}CommonAggregateComponents-2`), space("cbc", `${BASE}CommonBasicComponents-2`)]);
  return element("u:Invoice", [
    ...(texts.chance(30) ? [signature(texts, Object.fromEntries([space("ds", DSIG)]))] : []),
    element("cbc:CustomizationID", "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"),
    element("cbc:ProfileID", "reporting:1.0"),
    element("cbc:ID", texts.number()), element("cbc:UUID", texts.uuid()), element("cbc:IssueDate", texts.date()), element("cbc:IssueTime", "08:30:00Z"),
    element("cbc:InvoiceTypeCode", "388", { name: wishes.scheme ?? "0200000" }),
    element("cbc:Note", wishes.note ?? texts.note(), { languageID: "en" }),
    ...(texts.chance(40) ? [element("cbc:Note", texts.note())] : []),
    element("cbc:DocumentCurrencyCode", "EUR"),
    ...(texts.chance(25) ? [attachment(texts)] : []),
    element("cac:AccountingSupplierParty", [party(texts, texts.name())]),
    element("cac:AccountingCustomerParty", [party(texts, wishes.partyName ?? texts.name())]),
    element("cac:PaymentMeans", [element("cbc:PaymentMeansCode", "30"), element("cbc:InstructionNote", texts.note()), element("cac:PayeeFinancialAccount", [element("cbc:ID", `DE${texts.digits(20)}`), element("cbc:Name", texts.name())])]),
    element("cac:PaymentTerms", [element("cbc:Note", texts.note())]),
    ...Array.from({ length: texts.lines() }, (_, i) => line(texts, i, wishes)),
  ], spaces);
}

function party(texts: Texts, name: string): Element {
  return element("cac:Party", [
    element("cbc:EndpointID", texts.digits(10), { schemeID: "0088" }),
    element("cac:PartyName", [element("cbc:Name", name)]),
    element("cac:PostalAddress", [element("cbc:StreetName", texts.name()), element("cbc:CityName", texts.name()), element("cbc:PostalZone", texts.digits(5)), element("cac:Country", [element("cbc:IdentificationCode", "IE")])]),
    element("cac:Contact", [element("cbc:Telephone", `+353 1 ${texts.digits(7)}`), element("cbc:ElectronicMail", "o'neill+ap@example.ie")]),
  ]);
}

function line(texts: Texts, index: number, wishes: UblWishes): Element {
  return element("cac:InvoiceLine", [
    element("cbc:ID", String(index + 1)),
    ...(texts.chance(30) ? [element("cbc:Note", texts.note())] : []),
    element("cbc:InvoicedQuantity", String(between(1, 99, texts.random)), { unitCode: "C62" }),
    element("cbc:LineExtensionAmount", texts.amount(), { currencyID: "EUR" }),
    element("cac:Item", [element("cbc:Description", texts.goods()), element("cbc:Name", index === 0 ? (wishes.itemName ?? texts.goods()) : texts.goods()), element("cac:SellersItemIdentification", [element("cbc:ID", texts.goods())])]),
    element("cac:Price", [element("cbc:PriceAmount", texts.amount(), { currencyID: "EUR" })]),
  ]);
}

function attachment(texts: Texts): Element {
  const embedded = element("cbc:EmbeddedDocumentBinaryObject", texts.pdf(), { mimeCode: "application/pdf", filename: "invoice (1) & terms.pdf" });
  return element("cac:AdditionalDocumentReference", [element("cbc:ID", texts.number()), element("cbc:DocumentDescription", texts.note()), element("cac:Attachment", [embedded])]);
}

function signature(texts: Texts, spaces: Readonly<Record<string, string>>): Element {
  const method = (name: string, algorithm: string): Element => element(`ds:${name}`, "", { Algorithm: algorithm });
  const transforms = [element("ds:Transform", [element("ds:XPath", "not(//ancestor-or-self::cac:AdditionalDocumentReference[cbc:ID='QR'])")], { Algorithm: "http://www.w3.org/TR/1999/REC-xpath-19991116" }), method("Transform", "http://www.w3.org/2006/12/xml-c14n11")];
  const reference = element("ds:Reference", [element("ds:Transforms", transforms), method("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha256"), element("ds:DigestValue", texts.bytes(32).toString("base64"))], { URI: "" });
  return element("ds:Signature", [
    element("ds:SignedInfo", [method("CanonicalizationMethod", "http://www.w3.org/2006/12/xml-c14n11"), method("SignatureMethod", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"), reference]),
    element("ds:SignatureValue", texts.bytes(70).toString("base64")),
    element("ds:KeyInfo", [element("ds:X509Data", [element("ds:X509Certificate", texts.bytes(500).toString("base64").replaceAll(/(.{76})/g, "$1\n")), element("ds:X509IssuerSerial", [element("ds:X509IssuerName", "CN=O'Test CA; \"A\", OU=R&D, DC=example, DC=org"), element("ds:X509SerialNumber", texts.digits(18))])])]),
  ], { ...spaces, Id: "signature" });
}

/** The same kind of invoice in UBL's JSON form. */
export function ublJson(texts: Texts): string {
  const one = (text: string, more: object = {}): readonly object[] => [{ _: text, ...more }];
  const side = (): readonly object[] => [{ Party: [{ PartyName: [{ Name: one(texts.name()) }], PartyLegalEntity: [{ RegistrationName: one(texts.name()) }], PostalAddress: [{ AddressLine: [{ Line: one(texts.name()) }], CityName: one(texts.name()) }] }] }];
  const line = (_: unknown, i: number): object => ({ ID: one(String(i + 1)), InvoicedQuantity: [{ _: between(1, 99, texts.random), unitCode: "C62" }], Item: [{ Description: one(texts.goods()), CommodityClassification: [{ ItemClassificationCode: one("003", { listID: "CLASS" }) }] }], Price: [{ PriceAmount: one(texts.amount(), { currencyID: "MYR" }) }] });
  const signed = { UBLExtensions: [{ UBLExtension: [{ ExtensionURI: one("urn:oasis:names:specification:ubl:dsig:enveloped:xades"), ExtensionContent: [{ UBLDocumentSignatures: [{ SignatureInformation: [{ Signature: [{ Id: "signature", SignatureValue: one(texts.bytes(256).toString("base64")), KeyInfo: [{ X509Data: [{ X509Certificate: one(texts.bytes(600).toString("base64")), X509SubjectName: one("CN=O'Neil & Co, C=MY") }] }] }] }] }] }] }] }] };
  const content = {
    ...(texts.chance(40) ? signed : {}),
    ID: one(texts.number()), IssueDate: one(texts.date()), InvoiceTypeCode: one("01", { listVersionID: "1.1" }), Note: one(texts.note()), InvoicePeriod: [{ Description: one(texts.note()) }],
    AccountingSupplierParty: side(), AccountingCustomerParty: side(), PaymentTerms: [{ Note: one(texts.note()) }],
    InvoiceLine: Array.from({ length: texts.lines() }, line), LegalMonetaryTotal: [{ PayableAmount: one(texts.amount(), { currencyID: "MYR" }) }],
  };
  return JSON.stringify({ _D: `${BASE}Invoice-2`, _A: `${BASE}CommonAggregateComponents-2`, _B: `${BASE}CommonBasicComponents-2`, Invoice: [content] }, null, texts.chance(30) ? 2 : 0);
}
