import { createDecipheriv, createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Gate } from "../../drill/platform/app.ts";

/*
 * A small billing application for NAV, written from its specification: it signs every request anew, asks for a token before
 * each submission, and has no memory of what it sent. The keys are those that the sandbox gives every taxpayer.
 */

/** What goes into an invoice. */
export interface Sold {
  readonly number: string;
  readonly operation?: "CREATE" | "MODIFY" | "STORNO";
  readonly gross?: string;
  /** Eight digits; the application's own unless written. */
  readonly supplier?: string;
}

/** An answer, as far as the application reads it. */
export interface NavRead {
  readonly status: number;
  readonly text: string;
  /** First element of that name, with whatever prefix; null where there is none. */
  readonly value: (name: string) => string | null;
  readonly values: (name: string) => readonly string[];
}

/** The application. Nothing here tries again by itself; a broken connection rejects. */
export interface NavClient {
  token(): Promise<string>;
  /** A whole submission with a fresh token. */
  submit(invoices: readonly Sold[], options?: { readonly compressed?: boolean; readonly token?: string; readonly requestId?: string }): Promise<NavRead>;
  annul(number: string): Promise<NavRead>;
  status(transactionId: string, original?: boolean): Promise<NavRead>;
  list(from: number, to: number): Promise<NavRead>;
  taxpayer(taxNumber: string): Promise<NavRead>;
  /** Any signed request. */
  call(operation: string, options?: CallOptions): Promise<NavRead>;
}

/** What a request is made of. */
export interface CallOptions {
  readonly content?: string;
  readonly items?: readonly { readonly operation: string; readonly data: string }[];
  readonly requestId?: string;
  readonly signKey?: string;
  readonly password?: string;
}

/** Where it sends to, who it is, and its clock in ms since 1970. */
export interface NavClientOptions {
  readonly origin: string;
  readonly taxNumber: string;
  readonly wall: () => number;
  readonly signal?: () => AbortSignal;
}

let count = 0;

const HEADERS = { "content-type": "application/xml", accept: "application/xml" };

/** Makes the application of one taxpayer. */
export function navClient({ origin, taxNumber, wall, signal }: NavClientOptions): NavClient {
  return clientOn(taxNumber, wall, async (path, body) => {
    const answer = await fetch(origin + path, { method: "POST", headers: HEADERS, body, ...(signal ? { signal: signal() } : {}) });
    return reading(answer.status, await answer.text());
  });
}

/** The same on a drill's gate; what brings no answer within `patience` ms rejects. */
export function gateClient(gate: Gate, taxNumber: string, patience: number): NavClient {
  return clientOn(taxNumber, () => Date.now(), async (path, body) => {
    const answer = await gate.send({ method: "POST", path, headers: HEADERS, body, patience });
    if (answer === null) throw new Error(`asking ${path}: no answer`);
    return reading(answer.status, answer.body.toString());
  });
}

function clientOn(taxNumber: string, wall: () => number, post: (path: string, body: string) => Promise<NavRead>): NavClient {
  function call(operation: string, options: CallOptions = {}): Promise<NavRead> {
    return post(`/invoiceService/v3/${operation}`, signedRequest(operation, { ...options, requestId: options.requestId ?? nextRequestId() }, taxNumber, wall()));
  }

  async function token(): Promise<string> {
    const { value, text } = await call("tokenExchange");
    const encoded = value("encodedExchangeToken");
    if (encoded === null) throw new Error(`asking for a token: got ${text.slice(0, 500)}`);
    const decipher = createDecipheriv("aes-128-ecb", `${taxNumber}exchange`, null);
    return decipher.update(encoded, "base64", "utf8") + decipher.final("utf8");
  }

  return {
    call, token,
    async submit(invoices, { compressed = false, token: given, requestId } = {}) {
      const items = invoices.map((sold) => ({ operation: sold.operation ?? "CREATE", data: invoiceData(sold, taxNumber, compressed) }));
      const listed = items.map(({ operation, data }, i) => `<invoiceOperation><index>${i + 1}</index><invoiceOperation>${operation}</invoiceOperation><invoiceData>${data}</invoiceData></invoiceOperation>`);
      const content = `<exchangeToken>${given ?? (await token())}</exchangeToken><invoiceOperations><compressedContent>${String(compressed)}</compressedContent>${listed.join("")}</invoiceOperations>`;
      return call("manageInvoice", { content, items, ...(requestId === undefined ? {} : { requestId }) });
    },
    async annul(number) {
      const data = Buffer.from(`<InvoiceAnnulment xmlns="http://schemas.nav.gov.hu/OSA/3.0/annul"><annulmentReference>${number}</annulmentReference><annulmentTimestamp>2026-11-22T08:00:00.000Z</annulmentTimestamp><annulmentCode>ERRATIC_DATA</annulmentCode><annulmentReason>hiba</annulmentReason></InvoiceAnnulment>`).toString("base64");
      const content = `<exchangeToken>${await token()}</exchangeToken><annulmentOperations><annulmentOperation><index>1</index><annulmentOperation>ANNUL</annulmentOperation><invoiceAnnulment>${data}</invoiceAnnulment></annulmentOperation></annulmentOperations>`;
      return call("manageAnnulment", { content, items: [{ operation: "ANNUL", data }] });
    },
    status: (id, original = false) => call("queryTransactionStatus", { content: `<transactionId>${id}</transactionId><returnOriginalRequest>${String(original)}</returnOriginalRequest>` }),
    list: (from, to) => call("queryTransactionList", { content: `<page>1</page><insDate><dateTimeFrom>${iso(from)}</dateTimeFrom><dateTimeTo>${iso(to)}</dateTimeTo></insDate>` }),
    taxpayer: (asked) => call("queryTaxpayer", { content: `<taxNumber>${asked}</taxNumber>` }),
  };
}

