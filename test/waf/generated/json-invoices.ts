import { createCipheriv } from "node:crypto";
import { between } from "../corpus/grammar.ts";
import { ublJson, ublXml } from "./ubl.ts";
import type { Sent } from "./sent.ts";
import type { Texts } from "./texts.ts";

const JSON_TYPE = "application/json";
const KEY = Buffer.alloc(32, 7);

/** What places of an invoice say; the rest is drawn. */
export interface JsonWishes {
  readonly buyer?: string;
  readonly item?: string;
  readonly remark?: string;
}

/** The plain JSON form. */
export function genericInvoice(texts: Texts, { buyer, item, remark }: JsonWishes = {}): Sent {
  const list = Array.from({ length: texts.lines() }, (_, i) => ({ name: i === 0 ? (item ?? texts.goods()) : texts.goods(), spec: texts.goods(), unit: "pcs", quantity: between(1, 99, texts.random), price: Number(texts.amount()), taxRate: 0.13 }));
  const invoice = {
    orderNo: texts.number(), sellerTaxNo: `91${texts.digits(15)}X`, sellerName: texts.name(), buyer: { name: buyer ?? texts.name(), address: texts.name(), phone: `+86 10 ${texts.digits(8)}`, "e-mail": "o'neill@example.ie" },
    items: list, amount: Number(texts.amount()), currency: "CNY", date: texts.date(), remark: remark ?? texts.note(), tags: ["select", texts.goods()], ...(texts.chance(25) ? { pdf: texts.pdf() } : {}), ...(texts.chance(10) ? { document: ublXml(texts) } : {}),
  };
  return { method: "POST", path: "/api/invoices", headers: ["content-type", JSON_TYPE], body: Buffer.from(JSON.stringify(invoice, null, texts.chance(30) ? 2 : 0)) };
}

/** As an intermediary in China takes it. */
export function intermediaryInvoice(texts: Texts): Sent {
  const seller = `91${texts.digits(15)}X`;
  const line = (): object => ({ xmmc: texts.goods(), ggxh: texts.goods(), dw: "个", xmsl: String(between(1, 99, texts.random)), xmdj: texts.amount(), xmje: texts.amount(), sl: "0.13", se: texts.amount() });
  const head = { fpqqlsh: texts.number(), ptsbm: "ERP00001", nsrsbh: seller, xhf_nsrsbh: seller, xhfmc: texts.name(), xhf_dz: texts.name(), xhf_yhzh: `${texts.name()} ${texts.digits(19)}`, ghfmc: texts.name(), ghf_nsrsbh: `91${texts.digits(16)}`, ghf_dz: texts.name(), bz: texts.note(), kpy: texts.name(), jshj: texts.amount() };
  const body = JSON.stringify({ fpkjxx_fptxx: head, fpkjxx_xmxxs: Array.from({ length: texts.lines() }, line) });
  return { method: "POST", path: `/hx/api/fp/h5.js.blueInvoiceIssu.${texts.chance(90) ? "gm" : "hwys"}`, headers: ["content-type", JSON_TYPE, "nsrsbh", seller, "access_token", texts.uuid()], body: Buffer.from(body) };
}

/** As LeQi takes it: a batch, encrypted with SM4; the firewall sees ciphertext. A fifth is left open, as units do in trials. */
export function leqiInvoice(texts: Texts): Sent {
  const line = (_: unknown, i: number): object => ({ xh: String(i + 1), xmmc: texts.goods(), ggxh: texts.goods(), je: texts.amount() });
  const one = (): object => ({ fphm: `26${texts.digits(18)}`, xsfnsrsbh: `91${texts.digits(15)}X`, xsfmc: texts.name(), gmfmc: texts.name(), bz: texts.note(), jshj: texts.amount(), mxzbList: Array.from({ length: texts.lines() }, line) });
  const plain = JSON.stringify(Array.from({ length: between(1, 5, texts.random) }, one));
  const cipher = createCipheriv("sm4-ecb", KEY.subarray(0, 16), null);
  const body = texts.chance(20) ? plain : Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
  const type = body === plain ? JSON_TYPE : "text/plain";
  return { method: "POST", path: "/access/v2/invoke/202007/QDFPSC", headers: ["content-type", type, "fwbm", "QDFPSC", "nlbm", "202007"], body: Buffer.from(body) };
}

