import { openFirewalls } from "../waf/firewall.ts";
import { INVOICE_CARRIERS, NESTED_CARRIERS, PARAMETER_CARRIERS } from "../waf/placed.ts";
import { attackRun, benignRun, invoiceRun, sampleRun, total, type Tables } from "../waf/runs.ts";
import { WITHOUT_SAMPLES } from "../waf/samples.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { falseTable, shareTable, wrongLines } from "./firewall-table.ts";

/** How much is judged. */
export interface FirewallPlan {
  readonly invoices: number;
  readonly benign: number;
}

/** The figures that the project is held to. */
export const FULL_FIREWALL_PLAN: FirewallPlan = { invoices: 10_000, benign: 6000 };
/** For a quick look. */
export const SHORT_FIREWALL_PLAN: FirewallPlan = { invoices: 900, benign: 600 };

/** Shares in % that the claims are held against. */
export const BARS = { invoiceAttacks: 95, parameterAttacks: 98.5, parameterFalse: 0.1 };

/** What the firewall made of all of it, at the settings that hold where nothing is written. */
export interface FirewallRecord {
  readonly plan: FirewallPlan;
  readonly samples: Tables;
  readonly invoices: Tables;
  readonly attacks: Tables;
  readonly benign: Tables;
  /** The same honest values in the text fields of invoices, on top of what was asked. */
  readonly benignInInvoices: Tables;
}

/** Judges samples, generated invoices, attacks and honest values in process. */
export function runFirewallDrill(plan: FirewallPlan, tell: (text: string) => void): FirewallRecord {
  const firewalls = openFirewalls();
  const timed = <T>(what: string, run: () => T): T => {
    const startedAt = performance.now();
    const result = run();
    tell(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return result;
  };
  return {
    plan,
    samples: timed("samples", () => sampleRun(firewalls.all)),
    invoices: timed("generated invoices", () => invoiceRun(plan.invoices, firewalls.takes)),
    attacks: timed("attacks", () => attackRun(firewalls.plain, [...INVOICE_CARRIERS, ...NESTED_CARRIERS, ...PARAMETER_CARRIERS])),
    benign: timed("honest values", () => benignRun(firewalls.plain, plan.benign)),
    benignInInvoices: timed("honest values in invoices", () => benignRun(firewalls.plain, plan.benign / 3, INVOICE_CARRIERS)),
  };
}

/** Tables of shares, and of what was stopped though it is honest; with `misses`, every value that came out wrong. */
export function firewallTable(record: FirewallRecord, misses: boolean): string {
  const { samples, invoices, attacks, benign, benignInInvoices } = record;
  const honest = { ...benignInInvoices, ...invoices };
  const tables = [shareTable("attacks stopped", attacks), falseTable("honest values stopped", benign), falseTable("honest values stopped in invoices", benignInInvoices), falseTable("generated invoices stopped", invoices), WITHOUT_SAMPLES === false ? falseTable("public samples stopped", samples) : `public samples: ${WITHOUT_SAMPLES}`];
  if (!misses) return tables.join("\n\n");
  return [...tables, `attacks that went through:\n${wrongLines(attacks)}`, `honest values that were stopped:\n${wrongLines(benign)}`, `honest invoices that were stopped:\n${wrongLines(honest)}\n${wrongLines(samples)}`].join("\n\n");
}

/** What must hold. */
export function judgeFirewall({ samples, invoices, attacks, benign }: FirewallRecord): Claim[] {
  const share = (tables: Tables, column: string): number => {
    const { stopped, of } = total(tables, column);
    return (stopped * 100) / of;
  };
  const stopped = (tables: Tables): string[] => total(tables).wrong.map(({ id, carrier, ruling }) => `${id} (${carrier}) by ${ruling.rules.join(", ")}`);
  return [
    ...(WITHOUT_SAMPLES === false ? [noneOf("public samples stopped", stopped(samples), total(samples).of)] : []),
    noneOf("generated invoices stopped", stopped(invoices), total(invoices).of),
    ...(["json", "ubl", "nested"] as const).map((column) => atLeast(`attacks in ${column} invoices stopped`, share(attacks, column), BARS.invoiceAttacks, "%")),
    ...(["query", "form"] as const).map((column) => atLeast(`attacks in a ${column} stopped`, share(attacks, column), BARS.parameterAttacks, "%")),
    ...(["query", "form"] as const).map((column) => atMost(`honest values in a ${column} stopped`, share(benign, column), BARS.parameterFalse, "%")),
  ];
}
