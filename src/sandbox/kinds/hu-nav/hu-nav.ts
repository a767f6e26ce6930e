import type { Answer } from "../../answer.ts";
import type { OpenPlatform, OperationSpec, PlatformKind, PlatformRequest, RefusalName } from "../../kind.ts";
import { platformWall, settingOf, type World } from "../../world.ts";
import { createGatekeeper, type Gatekeeper } from "./gatekeeper.ts";
import { isCompressed, itemsOf, readMessage, type Message } from "./message.ts";
import { navAnswer, navError, type NavError } from "./nav-answer.ts";
import { listAnswer, statusAnswer, taxpayerAnswer, tokenAnswer } from "./queries.ts";
import { SETTINGS } from "./settings.ts";
import { createThrottle } from "./throttle.ts";
import { openTransactions, type Transactions } from "./transactions.ts";
import { leaf } from "../xml-write.ts";

/*
 * Hungary, NAV Online Számla 3.0: users, signatures, tokens and the asynchronous life of an invoice. Every request is a POST
 * with all credentials in its body.
 */

const BOUND = 10_000_000;
const MOST_ITEMS = 100;

const operation = (name: string, called: string): OperationSpec => ({ name, methods: ["POST"], path: new RegExp(`^/invoiceService/v3/${called}$`), bound: BOUND });

const OPERATIONS: readonly OperationSpec[] = [
  operation("issue", "manageInvoice"),
  operation("annul", "manageAnnulment"),
  operation("token", "tokenExchange"),
  operation("status", "queryTransactionStatus"),
  operation("list", "queryTransactionList"),
  operation("taxpayer", "queryTaxpayer"),
];

const ROOTS: Readonly<Record<string, string>> = {
  issue: "ManageInvoiceRequest", annul: "ManageAnnulmentRequest", token: "TokenExchangeRequest",
  status: "QueryTransactionStatusRequest", list: "QueryTransactionListRequest", taxpayer: "QueryTaxpayerRequest",
};

const INVALID = { status: 400, code: "INVALID_REQUEST", text: "Invalid request!" };
const BAD_TOKEN = { status: 400, code: "INVALID_EXCHANGE_TOKEN", text: "Invalid exchange token!" };
const BAD_INDEX = { status: 400, code: "INDEX_NOT_SEQUENTIAL", text: "Index is not in sequential order!" };

/** The simulated NAV. */
export const HU_NAV: PlatformKind = {
  name: "hu-nav",
  operations: OPERATIONS,
  // NAV refuses nobody: see throttle.ts.
  limits: [],
  settings: SETTINGS,
  open,
};

interface Rooms {
  readonly world: World;
  readonly gatekeeper: Gatekeeper;
  readonly transactions: Transactions;
}

function open(world: World): OpenPlatform {
  const rooms = { world, gatekeeper: createGatekeeper(world), transactions: openTransactions(world) };
  const throttle = createThrottle(world.clock);
  return {
    answer(request) {
      const delayMs = settingOf(world, SETTINGS, "throttled") ? throttle.delay(request.address, settingOf(world, SETTINGS, "delayMs")) : 0;
      return { ...answer(request, rooms), delayMs };
    },
    counts: () => ({ tooFast: throttle.count() }),
    refuse: (name) => navError(REFUSALS[name], undefined, platformWall(world)),
  };
}

function answer(request: PlatformRequest, rooms: Rooms): Answer {
  const message = readMessage(request.body.bytes);
  const refused = (error: NavError): Answer => navError(error, message, platformWall(rooms.world));
  if (!message || message.root.local !== ROOTS[request.operation]) return refused(INVALID);
  const wrong = rooms.gatekeeper.check(message);
  if (wrong) return refused(wrong);
  const done = carryOut(request, message, rooms);
  if ("code" in done) return refused(done);
  rooms.gatekeeper.done(message);
  return done;
}

function carryOut(request: PlatformRequest, message: Message, rooms: Rooms): Answer | NavError {
  const { world, gatekeeper, transactions } = rooms;
  switch (request.operation) {
    case "token":
      return tokenAnswer(message, gatekeeper.issueToken(message), world);
    case "status":
      return statusAnswer(message, transactions, world);
    case "list":
      return listAnswer(message, transactions, world) ?? INVALID;
    case "taxpayer":
      return taxpayerAnswer(message, world);
    default:
      return manage(request, message, rooms);
  }
}

function manage({ operation, body }: PlatformRequest, message: Message, { world, gatekeeper, transactions }: Rooms): Answer | NavError {
  const items = itemsOf(message);
  if (items.length === 0 || items.length > MOST_ITEMS) return INVALID;
  if (items.some(({ index }, i) => index !== String(i + 1))) return BAD_INDEX;
  const token = message.root.children.find(({ local }) => local === "exchangeToken")?.text.trim();
  if (!gatekeeper.redeem(token, message)) return BAD_TOKEN;
  const annulment = operation === "annul";
  const { id } = transactions.take({ taxNumber: message.taxNumber, login: message.login, annulment, compressed: isCompressed(message), items, sha256: body.sha256 });
  return navAnswer(annulment ? "ManageAnnulmentResponse" : "ManageInvoiceResponse", message, platformWall(world), leaf("transactionId", id));
}

const REFUSALS: Readonly<Record<RefusalName, NavError>> = {
  "unauthorized": { status: 401, code: "INVALID_SECURITY_USER", text: "Invalid security user!" },
  "not-executed": { status: 503, code: "MAINTENANCE_MODE", text: "The requested operation temporarily does not serve requests due to maintenance!" },
  "unknown-outcome": { status: 500, code: "OPERATION_FAILED", text: "Operation failed!" },
  "too-large": { status: 413, code: "INVALID_REQUEST", text: "Invalid request!" },
  "limited": { status: 503, code: "MAINTENANCE_MODE", text: "The requested operation temporarily does not serve requests due to maintenance!" },
  "no-such-operation": { status: 404, code: "INVALID_OPERATION", text: "Invalid operation!" },
};
