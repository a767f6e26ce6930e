import { deepEqual, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Sandbox } from "../../../src/sandbox/sandbox.ts";
import { openStage, type Stage } from "../stage.ts";

const PROGRAM = fileURLToPath(new URL("./client-program.cjs", import.meta.url));
const TLS = fileURLToPath(new URL("../../support/tls/", import.meta.url));
const BOUND_MS = 60_000;

/** What the application was left with: the last thing it saw of each invoice, and how often it tried. */
interface Left {
  readonly number: string;
  readonly uuid: string;
  readonly seen: readonly string[];
}

/** The client's answers are lost after the work, or come too late for its patience: now and then, for ever. */
const FAULTS = { errorAfter: { probability: 0.3, as: "either" as const, on: ["issue"] }, resetAfterProcessing: { probability: 0.2, on: ["issue"] } };

describe("zatca-phase2 of npm, unmodified", () => {
  let stage: Stage;
  let folder: string;

  before(async () => {
    stage = await openStage({
      profile: "sa-zatca", faults: FAULTS,
      site: "upstream: { retry: { attempts: 4, budget: 100%, backoff: 50ms..200ms } }\nroutes:\n" + ["reporting", "clearance"].map((name) =>
        `  - { name: ${name}, submission: { resolve: [{ wait: 100ms }, { resend: { window: 23h, times: 30, pause: 100ms } }, hold] } }`).join("\n"),
    });
    folder = mkdtempSync(join(tmpdir(), "taxgate-zatca-"));
    mkdirSync(join(folder, "certificates"));
    copyFileSync(join(TLS, "client.key"), join(folder, "certificates", "private_till-1.pem"));
    copyFileSync(join(TLS, "client.pem"), join(folder, "certificates", "production_till-1.pem"));
  });
  after(async () => {
    await stage.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(origin: string, prefix: string): Promise<readonly Left[]> {
    const invoices = Array.from({ length: 16 }, (_, index) => ({
      invoiceNumber: `${prefix}-${index}`, issueDate: "2026-11-22T08:00:00Z", supplierName: "A company", supplierTaxNumber: "300000000000003", customerName: "A customer",
      // Every second one is beyond the client's threshold, so it is cleared and not reported.
      totalAmount: index % 2 === 0 ? 115 : 1150, vatAmount: index % 2 === 0 ? 15 : 150,
      items: [{ name: "paper", quantity: 1, unitPrice: 100, taxRate: 15, taxAmount: 15, totalAmount: 115 }],
    }));
    const api = { baseUrl: `${origin}/e-invoicing/core`, complianceUrl: "/compliance", reportingUrl: "/invoices/reporting/single", clearanceUrl: "/invoices/clearance/single", statusUrl: "/invoices/status", timeout: 5000 };
    const settings = { api, certificate: { storePath: "./certificates" }, organization: { name: "", taxNumber: "" }, pih: "", production: true, clearanceThreshold: 1000, logging: { level: "error", file: "./logs/zatca.log" } };
    const { stdout } = await promisify(execFile)(process.execPath, ["--no-deprecation", PROGRAM, JSON.stringify({ invoices, tries: 12, pause: 150 })], {
      cwd: folder, timeout: BOUND_MS, env: { ...process.env, NODE_ENV: "production", NODE_CONFIG: JSON.stringify(settings), SUPPRESS_NO_CONFIG_WARNING: "1" },
    });
    return JSON.parse(stdout) as readonly Left[];
  }

  const issued = ({ ledger }: Sandbox, prefix: string, left: readonly Left[]): number => left.filter(({ uuid, number }) => number.startsWith(prefix) && ledger.ofOrder(uuid).length === 1).length;

  test("directly: it sends again what the platform has, and is told that it was not reported", async () => {
    const left = await run(stage.origins.directly, "D");
    ok(stage.sandbox.ledger.totals().refused > 0, "nothing was sent twice, so nothing is shown");
    ok(left.some(({ seen }) => seen.includes("NOT_REPORTED")), JSON.stringify(left));
  });

  test("through taxgate: every invoice is told as reported or cleared, is in the ledger once, and nothing else was said", async () => {
    const left = await run(stage.origins.taxgate, "T");
    deepEqual(left.map(({ seen }) => seen.at(-1)), left.map((_, index) => (index % 2 === 0 ? "REPORTED" : "CLEARED")));
    deepEqual(left.flatMap(({ seen }) => seen.filter((one) => one.startsWith("NOT_"))), []);
    deepEqual(issued(stage.sandbox, "T", left), left.length);
    deepEqual(stage.sandbox.ledger.totals().duplicates, 0);
  });
});
