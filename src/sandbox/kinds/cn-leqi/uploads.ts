import { createHash } from "node:crypto";
import { amountOf, isRecord, isText } from "../../json-record.ts";
import { remember } from "../../remember.ts";
import { isVisibleYet, platformWall, settingOf, type World } from "../../world.ts";
import { SETTINGS } from "./settings.ts";

/** What became of one invoice of an upload: taken, under way, refused, or uploaded before. */
export type Result = "00" | "01" | "02" | "03";

/** Uploads of invoices, each under an acceptance number (sllsh). */
export interface Uploads {
  /** Takes an array of invoices in; `sha256` is that of the encrypted body. */
  upload(value: unknown, sha256: string): object;
  /** What became of an upload. */
  result(value: unknown): object;
  /** Looks an invoice up by its number. */
  lookUp(value: unknown): object;
}

interface Invoice {
  readonly fphm: string;
  readonly seller: string;
  readonly amount: number;
}

interface Upload {
  /** Monotonic time. */
  readonly at: number;
  readonly results: readonly { readonly fphm: string; readonly result: Exclude<Result, "01"> }[];
}

const MOST_INVOICES = 1000;
const WORDS: Readonly<Record<Result, string>> = { "00": "上传成功", "01": "发票上传处理中", "02": "上传失败：价税合计不正确", "03": "重复上传" };

/** Nothing was found; the platform has no other code for it. */
const NOT_FOUND = { returncode: "01", returnmsg: "未查询到数据" };
/** The content is not what the service wants. */
export const MALFORMED = { returncode: "99", returnmsg: "请求报文格式不正确" };

const GOOD = { returncode: "00", returnmsg: "成功" };

/** Makes a platform without uploads. */
export function createUploads(world: World): Uploads {
  const uploads = new Map<string, Upload>();
  let accepted = 0;

  function judge({ fphm, seller, amount }: Invoice, sha256: string): Exclude<Result, "01"> {
    if (settingOf(world, SETTINGS, "recognises") && world.ledger.ofOrder(fphm).length > 0) {
      world.ledger.refused(fphm);
      return "03";
    }
    if (!(amount > 0)) return "02";
    world.ledger.issue({ orderNo: fphm, sellerTaxNo: seller, amount, sha256 }, platformWall(world), world.clock.now());
    return "00";
  }

  function upload(value: unknown, sha256: string): object {
    const invoices = readInvoices(value);
    if (!invoices) return MALFORMED;
    accepted += 1;
    const sllsh = createHash("sha256").update(`${world.name} ${accepted}`).digest("hex").slice(0, 32);
    const results = invoices.map((invoice) => ({ fphm: invoice.fphm, result: judge(invoice, sha256) }));
    remember(uploads, sllsh, { at: world.clock.now(), results });
    return { ...GOOD, sllsh };
  }

  function result(value: unknown): object {
    const known = isRecord(value) && isText(value.sllsh, 40) ? uploads.get(value.sllsh) : undefined;
    const age = world.clock.now() - (known?.at ?? 0);
    if (!known || age >= settingOf(world, SETTINGS, "resultsForMs")) return NOT_FOUND;
    const done = isDone(known.at);
    const resultList = known.results.map(({ fphm, result: judged }) => {
      const status = done ? judged : "01";
      return { fphm, status, message: WORDS[status] };
    });
    return { ...GOOD, resultList };
  }

  function lookUp(value: unknown): object {
    const issue = isRecord(value) && isText(value.fphm, 20) ? world.ledger.ofOrder(value.fphm)[0] : undefined;
    if (!issue || !isDone(issue.at)) return NOT_FOUND;
    const { orderNo: fphm, sellerTaxNo: xsfnsrsbh, amount, issuedAt } = issue;
    return { ...GOOD, fphm, xsfnsrsbh, jshj: amount.toFixed(2), kprq: issuedAt.slice(0, 19).replace("T", " "), fpzt: "0" };
  }

  function isDone(at: number): boolean {
    return world.clock.now() - at >= settingOf(world, SETTINGS, "processingMs") && isVisibleYet(world, at);
  }

  return { upload, result, lookUp };
}

function readInvoices(value: unknown): readonly Invoice[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_INVOICES) return undefined;
  const invoices = value.map(readInvoice);
  return invoices.every((invoice) => invoice !== undefined) ? invoices : undefined;
}

function readInvoice(value: unknown): Invoice | undefined {
  if (!isRecord(value)) return undefined;
  const { fphm, xsfnsrsbh: seller, jshj } = value;
  const amount = amountOf(jshj);
  const good = typeof fphm === "string" && /^[0-9]{20}$/.test(fphm) && isText(seller, 20) && !Number.isNaN(amount);
  return good ? { fphm, seller, amount } : undefined;
}
