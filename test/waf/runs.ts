import { attacks, type Attack } from "./corpus/attacks.ts";
import { benignValues } from "./corpus/benign.ts";
import { dressed } from "./dress.ts";
import type { Firewalled, Ruling } from "./firewall.ts";
import { invoice, INVOICED } from "./generated/invoice.ts";
import type { Sent } from "./generated/sent.ts";
import { INVOICE_CARRIERS, PARAMETER_CARRIERS, type Carrier } from "./placed.ts";
import { samples } from "./samples.ts";

/** How many of one kind were stopped. */
export interface Count {
  stopped: number;
  of: number;
  /** What came out otherwise than it should, in words; the first ones. */
  readonly wrong: Wrong[];
}

/** An honest request that was stopped, or an attack that was not. */
export interface Wrong {
  /** Of the attack, or where the honest value is from. */
  readonly id: string;
  readonly carrier: string;
  readonly value: string;
  readonly ruling: Ruling;
}

/** Counts by row, then by column. */
export type Tables = Readonly<Record<string, Readonly<Record<string, Count>>>>;

const SEED = 20_261_122;
const KEPT = 2000;

/** Counts as it goes. */
class Tally {
  readonly rows: Record<string, Record<string, Count>> = {};

  add(row: string, column: string, ruling: Ruling, wrong: Omit<Wrong, "ruling"> | null): void {
    const count = ((this.rows[row] ??= {})[column] ??= { stopped: 0, of: 0, wrong: [] });
    count.of += 1;
    if (ruling.stops) count.stopped += 1;
    if (wrong !== null && count.wrong.length < KEPT) count.wrong.push({ ...wrong, ruling });
  }
}

/** Every public sample in all its ways on all of these routes: by way, and by site. */
export function sampleRun(firewalled: readonly Firewalled[]): Tables {
  const tally = new Tally();
  for (const sample of samples()) {
    for (const { way, contentType, body } of dressed(sample)) {
      for (const { site, route, judge } of firewalled) {
        const ruling = judge({ method: "POST", path: "/", headers: ["content-type", contentType], body });
        tally.add(way, site, ruling, ruling.stops ? { id: sample.name, carrier: `${way}, ${site}/${route}`, value: sample.name } : null);
      }
    }
  }
  return tally.rows;
}

/** Generated invoices, spread over all profiles, each on the route that it takes. `of` gives the route's firewall. */
export function invoiceRun(count: number, of: (profile: string, sent: Sent) => Firewalled): Tables {
  const tally = new Tally();
  for (let seed = 0; seed < count; seed++) {
    const profile = INVOICED[seed % INVOICED.length] ?? "";
    const sent = invoice(profile, seed);
    const ruling = of(profile, sent).judge(sent);
    tally.add("generated invoices", profile, ruling, ruling.stops ? { id: `${profile} ${seed}`, carrier: "invoice", value: `invoice("${profile}", ${seed})` } : null);
  }
  return tally.rows;
}

/** Every attack in every text field: by class, and by column. */
export function attackRun(firewalled: Firewalled, carriers: readonly Carrier[] = [...INVOICE_CARRIERS, ...PARAMETER_CARRIERS]): Tables {
  const tally = new Tally();
  for (const [seed, attack] of attacks().entries()) {
    for (const carrier of carriers) {
      const sent = carrier.carry(attack.value, seed);
      if (sent === null) continue;
      const ruling = firewalled.judge(sent);
      tally.add(attack.class, carrier.column, ruling, ruling.stops ? null : missed(attack, carrier));
    }
  }
  return tally.rows;
}

function missed({ id, value }: Attack, { name }: Carrier): Omit<Wrong, "ruling"> {
  return { id, carrier: name, value };
}

/** Every honest value in query and form: by its source, and by column. */
export function benignRun(firewalled: Firewalled, more = 6000, carriers: readonly Carrier[] = PARAMETER_CARRIERS): Tables {
  const tally = new Tally();
  for (const [seed, { source, value }] of benignValues(more, SEED).entries()) {
    for (const carrier of carriers) {
      const sent = carrier.carry(value, seed);
      if (sent === null) continue;
      const ruling = firewalled.judge(sent);
      tally.add(source, carrier.column, ruling, ruling.stops ? { id: source, carrier: carrier.name, value } : null);
    }
  }
  return tally.rows;
}

/** One count of all rows; of one column, where that is asked. */
export function total(tables: Tables, column?: string): Count {
  const sum: Count = { stopped: 0, of: 0, wrong: [] };
  for (const row of Object.values(tables)) {
    for (const [name, count] of Object.entries(row)) {
      if (column !== undefined && name !== column) continue;
      sum.stopped += count.stopped;
      sum.of += count.of;
      sum.wrong.push(...count.wrong);
    }
  }
  return sum;
}
