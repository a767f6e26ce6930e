import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { readArguments } from "./arguments.ts";
import { fileSystemOf } from "./disk.ts";
import { INVOICE, invoicePath, invoiceScript, invoiceText } from "./invoice.ts";
import { discrepancy, type Outcome } from "./ledger.ts";
import { invoiceAnswer } from "./origin.ts";
import { programVersion } from "./proxies/program.ts";

test("an invoice is JSON of exactly its size around an order number, with lines as real ones have", () => {
  for (const [size, digits] of [[INVOICE, 24], [1000, 8], [2049, 24]] as const) {
    const { before, after } = invoiceText(size, digits);
    const text = `${before}${"7".repeat(digits)}${after}`;
    const invoice = JSON.parse(text) as { orderNo: string; sellerTaxNo: string; lines: unknown[] };
    assert.equal(Buffer.byteLength(text), size);
    assert.equal(invoice.orderNo, "7".repeat(digits));
    assert.ok(invoice.sellerTaxNo.length > 0 && invoice.lines.length >= 3);
  }
});

test("the origin's answer is one that the route of submissions takes for accepted, with a reference", () => {
  const answer = JSON.parse(invoiceAnswer(1126)) as { code: number; invoiceNo: string };
  assert.equal(invoiceAnswer(1126).length, 1126);
  assert.equal(answer.code, 0);
  assert.match(answer.invoiceNo, /^[0-9]+$/);
});

test("what wrk sends is never the same order twice, within a run and over runs", { skip: programVersion("wrk", ["-v"]) === undefined && "wrk is not installed" }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-bench-test-"));
  const orders: string[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      const body = Buffer.concat(pieces);
      orders.push(body.length === INVOICE && request.url === invoicePath ? (JSON.parse(body.toString()) as { orderNo: string }).orderNo : "not an invoice");
      response.end("{}");
    });
  });
  try {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const file = join(folder, "submission.lua");
    writeFileSync(file, invoiceScript(INVOICE));
    const run = (): Promise<unknown> => promisify(execFile)("wrk", ["-t1", "-c4", "-d1s", "-s", file, `http://127.0.0.1:${port}`]);
    await run();
    await run();
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true, force: true });
  }
  assert.ok(orders.length > 20, `${orders.length} requests`);
  assert.equal(new Set(orders).size, orders.length);
  assert.equal(new Set(orders.map((order) => order.slice(0, 16))).size, 2);
});

test("figures of submissions count only where every answer has its entry and every entry was sent once", () => {
  const well: Outcome = { answered: 1000, accepted: 1000, others: 0, sent: 1000, runs: 2 };
  const cases: readonly (readonly [Partial<Outcome>, string | null])[] = [
    [{}, null],
    [{ accepted: 1128, sent: 1128 }, null], // cut off at the end of each run, and finished all the same
    [{ accepted: 1129, sent: 1129 }, "1129 accepted entries for 1000 answers"],
    [{ accepted: 999, sent: 1000 }, "1000 answers, but 999 accepted entries"],
    [{ accepted: Number.NaN }, "1000 answers, but NaN accepted entries"],
    [{ sent: 1001 }, "1000 accepted entries, but the origin was sent 1001"],
    [{ others: 3 }, "3 entries have no outcome"],
  ];
  for (const [change, want] of cases) assert.equal(discrepancy({ ...well, ...change }), want);
});

test("the file system of a folder is that of the deepest mount above it", () => {
  const mounts = [
    "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
    "23 22 0:5 / /dev rw - devtmpfs udev rw",
    "24 23 0:6 / /dev/shm rw,nosuid shared:4 - tmpfs tmpfs rw",
    "25 22 0:7 / /tm rw - tmpfs tmpfs rw",
    "26 22 254:1 / /data rw - ext4 /dev/vdb rw",
    "27 22 0:8 / /data rw - overlay overlay rw",
  ].join("\n");
  const cases = { "/": "ext4", "/tmp": "ext4", "/tm/x": "tmpfs", "/dev/shm": "tmpfs", "/dev/shm/a/b": "tmpfs", "/dev/other": "devtmpfs", "/data/x": "overlay" };
  for (const [path, want] of Object.entries(cases)) assert.equal(fileSystemOf(path, mounts), want, path);
  assert.equal(fileSystemOf("/tmp", ""), "unknown");
});

test("a journal's size is given in millions", () => {
  const cases = { "10": 10, "0.2": 0.2, "0": null, "-1": null, "x": null, "101": null };
  for (const [given, want] of Object.entries(cases)) {
    const wishes = readArguments([`--journal=${given}`]);
    if (want === null) assert.ok(typeof wishes === "string" && wishes.startsWith(`read --journal: got "${given}", want millions`));
    else assert.deepEqual(typeof wishes === "string" ? wishes : wishes.journal, want);
  }
});