/** An invoice in base64, compressed where that is asked. */
export function invoiceData({ number, gross = "127", supplier }: Sold, taxNumber: string, compressed = false): string {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><InvoiceData xmlns="http://schemas.nav.gov.hu/OSA/3.0/data" xmlns:base="http://schemas.nav.gov.hu/OSA/3.0/base">` +
    `<invoiceNumber>${number}</invoiceNumber><invoiceIssueDate>2026-11-22</invoiceIssueDate><completenessIndicator>false</completenessIndicator><invoiceMain><invoice><invoiceHead>` +
    `<supplierInfo><supplierTaxNumber><base:taxpayerId>${supplier ?? taxNumber}</base:taxpayerId><base:vatCode>2</base:vatCode><base:countyCode>42</base:countyCode></supplierTaxNumber><supplierName>Eladó Kft. &amp; Társa</supplierName></supplierInfo>` +
    `</invoiceHead><invoiceSummary><summaryGrossData><invoiceGrossAmount>${gross}</invoiceGrossAmount></summaryGrossData></invoiceSummary></invoice></invoiceMain></InvoiceData>`;
  return (compressed ? gzipSync(xml) : Buffer.from(xml)).toString("base64");
}

/** A request with its user, its signature and its software, as text. */
export function signedRequest(operation: string, { content = "", items = [], requestId = nextRequestId(), signKey, password }: CallOptions, taxNumber: string, wall: number): string {
  const timestamp = iso(wall);
  const signed = requestId + timestamp.replaceAll(/\.[0-9]+|[-:TZ]/g, "") + (signKey ?? `${taxNumber}-sign-key-of-the-sandbox`) + items.map((item) => sha3(item.operation + item.data)).join("");
  const name = `${operation.charAt(0).toUpperCase()}${operation.slice(1)}Request`;
  return `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns:common="http://schemas.nav.gov.hu/NTCA/1.0/common" xmlns="http://schemas.nav.gov.hu/OSA/3.0/api">` +
    `<common:header><common:requestId>${requestId}</common:requestId><common:timestamp>${timestamp}</common:timestamp><common:requestVersion>3.0</common:requestVersion><common:headerVersion>1.0</common:headerVersion></common:header>` +
    `<common:user><common:login>user${taxNumber}</common:login><common:passwordHash cryptoType="SHA-512">${createHash("sha512").update(password ?? `password-${taxNumber}`).digest("hex").toUpperCase()}</common:passwordHash><common:taxNumber>${taxNumber}</common:taxNumber><common:requestSignature cryptoType="SHA3-512">${sha3(signed)}</common:requestSignature></common:user>` +
    `<software><softwareId>HU12345678-0000001</softwareId><softwareName>Kassza</softwareName><softwareOperation>LOCAL_SOFTWARE</softwareOperation><softwareMainVersion>1.0</softwareMainVersion><softwareDevName>Fejlesztő</softwareDevName><softwareDevContact>dev@example.hu</softwareDevContact></software>${content}</${name}>`;
}

/** Reads an answer leniently, by local names. */
export function reading(status: number, text: string): NavRead {
  const values = (name: string): string[] => [...text.matchAll(new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`, "g"))].map((match) => match[1] ?? "");
  return { status, text, values, value: (name) => values(name)[0] ?? null };
}

/** A request id that no other request of this process has. */
export function nextRequestId(): string {
  count += 1;
  return `RID${process.pid}N${count}`;
}

function iso(wall: number): string {
  return new Date(wall).toISOString();
}

function sha3(text: string): string {
  return createHash("sha3-512").update(text).digest("hex").toUpperCase();
}
