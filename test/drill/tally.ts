import { isToldOk, type Order } from "./legacy-client.ts";
import type { Issued } from "./sandbox-process.ts";

/** Orders held against the ledger of the platform, once nothing is under way any more. Every list has one text for each case. */
export interface Tally {
  readonly orders: number;
  readonly toldOk: readonly Order[];
  /** Invoices beyond the first of their order. */
  readonly duplicates: readonly string[];
  /** The billing system has used up its tries, and the ledger holds its invoice all the same. */
  readonly ghosts: readonly string[];
  /** Told that it was issued, and the ledger does not have it under that number. */
  readonly lost: readonly string[];
  /** Issued, and never submitted. */
  readonly strangers: readonly string[];
}

/** Judges what billing systems were told by what was issued. */
export function tally(orders: readonly Order[], issued: readonly Issued[]): Tally {
  const byOrder = Map.groupBy(issued, ({ orderNo }) => orderNo);
  const known = new Set(orders.map(({ orderNo }) => orderNo));
  const toldOk = orders.filter(isToldOk);
  const failed = orders.filter((order) => !isToldOk(order));
  const isLost = ({ orderNo, invoiceNo }: Order): boolean => !byOrder.get(orderNo)?.some((issue) => issue.invoiceNo === invoiceNo);
  return {
    orders: orders.length, toldOk,
    duplicates: [...byOrder.values()].flatMap((issues) => issues.slice(1).map(({ orderNo }) => orderNo)),
    ghosts: failed.filter(({ orderNo }) => byOrder.has(orderNo)).map(story),
    lost: toldOk.filter(isLost).map(({ orderNo, invoiceNo }) => `${orderNo} as ${String(invoiceNo)}`),
    strangers: issued.filter(({ orderNo }) => !known.has(orderNo)).map(({ orderNo }) => orderNo),
  };
}

function story({ orderNo, seen }: Order): string {
  return `${orderNo} (${[...new Set(seen)].join(", ")})`;
}
