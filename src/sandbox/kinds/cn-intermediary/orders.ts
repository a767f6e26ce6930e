import type { Answer } from "../../answer.ts";
import type { Setting } from "../../kind.ts";
import { amountOf, isRecord, isText, readJson } from "../../json-record.ts";
import type { Issue } from "../../ledger.ts";
import type { WholeBody } from "../../receive.ts";
import { remember } from "../../remember.ts";
import { isVisibleYet, platformWall, settingOf, type World } from "../../world.ts";
import { isCode, say } from "./message.ts";

/** What tests may change about this kind. */
export const SETTINGS = {
  /** Time from taking an order in until its result can be had; 0 answers with the invoice at once. */
  processingMs: 0,
  /** Time from asking for a result to be looked up until it can be fetched. */
  lookUpMs: 0,
  /** Age from which an order without an invoice is given up (6904). */
  givesUpAfterMs: 12 * 3_600_000,
  /** When set, orders are answered with this code, such as 1101, 1102, 1108, 2116 or 6509 … */
  issueCode: "",
  /** … and are taken in all the same: an answer that says less than the truth. */
  issueTaken: false,
  /** Orders are taken in and the tax bureau never issues them. */
  loses: false,
  /** Whether a serial number that is known is refused. */
  recognises: true,
} satisfies Readonly<Record<string, Setting>>;

interface Order {
  /** Monotonic time of taking it in. */
  readonly at: number;
  readonly readyAt: number;
  /** Undefined when the bureau lost it. */
  readonly issue: Issue | undefined;
}

interface LookUp {
  /** Monotonic time of the first and of the last application. */
  readonly first: number;
  readonly last: number;
}

/** The orders of an intermediary and their two-step query. */
export interface Orders {
  issue(body: WholeBody): Answer;
  /** First step: asks for the result to be looked up. */
  apply(body: WholeBody): Answer;
  /** Second step: fetches the result. */
  fetch(body: WholeBody): Answer;
}

interface Identity {
  readonly serial: string;
  readonly seller: string;
}

/** Makes a book without orders. */
export function createOrders(world: World): Orders {
  const orders = new Map<string, Order>();
  const lookUps = new Map<string, LookUp>();
  const closed = new Set<string>();

  function takeIn(key: string, order: Identity & { readonly amount: number; readonly sha256: string }): Order {
    const at = world.clock.now();
    const { serial: orderNo, seller: sellerTaxNo, amount, sha256 } = order;
    const issue = settingOf(world, SETTINGS, "loses") ? undefined : world.ledger.issue({ orderNo, sellerTaxNo, amount, sha256 }, platformWall(world), at);
    const taken = { at, issue, readyAt: at + settingOf(world, SETTINGS, "processingMs") };
    remember(orders, key, taken);
    return taken;
  }

  function issue(body: WholeBody): Answer {
    const order = readOrder(body);
    if (!order) return say("1002");
    const key = keyOf(order);
    if (settingOf(world, SETTINGS, "recognises") && (orders.has(key) || closed.has(key))) return repeated(key, order.serial);
    const code = settingOf(world, SETTINGS, "issueCode");
    if (isCode(code)) {
      if (settingOf(world, SETTINGS, "issueTaken")) takeIn(key, order);
      return say(code);
    }
    if (!(order.amount > 0)) return say("6509", { detail: "价税合计必须大于零" });
    const taken = takeIn(key, order);
    return say("0000", { datagram: isReady(taken) ? invoiceOf(taken.issue) : { fpqqlsh: order.serial } });
  }

  // An order that has its invoice, or was given up, is a serial number used up; one under way is an order that exists.
  function repeated(key: string, serial: string): Answer {
    const known = orders.get(key);
    if (known) world.ledger.refused(serial);
    return say(known && !isReady(known) && !closed.has(key) ? "6783" : "6655");
  }

  function apply(body: WholeBody): Answer {
    const asked = readQuery(body);
    if (!asked) return say("1002");
    const key = keyOf(asked);
    const now = world.clock.now();
    remember(lookUps, key, { first: lookUps.get(key)?.first ?? now, last: now });
    return say("0000");
  }

  function fetch(body: WholeBody): Answer {
    const asked = readQuery(body);
    if (!asked) return say("1002");
    const key = keyOf(asked);
    const lookUp = lookUps.get(key);
    if (!lookUp) return say("6902");
    const now = world.clock.now();
    if (now - lookUp.last < settingOf(world, SETTINGS, "lookUpMs")) return say("6901");
    const order = orders.get(key);
    if (order && isReady(order) && isVisibleYet(world, order.at)) return say("0000", { datagram: invoiceOf(order.issue) });
    // The platform has no time for an order that never came: it counts from the first question.
    if (now - (order?.at ?? lookUp.first) < settingOf(world, SETTINGS, "givesUpAfterMs")) return say("6901");
    closed.add(key);
    return say("6904");
  }

  const isReady = (order: Order): order is Order & { readonly issue: Issue } => order.issue !== undefined && world.clock.now() >= order.readyAt;
  return { issue, apply, fetch };
}

function keyOf({ serial, seller }: Identity): string {
  return `${seller} ${serial}`;
}

function invoiceOf({ invoiceNo, orderNo, sellerTaxNo, amount, issuedAt }: Issue): object {
  return { fpxx: { fphm: invoiceNo, fpqqlsh: orderNo, xhf_nsrsbh: sellerTaxNo, jshj: amount.toFixed(2), kprq: issuedAt.slice(0, 19).replace("T", " ") } };
}

function readOrder(body: WholeBody): (Identity & { readonly amount: number; readonly sha256: string }) | undefined {
  const value = readJson(body.bytes);
  const head = isRecord(value) ? value.fpkjxx_fptxx : undefined;
  if (!isRecord(head) || !isSerial(head.fpqqlsh) || !isText(head.xhf_nsrsbh, 20)) return undefined;
  const amount = amountOf(head.jshj);
  return Number.isNaN(amount) ? undefined : { serial: head.fpqqlsh, seller: head.xhf_nsrsbh, amount, sha256: body.sha256 };
}

function readQuery(body: WholeBody): Identity | undefined {
  const value = readJson(body.bytes);
  if (!isRecord(value) || !isSerial(value.fpqqlsh) || !isText(value.nsrsbh, 20)) return undefined;
  return { serial: value.fpqqlsh, seller: value.nsrsbh };
}

// Neither underscores nor hyphens, says the documentation.
function isSerial(value: unknown): value is string {
  return typeof value === "string" && /^[0-9A-Za-z]{1,50}$/.test(value);
}
