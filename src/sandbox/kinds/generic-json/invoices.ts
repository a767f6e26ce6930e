import { type Answer, bytesBody, conditional, errorAnswer, jsonAnswer } from "../../answer.ts";
import { isRecord, isText, readJson } from "../../json-record.ts";
import type { Issue, Order } from "../../ledger.ts";
import type { PlatformRequest } from "../../kind.ts";
import type { WholeBody } from "../../receive.ts";
import { isVisibleYet, platformWall, type World } from "../../world.ts";
import { invoicePdf } from "./pdf.ts";

const IMMUTABLE = { "cache-control": "public, max-age=31536000, immutable" };
const NO_STORE = { "cache-control": "no-store" };

/** Issues an invoice for a well-formed body, every time it is asked; while `refuseDuplicates` is on, the first time. */
export function issueAnswer(body: WholeBody, world: World): Answer {
  const order = readOrder(body);
  if (typeof order === "string") return errorAnswer(400, 4001, `reading order: ${order}`);
  const original = world.faults.lasts("refuseDuplicates") ? issuesOf(order, world)[0] : undefined;
  if (original) return duplicateAnswer(original, world);
  const issue = world.ledger.issue(order, platformWall(world), world.clock.now());
  return jsonAnswer(200, { code: 0, ...shown(issue, world) }, NO_STORE);
}

function duplicateAnswer({ orderNo, invoiceNo }: Issue, world: World): Answer {
  world.ledger.refused(orderNo);
  world.faults.struck("refuseDuplicates");
  return jsonAnswer(200, { code: 6655, message: "order already invoiced", orderNo, invoiceNo }, NO_STORE);
}

/** Looks up the invoices of an order, of any seller or of the one that is named: the first one, how many there are, and up to ten of their numbers. */
export function queryAnswer({ query }: PlatformRequest, world: World): Answer {
  const orderNo = query.get("orderNo");
  if (!orderNo) return errorAnswer(400, 4001, "reading query: orderNo missing");
  const issues = issuesOf({ orderNo, sellerTaxNo: query.get("sellerTaxNo") }, world).filter((issue) => isVisible(issue, world));
  const first = issues[0];
  if (!first) return errorAnswer(404, 4040, "no invoice for this order");
  const invoiceNos = issues.slice(0, 10).map((issue) => issue.invoiceNo);
  return jsonAnswer(200, { code: 0, ...described(first, world), count: issues.length, invoiceNos }, NO_STORE);
}

/** The invoice as a document, which never changes. */
export function documentAnswer(request: PlatformRequest, world: World): Answer {
  const issue = find(request.variables.id ?? "", world);
  if (!issue) return errorAnswer(404, 4040, "no such invoice");
  const answer = jsonAnswer(200, { code: 0, ...described(issue, world) }, IMMUTABLE);
  return conditional(answer, ifNoneMatch(request));
}

/** The invoice as a one-page PDF. */
export function pdfAnswer(request: PlatformRequest, world: World): Answer {
  const issue = find(request.variables.id ?? "", world);
  if (!issue) return errorAnswer(404, 4040, "no such invoice");
  const headers = { "content-type": "application/pdf", ...IMMUTABLE };
  const answer = { status: 200, headers, body: bytesBody(invoicePdf(issue)) };
  return conditional(answer, ifNoneMatch(request));
}

/** The value of If-None-Match, where there is one. */
export function ifNoneMatch({ headers }: PlatformRequest): string | undefined {
  const value = headers["if-none-match"];
  return typeof value === "string" ? value : undefined;
}

/** What was issued for an order; null stands for any seller. */
function issuesOf({ orderNo, sellerTaxNo }: { readonly orderNo: string; readonly sellerTaxNo: string | null }, world: World): readonly Issue[] {
  return world.ledger.ofOrder(orderNo).filter((issue) => sellerTaxNo === null || issue.sellerTaxNo === sellerTaxNo);
}

function find(invoiceNo: string, world: World): Issue | undefined {
  const issue = world.ledger.byNumber(invoiceNo);
  return issue && isVisible(issue, world) ? issue : undefined;
}

function isVisible(issue: Issue, world: World): boolean {
  return isVisibleYet(world, issue.at);
}

function shown(issue: Issue, world: World): object {
  return { invoiceNo: issue.invoiceNo, orderNo: issue.orderNo, region: world.name, issuedAt: issue.issuedAt };
}

function described(issue: Issue, world: World): object {
  const { sellerTaxNo, amount, sha256 } = issue;
  return { ...shown(issue, world), sellerTaxNo, amount, sha256 };
}

/** Reads an order, or says what is wrong with it. */
function readOrder(body: WholeBody): Order | string {
  const value = readJson(body.bytes);
  if (!isRecord(value)) return "body is not a JSON object";
  const { orderNo, sellerTaxNo, items, amount } = value;
  if (!isText(orderNo, 128)) return "orderNo is not a string of 1 to 128 characters";
  if (!isText(sellerTaxNo, 32)) return "sellerTaxNo is not a string of 1 to 32 characters";
  if (!Array.isArray(items)) return "items is not a list";
  if (typeof amount !== "number") return "amount is not a number";
  return { orderNo, sellerTaxNo, amount, sha256: body.sha256 };
}
