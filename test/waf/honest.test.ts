import assert from "node:assert/strict";
import { test } from "node:test";
import { BARS } from "../drill/firewall-drill.ts";
import { openFirewalls, type Firewalled } from "./firewall.ts";
import { INVOICE_CARRIERS } from "./placed.ts";
import { benignRun, invoiceRun, sampleRun, total, type Tables } from "./runs.ts";
import { WITHOUT_SAMPLES } from "./samples.ts";

const firewalls = openFirewalls();

await test("no public sample is stopped on any profile, in whatever way it is sent", { skip: WITHOUT_SAMPLES }, () => {
  // The routes of a site differ in nothing that the firewall knows; the drill looks at all of them.
  const tables = sampleRun(firewalls.all.filter(({ site }, at, all) => site === "plain" || all.findIndex((one) => one.site === site) === at));
  assert.ok(total(tables).of > 3000, `${total(tables).of} requests`);
  assert.deepEqual(said(tables), []);
});

await test("none of ten thousand generated invoices is stopped", () => {
  const tables = invoiceRun(10_000, firewalls.takes);
  assert.equal(total(tables).of, 10_000);
  assert.deepEqual(said(tables), []);
});

await test("hardly an honest value of a query or a form is stopped", () => {
  const tables = benignRun(firewalls.plain);
  for (const column of ["query", "form"]) {
    const { stopped, of } = total(tables, column);
    assert.ok(of >= 3000, `${of} values`);
    assert.ok((stopped * 100) / of <= BARS.parameterFalse, `${column}: ${stopped} of ${of} are stopped:\n${said(tables).join("\n")}`);
  }
});

await test("whatever stops everything is noticed", () => {
  const stops = (site: string): Firewalled => ({ site, route: "any", judge: () => ({ stops: true, score: 5, rules: ["any"], field: "/a" }) });
  for (const tables of [invoiceRun(9, stops), benignRun(stops("plain"), 3), benignRun(stops("plain"), 3, INVOICE_CARRIERS)]) {
    const { stopped, of } = total(tables);
    assert.ok(of > 0);
    assert.equal(stopped, of);
  }
});

/** The first ones that were stopped, in words. */
function said(tables: Tables): string[] {
  return total(tables).wrong.slice(0, 20).map(({ id, carrier, value, ruling }) => `${id} (${carrier}) ${JSON.stringify(value)} by ${ruling.rules.join(", ")} at ${ruling.field ?? "?"}`);
}
