import { deepEqual, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openStage, type Stage } from "../stage.ts";
import { runCollection, type BatchRow } from "./newman-app.ts";
import { QUICK_SITE } from "./quick-site.ts";

const TLS = fileURLToPath(new URL("../../support/tls/", import.meta.url));

/** Answers to submissions are lost after the work, every second one. */
const FAULTS = { errorAfter: { probability: 0.3, as: "either" as const, on: ["issue"] }, resetAfterProcessing: { probability: 0.3, on: ["issue"] }, settings: { processingMs: 300 } };

/** Batches of two documents of several clients; the prefix keeps both ways apart. */
function rows(prefix: string): readonly BatchRow[] {
  return Array.from({ length: 10 }, (_, index) => ({ client: `C${20_000_000 + (index % 5)}`, codes: [`${prefix}${index}A`, `${prefix}${index}B`] }));
}

/** How often Taxgate looked documents up; the collection never does. */
async function asked({ sandbox }: Stage): Promise<number> {
  const { byOperation } = (await (await fetch(`${sandbox.controlOrigin}/_sandbox/requests`)).json()) as { readonly byOperation: Readonly<Record<string, number>> };
  return byOperation["recent"] ?? 0;
}

describe("newman of npm with a MyInvois collection", () => {
  let stage: Stage;
  let folder: string;

  before(async () => {
    stage = await openStage({
      profile: "my-myinvois", faults: FAULTS, site: QUICK_SITE,
      listener: 'bind: "127.0.0.1:0", tls: { certificates: [edge] }',
      more: `certificates: { edge: { files: { cert: "${join(TLS, "localhost.pem")}", key: "${join(TLS, "localhost.key")}" } } }`,
    });
    folder = mkdtempSync(join(tmpdir(), "taxgate-newman-"));
  });
  after(async () => {
    await stage.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("directly: it submits again what the platform has, and is told no more than that", async () => {
    const left = await runCollection(stage.origins.directly, rows("D"), { folder, patience: 3000, pollEvery: 100, runs: 2 });
    ok(stage.sandbox.ledger.totals().refused > 0, "nothing was sent twice, so nothing is shown");
    ok(left.failed.length > 0 && left.told.includes(422), JSON.stringify(left));
    // What it believes to have failed was issued all the same.
    deepEqual(left.failed.flatMap(({ codes }) => codes).filter((code) => stage.sandbox.ledger.ofOrder(code).length !== 1), []);
  });

  test("through taxgate, over TLS: every document is accepted, found valid, and was sent to the platform once", async () => {
    const before = stage.sandbox.ledger.totals();
    const left = await runCollection(stage.origins.taxgate.replace("http:", "https:").replace("127.0.0.1", "localhost"), rows("T"), { folder, patience: 6000, pollEvery: 100, runs: 4 });
    deepEqual(left.failed, [], JSON.stringify(left));
    const issued = rows("T").flatMap(({ codes }) => codes).map((code) => stage.sandbox.ledger.ofOrder(code).length);
    deepEqual(issued, issued.map(() => 1));
    // It may hang up and come again, and is never told anything else.
    deepEqual(left.told.filter((status) => status !== 202 && status !== 0), []);
    ok((await asked(stage)) > 0, "no answer was lost, so nothing is shown");
    const { refused, duplicates } = stage.sandbox.ledger.totals();
    deepEqual([refused - before.refused, duplicates], [0, 0]);
  });
});
