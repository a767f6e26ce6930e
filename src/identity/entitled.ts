import { compileStar } from "../base/star-pattern.ts";
import type { IdentityOptions } from "./options.ts";

/** May a principal submit for a taxpayer, and hear of its submissions? Null for whoever or whatever is not known. */
export type Entitled = (principal: string | null, taxpayer: string | null) => boolean;

/** Compiles the table; null where it is empty, and everybody who gets here may. */
export function compileEntitled(table: IdentityOptions["entitled"]): Entitled | null {
  if (table.length === 0) return null;
  const rows = table.map(({ principal, taxpayers }) => ({ isMeant: compileStar(principal), taxpayers: taxpayers.map(compileStar) }));
  return (principal, taxpayer) => principal !== null && taxpayer !== null && rows.some((row) => row.isMeant(principal) && row.taxpayers.some((matches) => matches(taxpayer)));
}
