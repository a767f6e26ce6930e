import { instantText, parseInstant } from "../../../base/instant.ts";
import type { Answer } from "../../answer.ts";
import { platformWall, type World } from "../../world.ts";
import { textAt } from "../xml-tree.ts";
import { element, leaf } from "../xml-write.ts";
import type { IssuedToken } from "./gatekeeper.ts";
import type { Message } from "./message.ts";
import { navAnswer } from "./nav-answer.ts";
import { invoiceStatus, requestStatus } from "./status.ts";
import type { Result, Transaction, Transactions } from "./transactions.ts";

const PAGE = 100;

/** The answer to tokenExchange. */
export function tokenAnswer(message: Message, { encoded, from, to }: IssuedToken, world: World): Answer {
  return navAnswer(
    "TokenExchangeResponse", message, platformWall(world),
    leaf("encodedExchangeToken", encoded), leaf("tokenValidityFrom", instantText(from)), leaf("tokenValidityTo", instantText(to)),
  );
}

/** The answer to queryTransactionStatus; without results where NAV does not (yet) know the transaction. */
export function statusAnswer(message: Message, transactions: Transactions, world: World): Answer {
  const found = transactions.byId(textAt(message.root, "transactionId") ?? "", message.taxNumber);
  const original = textAt(message.root, "returnOriginalRequest") === "true";
  const results = found && element(
    "processingResults",
    ...found.results.map((result) => resultText(found, result, original, world)),
    leaf("originalRequestVersion", "3.0"),
    found.annulment ? element("annulmentData", leaf("annulmentVerificationStatus", "VERIFICATION_PENDING")) : undefined,
  );
  return navAnswer("QueryTransactionStatusResponse", message, platformWall(world), results);
}

function resultText(transaction: Transaction, result: Result, original: boolean, world: World): string {
  const status = invoiceStatus(transaction, result, world);
  const { fault } = result;
  return element(
    "processingResult",
    leaf("index", result.index), leaf("invoiceStatus", status),
    status === "ABORTED" && fault
      ? element("businessValidationMessages", leaf("validationResultCode", "ERROR"), leaf("validationErrorCode", fault.code), leaf("message", fault.text))
      : undefined,
    leaf("compressedContentIndicator", String(transaction.compressed)),
    original ? leaf("originalRequest", result.data) : undefined,
  );
}

/** The answer to queryTransactionList; undefined where its time is none. */
export function listAnswer(message: Message, transactions: Transactions, world: World): Answer | undefined {
  const from = parseInstant(textAt(message.root, "insDate", "dateTimeFrom") ?? "");
  const to = parseInstant(textAt(message.root, "insDate", "dateTimeTo") ?? "");
  const page = Number(textAt(message.root, "page") ?? "");
  if (from === null || to === null || !(page >= 1)) return undefined;
  const wanted = textAt(message.root, "requestStatus");
  const found = transactions.between(message.taxNumber, from, to).filter((one) => wanted === undefined || requestStatus(one, world) === wanted);
  const pages = Math.ceil(found.length / PAGE);
  return navAnswer("QueryTransactionListResponse", message, platformWall(world), element(
    "transactionListResult",
    leaf("currentPage", String(page)), leaf("availablePage", String(pages)),
    ...found.slice((page - 1) * PAGE, page * PAGE).map((one) => transactionText(one, world)),
  ));
}

function transactionText(transaction: Transaction, world: World): string {
  return element(
    "transaction",
    leaf("insDate", instantText(transaction.wall)), leaf("insCusUser", transaction.login), leaf("source", "MGM"),
    leaf("transactionId", transaction.id), leaf("requestStatus", requestStatus(transaction, world)),
    leaf("technicalAnnulment", String(transaction.annulment)), leaf("originalRequestVersion", "3.0"), leaf("itemCount", String(transaction.results.length)),
  );
}

/** The answer to queryTaxpayer: every number is a taxpayer but those that begin with 0. */
export function taxpayerAnswer(message: Message, world: World): Answer {
  const asked = textAt(message.root, "taxNumber") ?? "";
  const known = /^[1-9][0-9]{7}$/.test(asked);
  const data = element(
    "taxpayerData",
    leaf("taxpayerName", `Taxpayer ${asked}`),
    element("taxNumberDetail", leaf("base:taxpayerId", asked), leaf("base:vatCode", "2"), leaf("base:countyCode", "42")),
    leaf("incorporation", "ORGANIZATION"),
  );
  return navAnswer("QueryTaxpayerResponse", message, platformWall(world), leaf("infoDate", instantText(platformWall(world))), leaf("taxpayerValidity", String(known)), known ? data : undefined);
}
