import type { Stream } from "./load.ts";

/** A taxpayer of each region: the division stands in the third and fourth place. */
export const GUANGDONG_TAXPAYER = "91440300MA5EXAMPL1";
export const BEIJING_TAXPAYER = "91110108MA5EXAMPL2";
export const SICHUAN_TAXPAYER = "91510100MA5EXAMPL3";
export const HUNAN_TAXPAYER = "91430100MA5EXAMPL4";

/** Reads of the code table, which need no state on the platform and tell who answered. */
export function reads(perSecond: number, taxpayer: string, fresh = false): Stream {
  return {
    perSecond,
    call: () => ({ kind: fresh ? "read on a fresh connection" : "read", method: "GET", path: "/api/codes", headers: { "x-taxpayer": taxpayer }, fresh }),
  };
}

/** Submissions, each with an order number of its own: the first letter tells streams apart. */
export function submissions(perSecond: number, taxpayer: string, prefix: string, fresh = false): Stream {
  return {
    perSecond,
    call(index) {
      const orderNo = `${prefix}-${index}`;
      const body = JSON.stringify({ orderNo, sellerTaxNo: taxpayer, items: [{ name: "service", amount: index + 1 }], amount: index + 1 });
      return { kind: fresh ? "submission on a fresh connection" : "submission", method: "POST", path: "/api/invoices", headers: {}, body, orderNo, fresh };
    },
  };
}

/** Downloads of so many bytes through the pass lane. */
export function downloads(perSecond: number, taxpayer: string, bytes: number): Stream {
  return {
    perSecond,
    call: () => ({ kind: "download", method: "GET", path: `/api/echo?bytes=${bytes}`, headers: { "x-taxpayer": taxpayer }, bytes }),
  };
}
