import { seededRandom } from "../../src/base/random.ts";
import { createTexts } from "./generated/texts.ts";
import type { Sample } from "./samples.ts";

/** A body and its type. */
export interface Dressed {
  /** How the document was sent. */
  readonly way: string;
  readonly contentType: string;
  readonly body: Buffer;
}

const XML = "application/xml";
const JSON_TYPE = "application/json";
const PDF = createTexts(seededRandom(6)).pdf();

/** All the ways in which a document is sent: by itself, in a SOAP message, as a string and as base64 in JSON, with CDATA, with a PDF. */
export function dressed(sample: Sample): readonly Dressed[] {
  return sample.kind === "xml" ? [plain(sample), ...XML_WAYS.map(({ way, contentType, write }) => ({ way, contentType, body: Buffer.from(write(sample.text)) }))] : jsonWays(sample);
}

const XML_WAYS: readonly { readonly way: string; readonly contentType: string; write(text: string): string }[] = [
  { way: "soap", contentType: "text/xml; charset=utf-8", write: inSoap },
  { way: "string in json", contentType: JSON_TYPE, write: inJson },
  { way: "base64 in json", contentType: JSON_TYPE, write: inBase64 },
  { way: "cdata", contentType: XML, write: withCdata },
  { way: "pdf", contentType: XML, write: withPdf },
  { way: "pdf in soap", contentType: "application/soap+xml", write: (text) => inSoap(withPdf(text)) },
  { way: "cdata, string in json", contentType: JSON_TYPE, write: (text) => inJson(withCdata(text)) },
  { way: "pdf, base64 in json", contentType: JSON_TYPE, write: (text) => inBase64(withPdf(text)) },
  { way: "cdata in soap", contentType: "text/xml", write: (text) => `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><send><document><![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]></document></send></s:Body></s:Envelope>` },
];

function plain({ kind, text }: Sample): Dressed {
  return { way: "as it is", contentType: kind === "xml" ? XML : JSON_TYPE, body: Buffer.from(text) };
}

function jsonWays(sample: Sample): Dressed[] {
  const { text } = sample;
  const ways = { "string in json": inJson(text), "base64 in json": inBase64(text), pdf: JSON.stringify({ ...(JSON.parse(text) as object), attachment: PDF }) };
  const soap = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><send><document><![CDATA[${text}]]></document></send></s:Body></s:Envelope>`;
  return [plain(sample), ...Object.entries(ways).map(([way, body]) => ({ way, contentType: JSON_TYPE, body: Buffer.from(body) })), { way: "cdata in soap", contentType: "text/xml", body: Buffer.from(soap) }];
}

function inJson(text: string): string {
  return JSON.stringify({ orderNo: "S-1", sellerTaxNo: "91440300MA5EXAMPLE", document: text });
}

function inBase64(text: string): string {
  return JSON.stringify({ orderNo: "S-1", sellerTaxNo: "91440300MA5EXAMPLE", document: Buffer.from(text).toString("base64") });
}

function inSoap(text: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header/><soapenv:Body>${text.replace(/^\s*<\?xml[^>]*\?>/, "")}</soapenv:Body></soapenv:Envelope>`;
}

/** Every text between a tag and its end tag becomes CDATA. */
function withCdata(text: string): string {
  return text.replaceAll(/>([^<>]*[^<>\s][^<>]*)<\//g, (_, inner: string) => `><![CDATA[${unescaped(inner)}]]></`);
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&apos;", "'").replaceAll("&amp;", "&").replaceAll("]]>", "");
}

/** As the root's last element. */
function withPdf(text: string): string {
  return text.replace(/<\/[^<>]+>\s*(<!--.*?-->\s*)*$/s, (end) => `<att:Attachment xmlns:att="urn:example:attachment"><att:File mimeCode="application/pdf" filename="invoice.pdf">${PDF}</att:File></att:Attachment>${end}`);
}
