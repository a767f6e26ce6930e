import type { EntryFacts } from "./entry.ts";

/*
 * Whether a caller may hear of a submission. Its key is scoped by taxpayer and never by token, because tokens change
 * between two tries; what a caller is otherwise known by does not.
 */

/** A caller, as far as the journal knows it. */
export interface Caller {
  readonly principal: string | null;
  /** Kinds of principals that change although the caller is the same: digests of tokens, and addresses. */
  readonly changing: ReadonlySet<string>;
  /** Whether it may hear of a taxpayer's submissions; null where the site has no table of that. */
  readonly entitled: ((taxpayer: string | null) => boolean) | null;
}

/**
 * May a caller hear of an entry? Where the site says who is entitled, that decides. Else the one that sent it may, and
 * another one where both are known by something that changes.
 */
export function mayHear(entry: Pick<EntryFacts, "principal" | "taxpayer">, { principal, changing, entitled }: Caller): boolean {
  if (entitled !== null) return entitled(entry.taxpayer);
  if (entry.principal === principal || entry.principal === null) return true;
  return principal !== null && kindOf(entry.principal) === kindOf(principal) && changing.has(kindOf(principal));
}

function kindOf(principal: string): string {
  return principal.slice(0, principal.indexOf(":"));
}
