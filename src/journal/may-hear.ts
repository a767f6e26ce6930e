import type { EntryFacts } from "./entry.ts";

/*
 * Whether a caller may hear of a submission. Its key is scoped by taxpayer and never by token, because tokens change
 * between two tries; what a caller is otherwise known by does not.
 */

/** Kinds of principals that change although the caller is the same: a header's digest (a token), and an address. */
const CHANGING = /^(?!certificate:)[^:]*:/;

/**
 * May `principal` hear of an entry? The one that sent it may. Another may where both are known by something that changes:
 * what says whose taxpayer it is then is the site's `identity.entitled`, which was asked before.
 */
export function mayHear(entry: Pick<EntryFacts, "principal">, principal: string | null): boolean {
  if (entry.principal === principal || entry.principal === null) return true;
  return principal !== null && CHANGING.test(entry.principal) && CHANGING.test(principal) && kindOf(entry.principal) === kindOf(principal);
}

function kindOf(principal: string): string {
  return principal.slice(0, principal.indexOf(":"));
}
