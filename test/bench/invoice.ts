/** Bytes of the invoices that are measured. */
export const INVOICE = 2048;

/** Where submissions go. */
export const invoicePath = "/api/invoices";

/** An invoice around its order number: what stands before it and after it. */
export interface InvoiceText {
  readonly before: string;
  readonly after: string;
}

/** A JSON invoice of `size` bytes with an order number of `digits` characters in its place. */
export function invoiceText(size: number, digits: number): InvoiceText {
  const before = '{"orderNo":"';
  const lines: unknown[] = [];
  const after = (note: string): string => `",${JSON.stringify({ sellerTaxNo: "91440300MA5FTEU0XQ", buyerName: "Benchmark Trading Co", lines, note }).slice(1)}`;
  const room = size - digits - before.length;
  while (after("").length < room - 90) lines.push({ line: lines.length + 1, name: "consulting service", amount: "1024.00", rate: "0.06", tax: "61.44" });
  return { before, after: after("x".repeat(Math.max(0, room - after("").length))) };
}

/** A wrk script that posts one invoice after another, each with an order number that was never used: a random prefix a run, then a count. */
export function invoiceScript(size: number): string {
  const { before, after } = invoiceText(size, 16 + 8);
  return `local drawn = io.open("/dev/urandom", "rb")
local prefix = drawn:read(8):gsub(".", function(byte) return string.format("%02x", byte:byte()) end)
drawn:close()
local count = 0
wrk.headers["Content-Type"] = "application/json"
request = function()
  count = count + 1
  return wrk.format("POST", "${invoicePath}", nil, [==[${before}]==] .. prefix .. string.format("%08d", count) .. [==[${after}]==])
end
`;
}
