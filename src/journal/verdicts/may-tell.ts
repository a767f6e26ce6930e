import type { EntryFacts } from "../entry.ts";
import type { Verdict } from "./rules.ts";
import { mayHear, type Caller } from "../may-hear.ts";

/** Whoever made the request whose answer holds a verdict. */
export interface Asker extends Caller {
  readonly taxpayer: string | null;
}

/**
 * Whether the answer to a request counts about an entry. The platform answered what it was asked, and path, query and body
 * of the question are the asker's: one who asks with another's number, or about it in the wrong place, gets a true answer
 * that says nothing about the invoice. So the asker must be one of those who may hear of it, of the same taxpayer where both
 * are known, and certainly one of them: the one that sent it, or of the same known taxpayer, or entitled by the site's own
 * table. From anybody else only a yes counts, and only where the answer itself says the platform's number of it (`named`): its
 * key may be another taxpayer's too.
 */
export function mayTell(entry: Pick<EntryFacts, "principal" | "taxpayer">, asker: Asker, { named, verdict }: { readonly named: boolean; readonly verdict: Verdict }): boolean {
  if (entry.taxpayer !== null && asker.taxpayer !== null && entry.taxpayer !== asker.taxpayer) return false;
  if (!mayHear(entry, asker)) return false;
  // Without names everybody is nobody: then only what is known of both, or of neither, makes them the same.
  const isSender = entry.principal === asker.principal && (entry.principal !== null || entry.taxpayer === asker.taxpayer);
  const isCertain = asker.entitled !== null || isSender || (entry.taxpayer !== null && entry.taxpayer === asker.taxpayer);
  return isCertain || (named && verdict === "accepted");
}
