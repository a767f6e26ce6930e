import type { IdentityOptions } from "./options.ts";

/** May a principal submit for a taxpayer, and hear of its submissions? Null for whoever or whatever is not known. */
export type Entitled = (principal: string | null, taxpayer: string | null) => boolean;

/** Compiles the table; null where it is empty, and everybody who gets here may. */
export function compileEntitled(table: IdentityOptions["entitled"]): Entitled | null {
  if (table.length === 0) return null;
  const rows = table.map(({ principal, taxpayers }) => ({ isMeant: matcher(principal), taxpayers: taxpayers.map(matcher) }));
  return (principal, taxpayer) => principal !== null && taxpayer !== null && rows.some((row) => row.isMeant(principal) && row.taxpayers.some((matches) => matches(taxpayer)));
}

function matcher(pattern: string): (text: string) => boolean {
  if (!pattern.endsWith("*")) return (text) => text === pattern;
  const beginning = pattern.slice(0, -1);
  return (text) => text.startsWith(beginning);
}
