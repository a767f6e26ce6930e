import { isVisibleYet, platformWall, type World } from "../../world.ts";
import { readInvoice, type ReadInvoice } from "./invoice.ts";
import type { Item } from "./message.ts";

/** What became of one invoice. */
export interface Result extends Item {
  /** Code and text of the business rule that it breaks; undefined where it is taken in. */
  readonly fault: { readonly code: string; readonly text: string } | undefined;
}

/** A request that was taken in. */
export interface Transaction {
  readonly id: string;
  readonly taxNumber: string;
  readonly login: string;
  readonly annulment: boolean;
  readonly compressed: boolean;
  /** Wall time in ms. */
  readonly wall: number;
  /** Monotonic ms. */
  readonly at: number;
  readonly results: readonly Result[];
}

/** What is taken in. */
export interface Taken extends Pick<Transaction, "taxNumber" | "login" | "annulment" | "compressed"> {
  readonly items: readonly Item[];
  /** Of the whole request. */
  readonly sha256: string;
}

/** NAV's books. */
export interface Transactions {
  /** Takes a request in; what its invoices are worth is settled now and shown later. */
  take(taken: Taken): Transaction;
  /** One that queries show by now. */
  byId(id: string, taxNumber: string): Transaction | undefined;
  /** Those of a time, both ends included, the oldest first. */
  between(taxNumber: string, from: number, to: number): readonly Transaction[];
}

const NOT_UNIQUE = { code: "INVOICE_NUMBER_NOT_UNIQUE", text: "The specified invoice number has already been used previously." };
const TWICE = { code: "DUPLICATE_IN_REQUEST", text: "The given invoice number occurs more than once in the request." };
const UNREADABLE = { code: "SCHEMA_VIOLATION", text: "XML contains on line: [1] and column: [1] error: [not an invoice]" };

/** Opens empty books. */
export function openTransactions(world: World): Transactions {
  const all = new Map<string, Transaction>();

  function judge(item: Item, taken: Taken, seen: Set<string>): Result {
    const invoice = readInvoice(item.data, taken.compressed, taken.taxNumber);
    if (!invoice) return { ...item, fault: UNREADABLE };
    const orderNo = orderOf(invoice, item);
    if (seen.has(orderNo)) return { ...item, fault: TWICE };
    seen.add(orderNo);
    if (world.ledger.ofOrder(orderNo).length > 0) {
      world.ledger.refused(orderNo);
      return { ...item, fault: NOT_UNIQUE };
    }
    world.ledger.issue({ orderNo, sellerTaxNo: invoice.supplier, amount: invoice.gross, sha256: taken.sha256 }, platformWall(world), world.clock.now());
    return { ...item, fault: undefined };
  }

  return {
    take(taken) {
      const seen = new Set<string>();
      const id = transactionId(all.size + 1, world);
      const results = taken.items.map((item) => judge(item, taken, seen));
      const { taxNumber, login, annulment, compressed } = taken;
      const made = { id, taxNumber, login, annulment, compressed, results, wall: platformWall(world), at: world.clock.now() };
      all.set(id, made);
      return made;
    },
    byId(id, taxNumber) {
      const found = all.get(id);
      return found?.taxNumber === taxNumber && isVisibleYet(world, found.at) ? found : undefined;
    },
    between: (taxNumber, from, to) =>
      [...all.values()].filter((one) => one.taxNumber === taxNumber && one.wall >= from && one.wall <= to && isVisibleYet(world, one.at)),
  };
}

/** A number is used once by a supplier, whatever is done under it; an annulment is told apart. */
function orderOf({ supplier, number }: ReadInvoice, { operation }: Item): string {
  return operation === "ANNUL" ? `${supplier}/${number}/annul` : `${supplier}/${number}`;
}

/** Sixteen letters and digits, as NAV's begin. */
function transactionId(count: number, world: World): string {
  const salt = Math.floor(world.random.next() * 36 ** 6).toString(36).padStart(6, "0");
  return `4${salt}${String(count).padStart(9, "0")}`.toUpperCase();
}
