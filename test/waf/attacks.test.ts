import assert from "node:assert/strict";
import { test } from "node:test";
import { BARS } from "../drill/firewall-drill.ts";
import { openFirewalls } from "./firewall.ts";
import { INVOICE_CARRIERS, NESTED_CARRIERS, PARAMETER_CARRIERS } from "./placed.ts";
import { attackRun, total } from "./runs.ts";

/** Of each class: a good average must not hide a class that goes through. */
const LEAST_OF_CLASS = 85;

const tables = attackRun(openFirewalls().plain, [...INVOICE_CARRIERS, ...NESTED_CARRIERS, ...PARAMETER_CARRIERS]);

for (const [column, least] of [["json", BARS.invoiceAttacks], ["ubl", BARS.invoiceAttacks], ["nested", BARS.invoiceAttacks], ["query", BARS.parameterAttacks], ["form", BARS.parameterAttacks]] as const) {
  await test(`attacks are stopped in ${column} fields`, () => {
    const { stopped, of } = total(tables, column);
    assert.ok(of >= 700, `${of} requests`);
    assert.ok((stopped * 100) / of >= least, `${stopped} of ${of} are stopped, want ${least} %`);
  });

  await test(`attacks of every class are stopped in ${column} fields`, () => {
    for (const [kind, row] of Object.entries(tables)) {
      const { stopped, of, wrong } = total({ [kind]: row }, column);
      assert.ok((stopped * 100) / of >= LEAST_OF_CLASS, `${kind}: ${stopped} of ${of} are stopped, want ${LEAST_OF_CLASS} %; not ${wrong.slice(0, 10).map(({ id }) => id).join(", ")}`);
    }
  });
}
