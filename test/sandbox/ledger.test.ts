import assert from "node:assert/strict";
import { test } from "node:test";
import { createLedger, type Ledger } from "../../src/sandbox/ledger.ts";

const WALL = 1_790_000_000_000;

function issue(ledger: Ledger, orderNo: string): string {
  return ledger.issue({ orderNo, sellerTaxNo: "1", amount: 1, sha256: "00" }, WALL, 0).invoiceNo;
}

test("a ledger issues the same order twice and knows that it did", () => {
  const ledger = createLedger("beijing", 10);
  const numbers = [issue(ledger, "a"), issue(ledger, "b"), issue(ledger, "a"), issue(ledger, "a")];
  assert.equal(new Set(numbers).size, 4);
  assert.ok(numbers.every((number) => /^[0-9]{20}$/.test(number)), String(numbers));
  assert.deepEqual(ledger.ofOrder("a").map((one) => one.invoiceNo), [numbers[0], numbers[2], numbers[3]]);
  assert.deepEqual(ledger.repeated(5), ["a"]);
  assert.deepEqual(ledger.totals(), { issued: 4, kept: 4, dropped: 0, orders: 2, repeatedOrders: 1, duplicates: 2, refused: 0 });
});

test("two regions give different numbers", () => {
  assert.notEqual(issue(createLedger("beijing", 2), "a"), issue(createLedger("guangdong", 2), "a"));
});

test("a full ledger forgets the oldest invoice and says so", () => {
  const ledger = createLedger("beijing", 3);
  const numbers = ["a", "a", "b", "c"].map((orderNo) => issue(ledger, orderNo));
  assert.deepEqual(ledger.totals(), { issued: 4, kept: 3, dropped: 1, orders: 3, repeatedOrders: 0, duplicates: 1, refused: 0 });
  assert.deepEqual(ledger.ofOrder("a").map((one) => one.invoiceNo), [numbers[1]]);
  numbers.push(issue(ledger, "d"));
  assert.deepEqual(ledger.totals(), { issued: 5, kept: 3, dropped: 2, orders: 3, repeatedOrders: 0, duplicates: 1, refused: 0 });
  assert.deepEqual(ledger.ofOrder("a"), []);
  assert.equal(ledger.byNumber(numbers[0] ?? ""), undefined);
  assert.equal(ledger.byNumber(numbers.at(-1) ?? "")?.orderNo, "d");
  assert.deepEqual(ledger.page(0, 10).map((one) => one.orderNo), ["b", "c", "d"]);
  assert.deepEqual(ledger.page(1, 1).map((one) => one.orderNo), ["c"]);
});

test("a number of another region or form is not found", () => {
  const ledger = createLedger("beijing", 3);
  const number = issue(ledger, "a");
  for (const other of [`99${number.slice(2)}`, "", "0", "99999999999999999999"]) assert.equal(ledger.byNumber(other), undefined, other);
});
