import { localTime } from "./calendar.ts";

/** What the platform was asked to issue. */
export interface Order {
  readonly orderNo: string;
  readonly sellerTaxNo: string;
  readonly amount: number;
  /** SHA-256 of the request body as it arrived, in hexadecimal. */
  readonly sha256: string;
}

/** One issued invoice. Submitting an order twice makes two of them. */
export interface Issue extends Order {
  /** Twenty digits: year, region, sequence. */
  readonly invoiceNo: string;
  /** Time of issue by the platform's own, possibly wrong, clock. */
  readonly issuedAt: string;
  /** Time of issue in monotonic milliseconds of the clock the sandbox was given. */
  readonly at: number;
}

/** The ledger in numbers. */
export interface LedgerTotals {
  /** Invoices issued since the start. */
  readonly issued: number;
  /** Invoices still in memory. */
  readonly kept: number;
  /** Oldest invoices that were forgotten to stay within the bound; anything but 0 means that counts are incomplete. */
  readonly dropped: number;
  /** Different orders among the kept invoices. */
  readonly orders: number;
  /** Orders with more than one kept invoice. */
  readonly repeatedOrders: number;
  /** Invoices beyond the first of their order, since the start. */
  readonly duplicates: number;
  /** Submissions of what had been taken in before, recognised by the platform and not issued again, since the start. */
  readonly refused: number;
}

/** The platform's own book of what it issued: the judge of every exactly-once test. */
export interface Ledger {
  /** Issues an invoice; never refuses, never recognises a repetition. `wall` in ms since the epoch, `at` in monotonic ms. */
  issue(order: Order, wall: number, at: number): Issue;
  /** Counts a submission of an order that the platform has taken in before, and therefore did not issue. */
  refused(orderNo: string): void;
  /** How often a kept order was submitted again and refused. */
  refusalsOf(orderNo: string): number;
  /** Every kept invoice of an order, the first one first. */
  ofOrder(orderNo: string): readonly Issue[];
  byNumber(invoiceNo: string): Issue | undefined;
  /** Kept invoices in order of issue; `from` counts from the oldest kept one. */
  page(from: number, size: number): readonly Issue[];
  /** Up to `size` orders that have more than one kept invoice, in the order in which they first repeated. */
  repeated(size: number): readonly string[];
  totals(): LedgerTotals;
}

const SEQUENCE_DIGITS = 12;

/** Makes an empty ledger of the region `name` that remembers the last `bound` invoices. */
export function createLedger(name: string, bound: number): Ledger {
  const ring: Issue[] = [];
  const orders = new Map<string, Issue[]>();
  const repeated = new Set<string>();
  const region = regionDigits(name);
  let issued = 0;
  const refusals = new Map<string, number>();
  let duplicates = 0;
  let refused = 0;

  function keep(issue: Issue): void {
    const slot = (issued - 1) % bound;
    const oldest = ring[slot];
    if (oldest) forget(oldest);
    ring[slot] = issue;
    const known = orders.get(issue.orderNo);
    if (!known) {
      orders.set(issue.orderNo, [issue]);
      return;
    }
    known.push(issue);
    repeated.add(issue.orderNo);
    duplicates += 1;
  }

  function forget(issue: Issue): void {
    const known = orders.get(issue.orderNo) ?? [];
    known.shift();
    if (known.length < 2) repeated.delete(issue.orderNo);
    if (known.length > 0) return;
    orders.delete(issue.orderNo);
    refusals.delete(issue.orderNo);
  }

  function refuse(orderNo: string): void {
    refused += 1;
    // What was never issued could not be forgotten again.
    if (orders.has(orderNo)) refusals.set(orderNo, (refusals.get(orderNo) ?? 0) + 1);
  }

  function issue(order: Order, wall: number, at: number): Issue {
    issued += 1;
    const issuedAt = localTime(wall);
    const sequence = String(issued).padStart(SEQUENCE_DIGITS, "0");
    const made: Issue = { ...order, invoiceNo: `${issuedAt.slice(2, 4)}${region}${sequence}`, issuedAt, at };
    keep(made);
    return made;
  }

  function byNumber(invoiceNo: string): Issue | undefined {
    const found = ring[(Number(invoiceNo.slice(-SEQUENCE_DIGITS)) - 1) % bound];
    return found?.invoiceNo === invoiceNo ? found : undefined;
  }

  function page(from: number, size: number): readonly Issue[] {
    const start = issued > bound ? issued % bound : 0;
    const count = Math.max(0, Math.min(size, ring.length - from));
    return Array.from({ length: count }, (_, i) => ring[(start + from + i) % bound]).filter((one) => one !== undefined);
  }

  return {
    issue, byNumber, page,
    refused: refuse,
    refusalsOf: (orderNo) => refusals.get(orderNo) ?? 0,
    ofOrder: (orderNo) => orders.get(orderNo) ?? [],
    repeated: (size) => [...repeated.values().take(size)],
    totals: () => ({
      issued, kept: ring.length, dropped: issued - ring.length,
      orders: orders.size, repeatedOrders: repeated.size, duplicates, refused,
    }),
  };
}

/** Six digits that differ between regions, so that numbers of two sandboxes are told apart. */
function regionDigits(name: string): string {
  let sum = 0;
  for (const letter of name) sum = (sum * 131 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return String(sum % 1_000_000).padStart(6, "0");
}