/** As India's portal takes it: encrypted, or open as a provider in between takes it. */
export function irpInvoice(texts: Texts): Sent {
  const side = (): object => ({ Gstin: `29AAACI${texts.digits(4)}A1Z5`, LglNm: texts.name(), TrdNm: texts.name(), Addr1: texts.name(), Addr2: texts.name(), Loc: texts.name(), Pin: 560_001, Stcd: "29", Ph: texts.digits(10), Em: "o'neill@example.in" });
  const line = (_: unknown, i: number): object => ({ SlNo: String(i + 1), PrdDesc: texts.goods(), HsnCd: texts.digits(6), Qty: between(1, 99, texts.random), Unit: "PCS", UnitPrice: Number(texts.amount()), AttribDtls: [{ Nm: texts.goods(), Val: texts.goods() }] });
  const invoice = { Version: "1.1", TranDtls: { TaxSch: "GST", SupTyp: "B2B" }, DocDtls: { Typ: "INV", No: texts.number(), Dt: "22/11/2026" }, SellerDtls: side(), BuyerDtls: side(), ItemList: Array.from({ length: texts.lines() }, line), ValDtls: { TotInvVal: Number(texts.amount()) }, RefDtls: { InvRm: texts.note() }, AddlDocDtls: [{ Url: "https://example.in/po?id=5&v=2", Docs: texts.chance(20) ? texts.pdf() : "", Info: texts.note() }] };
  const plain = JSON.stringify(invoice);
  const cipher = createCipheriv("aes-256-ecb", KEY, null);
  const body = texts.chance(50) ? plain : JSON.stringify({ Data: Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64") });
  return { method: "POST", path: "/eicore/v1.03/Invoice", headers: ["content-type", JSON_TYPE, "gstin", "29AAACI0000A1Z5", "user_name", "o'neill_ap", "authtoken", texts.bytes(18).toString("base64")], body: Buffer.from(body) };
}

/** As Malaysia's takes it: documents of XML and JSON in base64. */
export function myinvoisInvoice(texts: Texts): Sent {
  const one = (): object => {
    const xml = texts.chance(50);
    return { format: xml ? "XML" : "JSON", documentHash: texts.bytes(32).toString("hex"), codeNumber: texts.number(), document: Buffer.from(xml ? ublXml(texts) : ublJson(texts)).toString("base64") };
  };
  const body = JSON.stringify({ documents: Array.from({ length: between(1, 4, texts.random) }, one) });
  return { method: "POST", path: "/api/v1.0/documentsubmissions/", headers: ["content-type", JSON_TYPE, "authorization", `Bearer ${bearer(texts)}`], body: Buffer.from(body) };
}

/** As Saudi Arabia's takes it: one document of XML in base64. */
export function zatcaInvoice(texts: Texts): Sent {
  const body = JSON.stringify({ invoiceHash: texts.bytes(32).toString("base64"), uuid: texts.uuid(), invoice: Buffer.from(ublXml(texts)).toString("base64") });
  const headers = ["content-type", JSON_TYPE, "accept-version", "V2", "accept-language", "en", "authorization", `Basic ${Buffer.from(`${texts.bytes(300).toString("base64")}:${texts.bytes(32).toString("base64")}`).toString("base64")}`];
  return { method: "POST", path: `/e-invoicing/core/invoices/${texts.chance(50) ? "reporting" : "clearance"}/single`, headers, body: Buffer.from(body) };
}

function bearer(texts: Texts): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: "https://identity.example", TaxpayerTIN: `C${texts.digits(10)}`, name: texts.name() })}.${texts.bytes(64).toString("base64url")}`;
}
